"""Exact match of a checkpoint on JSON lines of {"question", "answer"}, with greedy decoding.

    python evaluate.py ../../../demo/public/models/reasoner heldout.jsonl human.jsonl

The answer is the first number after `</think>`. `--history` puts that many other questions of the
file, with the model's own answers, in front of each question, as a chat would.
"""

import argparse
import collections
import json
import os
import random
import re
import time

import torch
from tokenizers import Tokenizer

import train


def prompt(turns):
    text = "<|bos|>"
    for question, answer in turns:
        text += f"<|user|>{question.strip()}<|end|><|assistant|>"
        if answer is not None:
            text += f"{answer}<|end|>"
    return text


@torch.no_grad()
def generate(model, tokenizer, prompts, device, limit=256, batch=250):
    """Greedy decoding in batches of similar length, padded on the left.

    The padding only moves a row to later positions, which rotary embeddings do not notice.
    """
    ids = [tokenizer.encode(p, add_special_tokens=False).ids for p in prompts]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    out = [[] for _ in prompts]
    for at in range(0, len(order), batch):
        part = order[at : at + batch]
        longest = len(ids[part[-1]])
        x = torch.tensor([[train.PAD] * (longest - len(ids[i])) + ids[i] for i in part], device=device)
        padding = torch.zeros(len(part), 1024, dtype=torch.bool, device=device)
        padding[:, :longest] = x == train.PAD
        caches = [[] for _ in model.layers]
        alive, start = [True] * len(part), 0
        for _ in range(min(limit, 1024 - longest)):
            end = start + x.shape[1]
            hidden = model(x, start, caches, padding[:, :end])[:, -1]
            start = end
            best = model.logits(hidden).argmax(-1)
            for j, token in enumerate(best.tolist()):
                if alive[j] and token == train.END:
                    alive[j] = False
                elif alive[j]:
                    out[part[j]].append(token)
            if not any(alive):
                break
            x = best[:, None]
    return [tokenizer.decode(o, skip_special_tokens=True) for o in out], [len(o) for o in out]


def answer_of(text):
    tail = text.rsplit("</think>", 1)[-1]
    numbers = re.findall(r"-?\d[\d,]*", tail)
    return numbers[0].replace(",", "") if numbers else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtype", default="float16", help="the weights are float16; this is what is computed in")
    parser.add_argument("--history", type=int, default=0)
    parser.add_argument("--failures", type=int, default=30)
    parser.add_argument("--ask", nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=0, help="only the first N questions")
    args = parser.parse_args()
    model = train.load(args.checkpoint, args.device, getattr(torch, args.dtype)).eval()
    tokenizer = Tokenizer.from_file(os.path.join(args.checkpoint, "tokenizer.json"))
    if args.ask:
        texts, _ = generate(model, tokenizer, [prompt([(q, None)]) for q in args.ask], args.device)
        for q, t in zip(args.ask, texts):
            print(f"{q}\n    {t!r}")
    for name in args.files:
        began = time.time()
        with open(name) as f:
            rows = [json.loads(line) for line in f]
        rows = rows[: args.limit] if args.limit else rows
        plain = [prompt([(r["question"], None)]) for r in rows]
        texts, lengths = generate(model, tokenizer, plain, args.device)
        if args.history:
            rng = random.Random(1)
            prompts = []
            for i, r in enumerate(rows):
                earlier = rng.sample(range(len(rows)), args.history)
                # Half of the histories keep the thinking, half only the visible answer.
                strip = (lambda t: t) if i % 2 else (lambda t: t.rsplit("</think>", 1)[-1].strip())
                prompts.append(prompt([(rows[j]["question"], strip(texts[j])) for j in earlier] + [(r["question"], None)]))
            texts, lengths = generate(model, tokenizer, prompts, args.device)
        tally, failures, numbers = collections.defaultdict(lambda: [0, 0]), [], 0
        for r, text in zip(rows, texts):
            right = answer_of(text) == r["answer"]
            numbers += len(re.findall(r"\d[\d,]*", text.rsplit("</think>", 1)[-1])) == 1
            for key in (r.get("kind", "all").split(":")[0], "total"):
                tally[key][0] += right
                tally[key][1] += 1
            if not right:
                failures.append((r["question"], r["answer"], text))
        print(f"\n{os.path.basename(name)}, {args.dtype}" + (f", {args.history} earlier turns" if args.history else ""))
        for key, (right, count) in sorted(tally.items(), key=lambda e: (e[0] == "total", e[0])):
            print(f"  {key:22s} {right:5d} / {count:<5d} {100 * right / count:6.2f} %")
        lengths = sorted(lengths)
        print(f"  exactly one number after </think>: {numbers} / {len(rows)};  new tokens: median "
              f"{lengths[len(lengths) // 2]}, 95th percentile {lengths[int(len(lengths) * 0.95)]}, longest {lengths[-1]};  "
              f"{time.time() - began:.0f} s")
        for question, answer, text in failures[: args.failures]:
            print(f"  WRONG (expected {answer}): {question!r}\n      {text!r}")


if __name__ == "__main__":
    main()
