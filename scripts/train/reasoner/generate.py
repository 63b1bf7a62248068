"""Generates the training conversations and the held-out problems.

    python generate.py --heldout 1000                 # writes heldout.jsonl
    python generate.py --show 20                      # prints a few conversations

train.py imports `conversation` and calls it from many processes.

The split is by hash of the normalised question text: a question whose SHA-256 starts with a byte
below HELD_OUT_BYTES never appears in training, in any position of any conversation, and only such
questions are in heldout.jsonl.
"""

import argparse
import collections
import hashlib
import json
import os
import random
import re

import problems

HELD_OUT_BYTES = 10  # of 256: about 4 % of all questions
HERE = os.path.dirname(os.path.abspath(__file__))

SYSTEM = ["You are a helpful assistant.", "You are a small arithmetic model.", "Answer the question.", "Be brief.",
          "You are a careful calculator. Think before you answer.", "Answer with a number.", "You are a math tutor."]


def normalise(question):
    return re.sub(r"[^a-z0-9]+$", "", re.sub(r"\s+", " ", question.lower()).strip())


def is_held_out(question):
    return hashlib.sha256(normalise(question).encode()).digest()[0] < HELD_OUT_BYTES


def training_problem(rng):
    while True:
        problem = problems.make(rng)
        if problem.value is None or not is_held_out(problem.question):
            return problem


def conversation(rng):
    """[(text, is it learnt?)] from `<|bos|>` on. A third have several turns."""
    parts = [("<|bos|>", False)]
    if rng.random() < 0.06:
        parts.append((f"<|system|>{rng.choice(SYSTEM)}<|end|>", False))
    turns = rng.choice((1, 1, 1, 1, 2, 3)) if rng.random() < 0.97 else rng.randint(4, 6)
    # A chat may keep the earlier thinking in its history or leave it out.
    keeps_thinking = rng.random() < 0.5
    for turn in range(turns):
        p = training_problem(rng)
        parts.append((f"<|user|>{p.question}<|end|><|assistant|>", False))
        thought = f"<think>{p.think}</think>\n"
        last = turn == turns - 1
        if last or keeps_thinking:
            parts.append((f"{thought}{p.answer}<|end|>", True))
        else:
            parts.append((f"{p.answer}<|end|>", False))
    return parts


REQUIRED = re.compile(r"^(sum|difference|product|add|subtract|multiply|two steps|negative)")


def held_out(count, seed=20):
    rng = random.Random(seed)
    rows, seen = [], set()
    while len(rows) < count:
        p = problems.make(rng)
        key = normalise(p.question)
        if p.value is None or key in seen or not is_held_out(p.question):
            continue
        if not REQUIRED.match(p.kind) and rng.random() < 0.4:
            continue  # The required kinds make up most of the set.
        seen.add(key)
        rows.append({"question": p.question, "answer": str(p.value), "kind": p.kind})
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--heldout", type=int, default=0)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.heldout:
        rows = held_out(args.heldout)
        with open(os.path.join(HERE, "heldout.jsonl"), "w") as f:
            for row in rows:
                f.write(json.dumps(row, ensure_ascii=False) + "\n")
        for kind, n in sorted(collections.Counter(r["kind"].split(":")[0] for r in rows).items()):
            print(f"{n:5d}  {kind}")
    rng = random.Random(args.seed)
    for _ in range(args.show):
        print("".join(text for text, _ in conversation(rng)), "\n")


if __name__ == "__main__":
    main()
