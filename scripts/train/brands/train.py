"""Trains the small Brandkit on features that export.mjs has written.

    python train.py --data DIR [DIR ...] --out ../../../demo/public/models/brandkit [--check DIR] [--minutes 15]

Losses: cross-entropy of the tone; binary cross-entropy of the consistency; mean squared errors of sentiment and style (meanings.py); and of the profile
InfoNCE (van den Oord et al. 2018, arXiv:1807.03748): two views of a brand shall be closer than views of two brands.
"""

import argparse
import copy
import json
import math
import os
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from data import TONES, Lines, Sampler, collate, own_text, read_pages  # noqa: E402
from data import Brand  # noqa: E402
from meanings import TONE_ATTRIBUTES, style_columns, style_of  # noqa: E402
from networks import Brandkit, brandkit_config, parameters_of, save_checkpoint  # noqa: E402

TEMPERATURE = 0.1
# Second views double a step's work, and the profile learns quickly.
VIEWS_EVERY = 4


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", nargs="+", required=True, help="folders of export.mjs; the copy is the last one's")
    parser.add_argument("--check", nargs="*", default=[], help="folders of pages that training never sees")
    parser.add_argument("--out", required=True)
    parser.add_argument("--resume", help="folder of a checkpoint to go on from; with --minutes 0 it is only checked")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--steps", type=int, default=0, help="instead of --minutes")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", default="F16")
    return parser.parse_args()


def masked(values, mask):
    return (values * mask).sum() / mask.sum().clamp(min=1)


def targets_of(brands, columns):
    tone = torch.tensor([brand.tone for brand in brands])
    consistent = torch.tensor([float(brand.consistent) for brand in brands])
    look = torch.tensor([brand.look for brand in brands])
    attributes = torch.from_numpy(TONE_ATTRIBUTES)
    style = torch.from_numpy(numpy.stack([cached_style(brand.source, columns) for brand in brands]))
    sees = torch.tensor([float(len(brand.colors) > 0) for brand in brands])
    return tone, consistent, look, attributes, style, sees


def cached_style(page, columns):
    if not hasattr(page, "style"):
        page.style = style_of(page, columns)
    return page.style


def losses(out, brands, columns):
    tone, consistent, look, attributes, style, sees = targets_of(brands, columns)
    mixed = torch.tensor([float(brand.source.clash == "copy" and len(brand.text) > 0) for brand in brands])
    asked = (tone >= 0).float()
    safe = tone.clamp(min=0)
    # Copy in several tones has its most frequent one as its tone: a softer claim.
    tone_loss = functional.cross_entropy(out["tone"], safe, reduction="none", label_smoothing=0.05)
    consistency = functional.binary_cross_entropy_with_logits(
        out["consistency"], consistent.clamp(0.02, 0.98), reduction="none"
    )
    words, looks = out["sentiment"].split(16, dim=-1)
    has_text = torch.tensor([float(len(brand.text) > 0) for brand in brands])
    word_loss = (words - attributes[safe]).square().mean(-1)
    look_loss = (looks - attributes[look.clamp(min=0)]).square().mean(-1)
    return {
        "tone": masked(tone_loss, asked * (1 - 0.6 * mixed)),
        "consistency": masked(consistency, (consistent >= 0).float()),
        "sentiment": masked(word_loss, asked * has_text * (1 - mixed)) + masked(look_loss, (look >= 0).float() * sees),
        "style": masked((out["style"] - style).square().mean(-1), sees),
    }


def info_nce(first, second):
    """first, second [batch, 512]: two views of the same brands, in the same order."""
    first, second = functional.normalize(first, dim=-1), functional.normalize(second, dim=-1)
    scores = first @ second.t() / TEMPERATURE
    same = torch.arange(len(first))
    return (functional.cross_entropy(scores, same) + functional.cross_entropy(scores.t(), same)) / 2


def second_view(sampler, brand):
    """The same brand seen again: other sentences of its copy, perhaps another part missing."""
    page = brand.source
    if brand.tone != page.tone or len(brand.text) == 0:
        return brand
    keep = numpy.flatnonzero(sampler.rng.random(len(brand.text)) < 0.7)
    text = brand.text[keep] if len(keep) > 0 else brand.text
    return Brand(brand.colors, brand.typography, brand.layout, text, brand.tone, brand.consistent, brand.look, page)


def auc_of(scores, labels):
    """The chance that a fitting brand scores over a clashing one (Mann-Whitney)."""
    order = numpy.argsort(scores, kind="stable")
    ranks = numpy.empty(len(scores))
    ranks[order] = numpy.arange(1, len(scores) + 1)
    fitting = labels.sum()
    return (ranks[labels].sum() - fitting * (fitting + 1) / 2) / max(1, fitting * (len(labels) - fitting))


def whole_brand(page):
    return Brand(page.colors, page.typography, page.layout, page.text, page.tone, page.consistent, -1, page)


def check(model, pages):
    model.eval()
    scores, right, kinds = [], [], {}
    with torch.no_grad():
        for first in range(0, len(pages), 50):
            part = pages[first : first + 50]
            out = model(**collate([whole_brand(page) for page in part]))
            scores += torch.sigmoid(out["consistency"]).tolist()
            right += (out["tone"].argmax(-1) == torch.tensor([page.tone for page in part])).tolist()
    for page, score in zip(pages, scores):
        kinds.setdefault(page.clash or "fitting", []).append(score)
    labels = numpy.array([page.consistent for page in pages])
    fitting = numpy.array(right)[labels].mean()
    means = ", ".join(f"{kind} {numpy.mean(values):.2f}" for kind, values in sorted(kinds.items()))
    return f"AUC {auc_of(numpy.array(scores), labels):.3f}, tone {numpy.mean(right):.3f} (fitting {fitting:.3f}); {means}"


def load_checkpoint(folder):
    """A model and its weights, as save_checkpoint has written them."""
    with open(os.path.join(folder, "config.json")) as file:
        model = Brandkit(json.load(file), dropout=0.25)
    with open(os.path.join(folder, "model.safetensors"), "rb") as file:
        data = file.read()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    kinds = {"F32": "<f4", "F16": "<f2"}
    state = {}
    for name, about in header.items():
        first, last = about["data_offsets"]
        values = numpy.frombuffer(data[start + first : start + last], kinds[about["dtype"]]).astype(numpy.float32)
        state[name] = torch.from_numpy(values.reshape(about["shape"]))
    model.load_state_dict(state)
    return model


class Average:
    """Exponential mean of the weights: what is saved."""

    def __init__(self, model, decay=0.997):
        self.model, self.decay, self.steps = copy.deepcopy(model).eval(), decay, 0

    def follow(self, model):
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        with torch.no_grad():
            for mean, now in zip(self.model.parameters(), model.parameters()):
                mean.lerp_(now, 1 - decay)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    with open(os.path.join(options.data[-1], "names.json")) as file:
        names = json.load(file)
    columns = style_columns(names)
    pages = [page for folder in options.data for page in read_pages(folder)]
    checks = {folder: read_pages(folder) for folder in options.check}
    sampler = Sampler(pages, Lines(options.data[-1], "train"), names, options.seed)
    config = brandkit_config(
        hidden_size=options.hidden, num_layers=options.layers, num_heads=options.heads, intermediate_size=2 * options.hidden,
        max_sequence_length=512,
    )
    model = load_checkpoint(options.resume) if options.resume else Brandkit(config, dropout=0.25)
    average = Average(model)
    print(f"{len(pages)} pages, {parameters_of(model):,} parameters", flush=True)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0.0}], lr=options.lr)
    started, step, totals = time.time(), 0, {}
    while True:
        done = step / options.steps if options.steps else (time.time() - started) / max(1e-9, 60 * options.minutes)
        if done >= 1:
            break
        rate = options.lr * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        brands = sampler.batch(options.batch)
        again = [second_view(sampler, brand) for brand in brands] if step % VIEWS_EVERY == 0 else []
        model.train()
        out = model(**collate(brands + again, sampler.rng, noise=0.05, text_dropout=0.15))
        parts = losses(out, brands + again, columns)
        if again:
            parts["profile"] = info_nce(*out["profile"].chunk(2))
        weights = {"tone": 1, "consistency": 1, "sentiment": 0.5, "style": 0.5, "profile": 0.2}
        loss = sum(weights[name] * part for name, part in parts.items())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.follow(model)
        for name, part in parts.items():
            totals[name] = totals.get(name, 0) + part.item()
        step += 1
        if step % 200 == 0:
            totals["profile"] *= VIEWS_EVERY
            shown = ", ".join(f"{name} {total / 200:.3f}" for name, total in totals.items())
            print(f"step {step}, {time.time() - started:.0f} s, {100 * done:.0f} %: {shown}", flush=True)
            totals = {}
            if step % 600 == 0:
                for folder, held in checks.items():
                    print(f"  {os.path.basename(folder)}: {check(average.model, held)}", flush=True)
    for folder, held in checks.items():
        print(f"{os.path.basename(folder)}: {check(average.model, held)}")
    if step > 0:
        save_checkpoint(average.model, options.out, options.dtype)


if __name__ == "__main__":
    main()
