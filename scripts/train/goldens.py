"""Writes the language-model reference cases in test/goldens/llm.

    python goldens.py            # needs torch, transformers and safetensors; CPU, under a minute

Each folder holds a small random checkpoint (fixed seed), `config.json` in the classic style of real
checkpoints, and `case.json`:

    tokenIds      the input
    logits        base64 of little-endian float32 [sequence, vocabulary]
    greedy        the next tokens by greedy decoding
    transformers  the version that computed them

The logits come from transformers in float64, with the weights as stored (rounded to F16 or BF16
first where the checkpoint is stored so), so an engine is compared with the exact value and not with
another rounding. A seed is taken only when every greedy step wins by more than MARGIN, so that a
half-precision engine has to reproduce the same tokens.
"""

import base64
import json
import os
import shutil

import torch
import transformers
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "test", "goldens", "llm")
MARGIN = 0.05
NEW_TOKENS = 24

BASE = dict(
    vocab_size=200, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=False,
    attention_bias=False, bos_token_id=1, eos_token_id=2, pad_token_id=0, initializer_range=0.2,
)
THETA = 10000.0
CASES_MODEL = {"llama": LlamaForCausalLM, "qwen2": Qwen2ForCausalLM, "qwen3": Qwen3ForCausalLM}

# name: (config class, model class, changes to BASE, rope_scaling, stored type, lengths of the cases, options)
CASES = {
    "llama-gqa": (LlamaConfig, LlamaForCausalLM, {}, None, torch.float32, [60], {"new_style": True}),
    "llama-tied-bf16": (LlamaConfig, LlamaForCausalLM, dict(tie_word_embeddings=True), None, torch.bfloat16, [48], {"shards": 2}),
    "llama-rope-llama3": (
        LlamaConfig, LlamaForCausalLM, dict(max_position_embeddings=512),
        dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64),
        torch.float32, [120], {"theta": 500000.0}),
    "llama-rope-linear": (
        LlamaConfig, LlamaForCausalLM, {}, dict(rope_type="linear", factor=4.0), torch.float32, [80], {"old_type_key": True}),
    "llama-rope-yarn": (
        LlamaConfig, LlamaForCausalLM, dict(max_position_embeddings=128),
        dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32), torch.float32, [90], {}),
    "llama-rope-dynamic": (
        LlamaConfig, LlamaForCausalLM, dict(max_position_embeddings=64),
        dict(rope_type="dynamic", factor=2.0), torch.float32, [36, 100], {}),
    "qwen2": (
        Qwen2Config, Qwen2ForCausalLM,
        dict(hidden_size=96, num_attention_heads=6, num_key_value_heads=2, intermediate_size=112, tie_word_embeddings=True,
             vocab_size=240, rms_norm_eps=1e-6), None, torch.float16, [70], {"theta": 1000000.0}),
    "llama-headdim": (
        LlamaConfig, LlamaForCausalLM,
        dict(hidden_size=72, head_dim=40, num_attention_heads=4, num_key_value_heads=2, intermediate_size=90,
             attention_bias=True, mlp_bias=True, vocab_size=161), None, torch.float32, [50], {}),
    "qwen3": (
        Qwen3Config, Qwen3ForCausalLM,
        dict(head_dim=32, num_attention_heads=4, num_key_value_heads=2, vocab_size=180, rms_norm_eps=1e-6),
        None, torch.float32, [66], {"theta": 1000000.0}),
}


def build(name, seed):
    config_class, model_class, changes, scaling, dtype, lengths, options = CASES[name]
    values = {**BASE, **changes}
    rope = {"rope_theta": options.get("theta", THETA), **(scaling or {"rope_type": "default"})}
    torch.manual_seed(seed)
    config = config_class(**values, rope_parameters=rope)
    model = model_class(config).eval()
    with torch.no_grad():
        for key, p in model.named_parameters():
            # Biases and norms start at 0 and 1: random ones make a forgotten one visible.
            if key.endswith("bias"):
                p.normal_(0, 0.3)
            elif "norm" in key:
                p.normal_(1, 0.2)
            elif p.dim() == 2:
                # Well-spread logits without exploding activations.
                p.normal_(0, 0.6 if "embed_tokens" in key or "lm_head" in key else 1.6 / p.shape[1] ** 0.5)
            p.copy_(p.to(dtype))
    return model, config, dtype, lengths, options


@torch.no_grad()
def run(model, tokens, new_tokens):
    """Logits of the prompt in one pass, then greedy decoding without a cache.

    Each greedy step reads the whole sequence again in one pass: for dynamic NTK scaling that is the
    only reading in which all positions share one base. Returns the smallest winning margin as well.
    """
    logits = model(torch.tensor([tokens]), use_cache=False).logits[0]
    ids, greedy, margin = list(tokens), [], float("inf")
    for _ in range(new_tokens):
        last = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
        top = last.topk(2)
        margin = min(margin, (top.values[0] - top.values[1]).item())
        greedy.append(top.indices[0].item())
        ids.append(greedy[-1])
    return logits, greedy, margin


@torch.no_grad()
def run_generate(model, tokens, new_tokens):
    out = model.generate(torch.tensor([tokens]), attention_mask=torch.ones(1, len(tokens), dtype=torch.long),
                         do_sample=False, max_new_tokens=new_tokens, min_new_tokens=new_tokens, eos_token_id=None)
    return out[0, len(tokens):].tolist()


def classic(config, options, dtype):
    """config.json as real checkpoints have it: rope_theta and rope_scaling at the top level."""
    data = json.loads(config.to_json_string(use_diff=False))
    for key in list(data):
        if data[key] is None or key in ("_name_or_path", "output_attentions", "output_hidden_states", "return_dict", "chunk_size_feed_forward",
                                        "is_encoder_decoder", "id2label", "label2id", "problem_type", "dtype", "layer_types"):
            data.pop(key)
    rope = data.pop("rope_parameters")
    data["torch_dtype"] = {torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16"}[dtype]
    data["architectures"] = [CASES_MODEL[config.model_type].__name__]
    data["transformers_version"] = transformers.__version__
    data["use_cache"] = True
    if options.get("new_style"):
        data["rope_parameters"] = rope
        data["dtype"] = data.pop("torch_dtype")
        return data
    data["rope_theta"] = rope.pop("rope_theta")
    if rope.get("rope_type", "default") == "default":
        data["rope_scaling"] = None
    else:
        if options.get("old_type_key"):
            rope["type"] = rope.pop("rope_type")  # the spelling before `rope_type`
        data["rope_scaling"] = {k: v for k, v in rope.items() if v is not None}
    return data


def save_weights(model, folder, dtype, shards, tied):
    state = {k: v.detach().to(dtype).contiguous() for k, v in model.state_dict().items()}
    if tied:
        state.pop("lm_head.weight", None)
    if shards == 1:
        save_file(state, os.path.join(folder, "model.safetensors"), {"format": "pt"})
        return
    names, weight_map = list(state), {}
    for i in range(shards):
        file = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        part = names[i * len(names) // shards : (i + 1) * len(names) // shards]
        save_file({n: state[n] for n in part}, os.path.join(folder, file), {"format": "pt"})
        weight_map.update({n: file for n in part})
    total = sum(t.numel() * t.element_size() for t in state.values())
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as f:
        json.dump({"metadata": {"total_size": total}, "weight_map": weight_map}, f, indent=2)


def main():
    for name in CASES:
        for seed in range(1, 400):
            model, config, dtype, lengths, options = build(name, seed)
            generator = torch.Generator().manual_seed(seed)
            sequences = [torch.randint(3, config.vocab_size, (n,), generator=generator).tolist() for n in lengths]
            results = []
            for tokens in sequences:
                # Dynamic scaling keeps the longest length seen in the module: each case gets a fresh one.
                fresh = build(name, seed)[0].double()
                results.append(run(fresh, tokens, NEW_TOKENS))
                if results[-1][2] <= MARGIN or len(set(results[-1][1])) < 4:
                    break  # a flat step, or a loop of one or two tokens, which tests little
            else:
                break
        else:
            raise SystemExit(f"{name}: no seed has a margin above {MARGIN}")
        folder = os.path.join(ROOT, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(os.path.join(folder, "config.json"), "w") as f:
            json.dump(classic(config, options, dtype), f, indent=2)
            f.write("\n")
        save_weights(model, folder, dtype, options.get("shards", 1), config.tie_word_embeddings)
        for i, (tokens, (logits, greedy, margin)) in enumerate(zip(sequences, results)):
            cached = run_generate(build(name, seed)[0].double(), tokens, NEW_TOKENS)
            case = {
                "tokenIds": tokens,
                "logits": base64.b64encode(logits.float().numpy().astype("<f4").tobytes()).decode(),
                "greedy": greedy,
                "transformers": transformers.__version__,
            }
            if cached != greedy:
                # Differs for dynamic scaling only, where generate() keeps keys rotated with an earlier base.
                case["greedyGenerate"] = cached
            with open(os.path.join(folder, "case.json" if i == 0 else "case_long.json"), "w") as f:
                json.dump(case, f)
                f.write("\n")
            # What is on disk gives the same values when transformers loads it in the ordinary way.
            loaded = type(model).from_pretrained(folder, dtype=torch.float64)
            with torch.no_grad():
                again = loaded(torch.tensor([tokens]), use_cache=False).logits[0]
            error = (again - logits).abs().max().item()
            size = sum(os.path.getsize(os.path.join(folder, n)) for n in os.listdir(folder))
            print(f"{name:20s} seed {seed:3d}  length {len(tokens):4d}  logits std {logits.std():.2f} max {logits.abs().max():.1f}  "
                  f"margin {margin:.3f}  reload {error:.1e}  generate() {'same' if cached == greedy else 'DIFFERS'}  {size // 1024} KiB", flush=True)
            assert error < 1e-9, "the classic config does not mean the same"


if __name__ == "__main__":
    main()
