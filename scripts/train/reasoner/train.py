"""Trains the reasoning model from nothing and writes a Hugging Face checkpoint folder.

    python train.py --out ../../../demo/public/models/reasoner --minutes 8            # one GPU
    python train.py --out /tmp/tiny --device cpu --minutes 5 --hidden 128 --layers 3 --tokens-per-step 8192

Everything is here: the byte-level BPE tokenizer, the Llama model, the data workers, the training
loop and the export. The schedule is bounded by wall-clock time, so a run always ends and exports.
"""

import argparse
import json
import math
import multiprocessing
import os
import random
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import generate

VOCABULARY = 1024
PAD, BOS, END, USER, ASSISTANT, SYSTEM = range(6)
SPECIAL = ["<|pad|>", "<|bos|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]
MARKERS = ["<think>", "</think>"]  # single tokens, but visible text
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] | trim + '<|end|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


# --- Tokenizer -----------------------------------------------------------------------------------
def train_tokenizer(texts):
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    # Each digit is a token of its own: the scratchpad works on digits.
    split = r"\p{N}| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(split), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL + MARKERS, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    # Not "special": decoding keeps the thinking marks even when special tokens are skipped.
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    tokenizer.add_tokens([AddedToken(t, special=False, normalized=False) for t in MARKERS])
    data = json.loads(tokenizer.to_str())
    for token in data["added_tokens"]:
        token["special"] = token["content"] in SPECIAL
    return Tokenizer.from_str(json.dumps(data))


# --- Data ----------------------------------------------------------------------------------------
class Packer:
    """Lays whole conversations one after the other into rows of a fixed length.

    Nothing hides the earlier conversations of a row from the later ones: that is how the model
    learns to answer at any position and to ignore what came before.
    """

    def __init__(self, tokenizer, seed):
        self.tokenizer, self.rng = tokenizer, random.Random(seed)

    def rows(self, count, length):
        ids = np.full((count, length), PAD, np.int16)
        learnt = np.zeros((count, length), bool)
        pending = None
        for i in range(count):
            at = 0
            while True:
                if pending is None:
                    parts = generate.conversation(self.rng)
                    pieces = [(self.tokenizer.encode(t, add_special_tokens=False).ids, l) for t, l in parts]
                    size = sum(len(p) for p, _ in pieces)
                    if size > length:
                        continue
                    pending = pieces, size
                pieces, size = pending
                if at + size > length:
                    break
                for piece, flag in pieces:
                    ids[i, at : at + len(piece)] = piece
                    learnt[i, at : at + len(piece)] = flag
                    at += len(piece)
                pending = None
        return ids, learnt


def worker(tokenizer_path, seed, queue, shapes):
    from tokenizers import Tokenizer

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    packer = Packer(Tokenizer.from_file(tokenizer_path), seed)
    n = 0
    while True:
        count, length = shapes[n % len(shapes)]
        queue.put(packer.rows(count, length))
        n += 1


# --- Model ---------------------------------------------------------------------------------------
class RMSNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        h = c["hidden_size"]
        self.q_proj = nn.Linear(h, self.heads * self.head_dim, bias=False)
        self.k_proj = nn.Linear(h, self.kv_heads * self.head_dim, bias=False)
        self.v_proj = nn.Linear(h, self.kv_heads * self.head_dim, bias=False)
        self.o_proj = nn.Linear(self.heads * self.head_dim, h, bias=False)

    def forward(self, x, cos, sin, cache=None, mask=None):
        b, t, _ = x.shape
        split = lambda y, n: y.view(b, t, n, self.head_dim).transpose(1, 2)
        q, k, v = split(self.q_proj(x), self.heads), split(self.k_proj(x), self.kv_heads), split(self.v_proj(x), self.kv_heads)

        def rotate(y):
            first, second = y.chunk(2, -1)
            return (y * cos + torch.cat((-second, first), -1) * sin).to(v.dtype)

        q, k = rotate(q), rotate(k)
        if cache is not None:
            if cache:
                k, v = torch.cat((cache[0], k), 2), torch.cat((cache[1], v), 2)
            cache[:] = k, v
        k = k.repeat_interleave(self.heads // self.kv_heads, 1)
        v = v.repeat_interleave(self.heads // self.kv_heads, 1)
        if mask is None and hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
        else:
            y = self._plain(q, k, v, mask)
        return self.o_proj(y.transpose(1, 2).reshape(b, t, -1))

    def _plain(self, q, k, v, padding):
        """For PyTorch 1.13, which has no scaled_dot_product_attention, and for padded batches.

        `padding` is true for the keys to leave out. The mask is a large finite number: a padding
        row that sees nothing then stays finite.
        """
        scores = q @ k.transpose(-1, -2) / math.sqrt(self.head_dim)
        t, s = scores.shape[-2:]
        mask = torch.ones(t, s, dtype=torch.bool, device=q.device).triu(1 + s - t)
        if padding is not None:
            mask = mask | padding[:, None, None, :]
        return scores.masked_fill(mask, -1e4).softmax(-1) @ v


class MLP(nn.Module):
    def __init__(self, c):
        super().__init__()
        h, i = c["hidden_size"], c["intermediate_size"]
        self.gate_proj = nn.Linear(h, i, bias=False)
        self.up_proj = nn.Linear(h, i, bias=False)
        self.down_proj = nn.Linear(i, h, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm = RMSNorm(c["hidden_size"])
        self.self_attn = Attention(c)
        self.post_attention_layernorm = RMSNorm(c["hidden_size"])
        self.mlp = MLP(c)

    def forward(self, x, cos, sin, cache=None, mask=None):
        dtype = self.mlp.up_proj.weight.dtype
        x = x + self.self_attn(self.input_layernorm(x).to(dtype), cos, sin, cache, mask)
        return x + self.mlp(self.post_attention_layernorm(x).to(dtype))


class Llama(nn.Module):
    """The parameter names are those of Hugging Face's LlamaForCausalLM, without the `model.` prefix."""

    def __init__(self, c):
        super().__init__()
        self.config = c
        self.embed_tokens = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.norm = RMSNorm(c["hidden_size"])
        d, n = c["head_dim"], c["max_position_embeddings"]
        angles = torch.outer(torch.arange(n).float(), c["rope_theta"] ** (-torch.arange(0, d, 2).float() / d))
        self.register_buffer("cos", torch.cat((angles, angles), -1).cos(), persistent=False)
        self.register_buffer("sin", torch.cat((angles, angles), -1).sin(), persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                small = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(p, std=0.04 / (math.sqrt(2 * len(self.layers)) if small else 1))

    def forward(self, ids, start=0, caches=None, mask=None):
        """Hidden states after the last norm; `logits` turns them into scores."""
        t = ids.shape[1]
        cos, sin = self.cos[start : start + t], self.sin[start : start + t]
        x = self.embed_tokens(ids)
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, caches[i] if caches is not None else None, mask)
        return self.norm(x)

    def logits(self, hidden):
        return F.linear(hidden.to(self.embed_tokens.weight.dtype), self.embed_tokens.weight).float()

    def loss(self, ids, labels):
        # Only the learnt positions reach the vocabulary: cross_entropy skips label -100.
        hidden = self(ids)
        return F.cross_entropy(self.logits(hidden).flatten(0, 1), labels.flatten(), ignore_index=-100)


# --- Export --------------------------------------------------------------------------------------
def export(model, folder, tokenizer=None):
    import torch

    os.makedirs(folder, exist_ok=True)
    tensors = {f"model.{k}": v.detach().to("cpu", torch.float16).contiguous() for k, v in model.state_dict().items()}
    # The safetensors format: header length, JSON header, raw little-endian tensors.
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 2
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(folder, "model.safetensors"), "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            f.write(tensor.numpy().tobytes())

    def write(name, value):
        with open(os.path.join(folder, name), "w") as f:
            json.dump(value, f, indent=2, ensure_ascii=False)
            f.write("\n")

    write("config.json", model.config)
    write("generation_config.json", {"bos_token_id": BOS, "eos_token_id": END, "pad_token_id": PAD,
                                     "do_sample": False, "max_new_tokens": 256})
    if tokenizer is not None:
        tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)
        write("tokenizer_config.json", {
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|bos|>", "eos_token": "<|end|>",
            "pad_token": "<|pad|>", "add_bos_token": False, "clean_up_tokenization_spaces": False,
            "model_max_length": model.config["max_position_embeddings"],
            "added_tokens_decoder": {
                str(i): {"content": t, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                         "special": t in SPECIAL} for i, t in enumerate(SPECIAL + MARKERS)},
            "chat_template": CHAT_TEMPLATE,
        })


def load(folder, device="cpu", dtype=torch.float32):
    with open(os.path.join(folder, "config.json")) as f:
        model = Llama(json.load(f))
    with open(os.path.join(folder, "model.safetensors"), "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        body = f.read()
    state = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            array = np.frombuffer(body[begin:end], np.float16).reshape(entry["shape"])
            state[name[len("model."):]] = torch.from_numpy(array.copy())
    model.load_state_dict(state)
    return model.to(device, dtype)


# --- Training ------------------------------------------------------------------------------------
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=8, help="training time, exports included")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--kv-heads", type=int, default=2)
    parser.add_argument("--intermediate", type=int, default=768)
    parser.add_argument("--tokens-per-step", type=int, default=65536)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--weight-decay", type=float, default=0.05)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--pool", type=int, default=6000, help="batches kept for reuse while new ones arrive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", help="checkpoint folder to start from, its tokenizer included")
    args = parser.parse_args()
    started = time.time()
    gpu = args.device == "cuda"
    torch.manual_seed(args.seed)
    os.makedirs(args.out, exist_ok=True)

    from tokenizers import Tokenizer
    rng = random.Random(args.seed)
    if args.resume:
        tokenizer = Tokenizer.from_file(os.path.join(args.resume, "tokenizer.json"))
    else:
        tokenizer = train_tokenizer("".join(t for t, _ in generate.conversation(rng)) for _ in range(40_000))
    tokenizer_path = os.path.join(args.out, "tokenizer.json")
    tokenizer.save(tokenizer_path)
    print(f"tokenizer: {tokenizer.get_vocab_size()} tokens, {time.time() - started:.0f} s", flush=True)

    # Short rows give every conversation a clean start more often; long ones teach late positions.
    short, long = 192, 1024  # inputs; a row has one more token for the last label
    shapes = [(args.tokens_per_step // short, short + 1)] * 3 + [(max(1, args.tokens_per_step // long), long + 1)]
    context = multiprocessing.get_context("fork" if not gpu else "spawn")
    queue = context.Queue(maxsize=64)
    workers = [context.Process(target=worker, args=(tokenizer_path, args.seed * 1000 + i, queue, shapes[i % 4 :] + shapes[: i % 4]),
                               daemon=True) for i in range(args.workers)]
    for w in workers:
        w.start()

    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCABULARY,
        "hidden_size": args.hidden, "intermediate_size": args.intermediate, "num_hidden_layers": args.layers,
        "num_attention_heads": args.heads, "num_key_value_heads": args.kv_heads, "head_dim": 64,
        "hidden_act": "silu", "max_position_embeddings": 1024, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True, "initializer_range": 0.04,
        "bos_token_id": BOS, "eos_token_id": END, "pad_token_id": PAD, "torch_dtype": "float16", "use_cache": True,
    }
    model = Llama(config) if not args.resume else load(args.resume)
    model.to(args.device)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{parameters / 1e6:.2f} M parameters", flush=True)
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": args.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
        lr=args.lr, betas=(0.9, 0.98), **({"fused": True} if gpu else {}))
    loss_of = model.loss
    if gpu:
        torch.set_float32_matmul_precision("high")
    if hasattr(torch, "compile"):
        loss_of = torch.compile(model.loss, dynamic=False)

    def autocast():
        # bf16 without matrix units is slower than f32, so only a GPU uses it.
        return torch.autocast(args.device, dtype=torch.bfloat16, enabled=gpu)

    def take(item):
        ids, learnt = item
        ids = torch.from_numpy(ids.astype(np.int64))
        labels = ids.masked_fill(~torch.from_numpy(learnt), -100)
        return ids[:, :-1].to(args.device), labels[:, 1:].to(args.device)

    pool, fresh, step, losses, seen = [], 0, 0, [], 0
    deadline, clock = started + args.minutes * 60, None
    next_print = next_save = 0.0
    while True:
        # New batches first; while the workers are behind, an earlier batch is used again.
        if not pool or not queue.empty():
            item = queue.get()
            fresh += 1
            if len(pool) < args.pool:
                pool.append(item)
            else:
                pool[rng.randrange(len(pool))] = item
        else:
            item = pool[rng.randrange(len(pool))]
        if clock is None and step == 12:
            clock = time.time()  # The schedule starts after compilation.
            next_save = clock + (deadline - clock) / 2
        progress = 0.0 if clock is None else min(1.0, (time.time() - clock) / max(1.0, deadline - clock))
        warmup = min(1.0, (step + 1) / 200)
        for group in optimizer.param_groups:
            group["lr"] = args.lr * warmup * (0.5 + 0.5 * math.cos(math.pi * progress)) + 1e-6
        ids, labels = take(item)
        with autocast():
            loss = loss_of(ids, labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
        step += 1
        seen += ids.numel()
        now = time.time()
        if now >= next_print:
            value = torch.stack(losses).mean().item()
            print(f"{now - started:6.0f} s  step {step:6d}  loss {value:.4f}  {seen / 1e6:.1f} M tokens  "
                  f"{fresh} fresh batches  lr {optimizer.param_groups[0]['lr']:.2e}", flush=True)
            losses, next_print = [], now + 15
        if clock is not None and now >= next_save:
            export(model, args.out, tokenizer)
            next_save = float("inf")
        if clock is not None and progress >= 1.0:
            break
    export(model, args.out, tokenizer)
    print(f"done: {step} steps, {seen / 1e6:.0f} M tokens, {fresh} fresh batches, {time.time() - started:.0f} s", flush=True)
    sys.stdout.flush()
    for w in workers:
        w.terminate()
    os._exit(0)  # The queue's feeder threads would otherwise wait for a reader.


if __name__ == "__main__":
    main()
