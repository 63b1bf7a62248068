"""Trains the small ViralClipper on features that generate.mjs --features has written.

    python train.py --data DIR [DIR ...] --out ../../../demo/public/models/viral-clipper [--minutes 15]

A tenth of the videos is kept for validation: the threshold is set there, so that 0.8 is a good one.
"""

import argparse
import copy
import json
import math
import multiprocessing
import os
import sys
import time

import numpy
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from networks import ViralClipper, parameters_of, save_checkpoint, viral_clipper_config  # noqa: E402
from scoring import best_threshold, count_matches, f1_of, score_video, segments_of  # noqa: E402
from videos import CELLS, ENDS, VISUAL, read_videos, window_of  # noqa: E402

THRESHOLD = 0.8
WINDOW = 100
# Share of the windows whose sound comes from another video, so that what is seen and heard meets by chance.
MIXED = 0.3


class Scaling:
    """What brings every feature to about mean 0 and deviation 1; folded into the first layers in the end."""

    def __init__(self, videos):
        rows = numpy.concatenate([video.features[::7] for video in videos]).astype(numpy.float32)
        visual, audio = rows[:, :VISUAL].reshape(-1, 4), rows[:, VISUAL : ENDS[1]]
        mean, scale = numpy.zeros(ENDS[-1], numpy.float32), numpy.ones(ENDS[-1], numpy.float32)
        mean[:VISUAL] = numpy.tile(visual.mean(0), CELLS)
        scale[:VISUAL] = numpy.tile(1 / (visual.std(0) * numpy.array([8, 8, 8, 1])), CELLS)
        mean[VISUAL : ENDS[1]], scale[VISUAL : ENDS[1]] = audio.mean(), 1 / audio.std()
        scale[ENDS[1] : ENDS[2]] = 6
        scale[ENDS[2] :] = 2
        self.mean, self.scale = torch.from_numpy(mean), torch.from_numpy(scale)

    def split(self, rows):
        return ((rows - self.mean.to(rows.device)) * self.scale.to(rows.device)).split([VISUAL, *numpy.diff(ENDS).tolist()], dim=-1)

    def layers(self, model):
        """Each modality's first layer with the means and scales of its features."""
        encoder, first = model.encoder, 0
        for projection, last in zip((encoder.visual_proj, encoder.audio_proj, encoder.text_proj, encoder.engagement_proj), ENDS):
            yield projection[0], self.mean[first:last], self.scale[first:last]
            first = last

    def fold(self, model):
        """A copy of the model that takes features as they come."""
        folded = copy.deepcopy(model).cpu().eval()
        with torch.no_grad():
            for linear, mean, scale in self.layers(folded):
                linear.weight *= scale
                linear.bias -= linear.weight @ mean
        return folded

    def unfold(self, model):
        """In place: the inverse, for a model that is trained on."""
        with torch.no_grad():
            for linear, mean, scale in self.layers(model):
                linear.bias += linear.weight @ mean
                linear.weight /= scale


def start_weights(model):
    """First guesses that save most of the training: how much changes in the picture as a whole, and looking at near steps."""
    config = model.config
    hidden, heads = config["hidden_size"], config["num_heads"]
    with torch.no_grad():
        weight = model.encoder.visual_proj[0].weight.view(-1, CELLS, 4)
        weight *= 0.3
        weight[..., 3] += torch.randn(len(weight), 1) * 0.03
        # Positions are sines and cosines of 5 to 400 steps; q and k of the first layer begin with the waves of every fourth length,
        # so that a head sees the steps around its own, as far as its factor says.
        steps = torch.arange(config["max_sequence_length"])[:, None]
        waves = torch.logspace(math.log10(5), math.log10(400), hidden // 2)
        phase = 2 * math.pi * steps / waves
        position = torch.stack([phase.sin(), phase.cos()], dim=-1)  # [steps, hidden / 2, 2]
        model.encoder.pos_encoding.copy_(0.25 * position.flatten(1))
        width = hidden // heads
        for layer in model.layers:
            qkv = layer.self_attn.qkv_proj.weight.view(3, heads, width, hidden)
            qkv[:2] *= 0.3
            for index, factor in zip(range(heads), (1.6, 1.2, 0.8, 0.4)):
                for row in range(width):
                    pair = (row // 2) * heads + index
                    qkv[:2, index, row, (pair * 2 + row % 2) % hidden] += factor


def losses_of(model, scaling, rows, labels):
    virality, edges = model(*scaling.split(rows))
    inside, known = labels[..., 0], labels[..., 3]
    cross = nn.functional.binary_cross_entropy_with_logits(virality, inside, reduction="none")
    likely = torch.sigmoid(virality) * known
    wanted = inside * known
    # Overlap of what is said and what is wanted, a window at a time, as segments are measured.
    overlap = (2 * (likely * wanted).sum(1) + 3) / (likely.sum(1) + wanted.sum(1) + 3)
    edge = nn.functional.binary_cross_entropy_with_logits(
        edges, labels[..., 1:3], reduction="none", pos_weight=labels.new_tensor(8.0)
    ).mean(-1)
    # A segment must not fall apart: what is said changes only where a highlight begins or ends.
    steady = (inside[:, 1:] == inside[:, :-1]) * known[:, 1:] * known[:, :-1]
    restless = ((torch.sigmoid(virality[:, 1:]) - torch.sigmoid(virality[:, :-1])).abs() * steady).mean()
    return (cross * known).mean() + 0.3 * (1 - overlap).mean() + 0.15 * (edge * known).mean() + restless


class Batches:
    """Batches that processes of their own prepare while the network computes."""

    def __init__(self, videos, args):
        self.queue = multiprocessing.Queue(maxsize=4)
        self.workers = [
            multiprocessing.Process(target=self.fill, args=(videos, args.batch, args.seed * 1000 + index), daemon=True)
            for index in range(args.workers)
        ]
        for worker in self.workers:
            worker.start()

    def fill(self, videos, size, seed):
        torch.set_num_threads(1)
        random = numpy.random.default_rng((seed, time.time_ns()))
        while True:
            self.queue.put(tuple(part.numpy() for part in batch_of(videos, random, size)))

    def take(self):
        return tuple(torch.from_numpy(part) for part in self.queue.get())

    def stop(self):
        for worker in self.workers:
            worker.terminate()


def batch_of(videos, random, size):
    length = WINDOW if random.random() < 0.6 else int(random.integers(11, WINDOW + 1))
    fitting = [video for video in videos if video.steps >= length]

    def draw():
        return fitting[random.integers(len(fitting))]

    windows = [window_of(draw(), length, random, draw() if random.random() < MIXED else None) for _ in range(size)]
    rows, labels = zip(*windows)
    return torch.from_numpy(numpy.stack(rows)), torch.from_numpy(numpy.stack(labels))


def report(model, videos, threshold, what):
    counts = numpy.sum([count_matches(segments_of(score_video(model, v), threshold), v.segments) for v in videos], axis=0)
    f1, precision, recall = f1_of(*counts)
    print(f"{what}: F1 {f1:.3f} (precision {precision:.3f}, recall {recall:.3f}, {len(videos)} videos) at {threshold:.2f}", flush=True)


def finish(args, model, scaling, kept):
    """Writes the model, its bias moved so that the best threshold on the validation videos is 0.8."""
    model = scaling.fold(model)
    best = best_threshold([(score_video(model, video), video.segments) for video in kept])
    report(model, kept, best, "validation, best threshold")
    with torch.no_grad():
        model.virality_head[3].bias += math.log(THRESHOLD / (1 - THRESHOLD)) - math.log(best / (1 - best))
    for folder in args.test:
        report(model, read_videos([folder]), THRESHOLD, folder)
    save_checkpoint(model, args.out, dtype="F16")


def train(args, model, scaling, data):
    """Learning rate falls to zero over the minutes; the mean of the last weights is written every few minutes and in the end."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.05)
    average = copy.deepcopy(model)
    batches = Batches(data.videos, args)
    started, step, shown, saved = time.time(), 0, [], 0
    while (done := (time.time() - started) / (args.minutes * 60)) < 1:
        rate = args.lr * min(1, (step + 1) / 50) * (0.02 + 0.98 * min(1, 2.5 * (1 - done)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = losses_of(model, scaling, *(part.to(args.device) for part in batches.take()))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        keep = min(0.99, step / (step + 20))
        with torch.no_grad():
            for mean, now in zip(average.parameters(), model.parameters()):
                mean.lerp_(now, 1 - keep)
        shown.append(loss.item())
        if step % 50 == 0:
            print(f"{step}: loss {numpy.mean(shown):.4f}, {done * 100:.0f} %", flush=True)
            shown = []
        if done * args.minutes - saved >= args.save_every:
            saved = done * args.minutes
            finish(args, average, scaling, data.kept)
            data.refresh()
            batches.stop()
            batches = Batches(data.videos, args)
    batches.stop()
    print(f"{step} steps of {args.batch} windows")
    finish(args, average, scaling, data.kept)


class Data:
    """The videos of some folders, which may grow while training goes on. Seeds that end in 9 are for validation."""

    def __init__(self, folders):
        self.folders, self.videos, self.kept = folders, [], []
        self.refresh()

    def refresh(self):
        known = {video.path for video in self.videos + self.kept}
        for video in read_videos(self.folders, known):
            (self.kept if video.plan.get("seed", 0) % 10 == 9 else self.videos).append(video)
        print(f"{len(self.videos)} videos to train on, {len(self.kept)} for validation", flush=True)


def read_safetensors(path):
    """F16 or F32 tensors by name, as f32."""
    with open(path, "rb") as file:
        data = file.read()
    begin = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, about in json.loads(data[8:begin]).items():
        if name == "__metadata__":
            continue
        first, last = about["data_offsets"]
        values = numpy.frombuffer(data[begin + first : begin + last], {"F16": "<f2", "F32": "<f4"}[about["dtype"]])
        tensors[name] = torch.from_numpy(values.astype(numpy.float32).reshape(about["shape"]))
    return tensors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--test", nargs="*", default=[], help="folders that are only reported on")
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--resume", help="folder of a checkpoint of the same size to go on from")
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare batches")
    parser.add_argument("--save-every", type=float, default=5, help="minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=2.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    data = Data(args.data)
    config = viral_clipper_config(
        hidden_size=args.hidden, num_layers=args.layers, num_heads=4, intermediate_size=2 * args.hidden, max_sequence_length=128
    )
    scaling = Scaling(data.videos)
    model = ViralClipper(config)
    if args.resume:
        model.load_state_dict(read_safetensors(os.path.join(args.resume, "model.safetensors")))
        scaling.unfold(model)
    else:
        start_weights(model)
    model.to(args.device)
    print(f"{parameters_of(model)} parameters", flush=True)
    train(args, model, scaling, data)


if __name__ == "__main__":
    main()
