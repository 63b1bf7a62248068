"""Writes test/goldens/networks: what PyTorch computes for ViralClipper and Brandkit, in float64.

    python network_goldens.py        # needs torch and numpy; CPU, under a minute

`clip-small` and `brand-small` are checkpoints of sizes that nothing divides. `clip-full` and `brand-full` are the published
sizes, whose 110 and 54 MB are not kept: here and in test/support/hashedNumbers.ts the weights are made from the same integer
hash of a tensor's name and an element's index, and so are all inputs. case.json has the names and shapes of the tensors, the
inputs' shapes, what came out, and the versions that computed it.
"""

import json
import os
import shutil

import numpy
import torch

from networks import Brandkit, ViralClipper, brandkit_config, parameters_of, save_checkpoint, viral_clipper_config

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "goldens", "networks")

SMALL = dict(hidden_size=40, num_layers=2, num_heads=5, intermediate_size=37, max_sequence_length=24, head_hidden_size=13)


def hashed(name, count):
    """Numbers in [-1, 1), multiples of 2^-23: FNV-1a of the name, then lowbias32 (Wellons 2018) of seed + index · φ."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    value = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9) + numpy.uint32(seed)
    value = (value ^ (value >> numpy.uint32(16))) * numpy.uint32(0x7FEB352D)
    value = (value ^ (value >> numpy.uint32(15))) * numpy.uint32(0x846CA68B)
    value = value ^ (value >> numpy.uint32(16))
    return (value >> numpy.uint32(8)).astype(numpy.float64) / 2**23 - 1


def hashed_tensor(name, shape):
    """Matrices of about unit gain, so that every layer counts; norms about 1, biases and positions that show."""
    numbers = hashed(name, int(numpy.prod(shape)))
    if len(shape) == 2:
        scale = 0.5 if name.endswith("pos_encoding") else float(numpy.float32(numpy.sqrt(3 / shape[1])))
        numbers = numbers * scale
    else:
        numbers = numbers * 0.25 + (0 if name.endswith("bias") else 1)
    return numbers.astype(numpy.float32).reshape(shape)


def fill(model):
    state = {name: torch.from_numpy(hashed_tensor(name, tuple(tensor.shape))) for name, tensor in model.state_dict().items()}
    model.load_state_dict(state)
    return model.eval()


def features(name, *shape):
    return torch.from_numpy(hashed(name, int(numpy.prod(shape))).reshape(shape))


def numbers(tensor):
    """Nine digits give back every f32."""
    return [float(f"{value:.9g}") for value in tensor.detach().double().flatten().tolist()]


@torch.no_grad()
def clip_case(model, windows):
    """`windows`: (steps, modalities that are there)."""
    config, cases = model.config, []
    for index, (steps, there) in enumerate(windows):
        inputs = [
            features(f"input.{index}.{name}", 1, steps, config[f"{name}_size"]) * (name in there)
            for name in ("visual", "audio", "text", "engagement")
        ]
        virality, segment = model.double()(*inputs)
        cases.append({
            "steps": steps, "there": there, "virality": numbers(torch.sigmoid(virality)),
            "start": numbers(segment[..., 0]), "end": numbers(segment[..., 1]),
        })
    return cases


@torch.no_grad()
def brand_case(model, brands):
    """`brands`: (colours, sentences)."""
    config, cases = model.config, []
    for index, (colors, sentences) in enumerate(brands):
        text = features(f"input.{index}.text", 1, max(1, sentences), config["text_size"]) * (sentences > 0)
        out = model.double()(
            features(f"input.{index}.colors", 1, colors, config["color_size"]),
            features(f"input.{index}.typography", 1, config["typography_size"]),
            features(f"input.{index}.layout", 1, config["layout_size"]),
            text,
        )
        out["consistency"], out["tone"] = torch.sigmoid(out["consistency"]), torch.softmax(out["tone"], dim=-1)
        cases.append({"colors": colors, "sentences": sentences, **{name: numbers(value) for name, value in out.items()}})
    return cases


def write(name, model, cases, keep_weights):
    folder = os.path.join(ROOT, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if keep_weights:
        save_checkpoint(model, folder)
    else:
        with open(os.path.join(folder, "config.json"), "w") as file:
            json.dump(model.config, file, indent=2)
            file.write("\n")
    case = {
        "torch": torch.__version__, "numpy": numpy.__version__, "parameters": parameters_of(model),
        "tensors": {key: list(tensor.shape) for key, tensor in model.state_dict().items()}, "cases": cases,
    }
    with open(os.path.join(folder, "case.json"), "w") as file:
        json.dump(case, file)
        file.write("\n")
    size = sum(os.path.getsize(os.path.join(folder, entry)) for entry in os.listdir(folder))
    print(f"{name}: {parameters_of(model)} parameters, {size // 1024} KiB")


def main():
    every = ["visual", "audio", "text", "engagement"]
    clip_sizes = dict(visual_size=37, audio_size=21, text_size=30, engagement_size=5)
    brand_sizes = dict(color_size=8, typography_size=9, layout_size=19, text_size=30, profile_size=11, cross_attention_heads=1)
    windows = [(7, every), (24, every), (1, every), (7, ["visual", "audio"]), (7, ["audio", "engagement"]), (2, every)]
    brands = [(5, 3), (1, 0), (9, 13), (0, 1), (13, 1), (2, 9)]
    model = fill(ViralClipper(viral_clipper_config(**SMALL, **clip_sizes)))
    write("clip-small", model, clip_case(model, windows), True)
    model = fill(Brandkit(brandkit_config(**SMALL, **brand_sizes)))
    write("brand-small", model, brand_case(model, brands), True)
    model = fill(ViralClipper(viral_clipper_config()))
    write("clip-full", model, clip_case(model, [(20, every), (3, ["visual", "audio"])]), False)
    model = fill(Brandkit(brandkit_config()))
    write("brand-full", model, brand_case(model, [(6, 11), (3, 0)]), False)


if __name__ == "__main__":
    main()
