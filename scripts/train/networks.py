"""The networks of ViralClipper and Brandkit in PyTorch, as the engine computes them in WGSL.

The names of a module's state dict are the checkpoint's tensor names (src/nn/clipWeights.ts, src/nn/brandWeights.ts),
and `config` is the checkpoint's config.json. Plain PyTorch: runs from 1.13 on.

    model = ViralClipper(viral_clipper_config(hidden_size=64, num_layers=2, num_heads=4, intermediate_size=128))
    scores = model(visual, audio, text, engagement)
    save_checkpoint(model, "demo/public/models/viral-clipper", dtype="F16")

Keys of config.json beside the trunk's (hidden_size, num_layers, num_heads, intermediate_size, max_sequence_length,
layer_norm_eps), with their defaults:

    ViralClipper  visual_size 2048, audio_size 512, text_size 768, engagement_size 64,
                  fusion_heads = num_heads, head_hidden_size = hidden_size / 2
    Brandkit      color_size 8, typography_size 64, layout_size 128, text_size 768,
                  cross_attention_heads = num_heads, head_hidden_size = hidden_size / 2, profile_size 512

A head is Linear, ReLU, Dropout, Linear: its tensors are numbered 0 and 3.
"""

import json
import os

import numpy
import torch
from torch import nn

TONES = ["formal", "casual", "playful", "urgent", "luxurious", "technical", "friendly", "bold", "calm", "inspirational"]
SENTIMENTS = 32
STYLES = 64


def trunk_config(hidden_size, num_layers, num_heads, intermediate_size, max_sequence_length, **more):
    return {
        "architectures": ["UltraOptimizedModel"],
        "hidden_size": hidden_size,
        "num_layers": num_layers,
        "num_heads": num_heads,
        "intermediate_size": intermediate_size,
        "max_sequence_length": max_sequence_length,
        "layer_norm_eps": 1e-5,
        **more,
    }


def viral_clipper_config(hidden_size=512, num_layers=6, num_heads=8, intermediate_size=2048, max_sequence_length=1024, **more):
    """The published size (a trunk of 25,178,112 parameters) unless told."""
    sizes = {
        "visual_size": 2048, "audio_size": 512, "text_size": 768, "engagement_size": 64,
        "fusion_heads": num_heads, "head_hidden_size": max(1, hidden_size // 2), **more,
    }
    return trunk_config(hidden_size, num_layers, num_heads, intermediate_size, max_sequence_length, **sizes)


def brandkit_config(hidden_size=512, num_layers=4, num_heads=8, intermediate_size=1024, max_sequence_length=512, **more):
    """The published size (a trunk of 10,493,952 parameters) unless told."""
    sizes = {
        "color_size": 8, "typography_size": 64, "layout_size": 128, "text_size": 768,
        "cross_attention_heads": num_heads, "head_hidden_size": max(1, hidden_size // 2), "profile_size": 512, **more,
    }
    return trunk_config(hidden_size, num_layers, num_heads, intermediate_size, max_sequence_length, **sizes)


def attend(q, k, v, heads, mask=None):
    """q [batch, queries, hidden], k and v [batch, keys, hidden] -> [batch, queries, hidden].

    `mask` broadcasts to [batch, heads, queries, keys], True = may attend. A query that sees no key gets zeros.
    """
    def split(x):
        return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    share = torch.softmax(scores, dim=-1)
    if mask is not None:
        share = torch.nan_to_num(share, nan=0.0)
    return (share @ v).transpose(1, 2).flatten(2)


class Attention(nn.Module):
    """Multi-head attention without biases, of queries to keys and values that may come from elsewhere."""

    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(hidden, hidden, bias=False))

    def forward(self, queries, keys, mask=None):
        return self.out_proj(attend(self.q_proj(queries), self.k_proj(keys), self.v_proj(keys), self.heads, mask))


class SelfAttention(nn.Module):
    def __init__(self, hidden, heads):
        super().__init__()
        self.heads = heads
        self.qkv_proj = nn.Linear(hidden, 3 * hidden, bias=False)
        self.o_proj = nn.Linear(hidden, hidden, bias=False)

    def forward(self, x, mask=None):
        q, k, v = self.qkv_proj(x).chunk(3, dim=-1)
        return self.o_proj(attend(q, k, v, self.heads, mask))


class GatedMlp(nn.Module):
    def __init__(self, hidden, intermediate):
        super().__init__()
        self.gate_up_proj = nn.Linear(hidden, 2 * intermediate, bias=False)
        self.down_proj = nn.Linear(intermediate, hidden, bias=False)

    def forward(self, x):
        gate, up = self.gate_up_proj(x).chunk(2, dim=-1)
        return self.down_proj(nn.functional.silu(gate) * up)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, eps = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.input_layernorm = nn.LayerNorm(hidden, eps=eps)
        self.self_attn = SelfAttention(hidden, config["num_heads"])
        self.post_attention_layernorm = nn.LayerNorm(hidden, eps=eps)
        self.mlp = GatedMlp(hidden, config["intermediate_size"])

    def forward(self, x, mask=None):
        x = x + self.self_attn(self.input_layernorm(x), mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):
    """The trunk that all variants share (UltraOptimizedModel): [batch, seq, hidden] -> the same shape."""

    def __init__(self, config):
        super().__init__()
        self.config = dict(config)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_layers"]))

    def run_layers(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def forward(self, x, mask=None):
        return self.run_layers(x, mask)


def projection(width, hidden, eps):
    """relu(layerNorm(linear(x))): how every modality comes in."""
    return nn.Sequential(nn.Linear(width, hidden), nn.LayerNorm(hidden, eps=eps), nn.ReLU())


def head(width, hidden, outputs, dropout):
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, outputs))


class ClipEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, eps = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.visual_proj = projection(config["visual_size"], hidden, eps)
        self.audio_proj = projection(config["audio_size"], hidden, eps)
        self.text_proj = projection(config["text_size"], hidden, eps)
        self.engagement_proj = projection(config["engagement_size"], hidden, eps)
        self.fusion_attention = Attention(hidden, config["fusion_heads"])
        self.pos_encoding = nn.Parameter(torch.randn(config["max_sequence_length"], hidden) * 0.02)
        self.layer_norm = nn.LayerNorm(hidden, eps=eps)

    def forward(self, visual, audio, text, engagement):
        batch, steps = visual.shape[:2]
        tokens = torch.stack(
            [self.visual_proj(visual), self.audio_proj(audio), self.text_proj(text), self.engagement_proj(engagement)], dim=2
        ).flatten(0, 1)  # [batch * steps, 4, hidden]
        fused = self.fusion_attention(tokens, tokens).mean(dim=1).reshape(batch, steps, -1)
        return self.layer_norm(fused + self.pos_encoding[:steps])


class ViralClipper(Trunk):
    """Every input is [batch, steps, its size]; returns virality logits [batch, steps] and segment logits [batch, steps, 2].

    `virality` of the engine is the sigmoid of the first; the second are start and end.
    """

    def __init__(self, config, dropout=0.1):
        super().__init__(config)
        hidden, eps = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.encoder = ClipEncoder(config)
        self.layer_norm = nn.LayerNorm(hidden, eps=eps)
        self.virality_head = head(hidden, config["head_hidden_size"], 1, dropout)
        self.segment_head = head(hidden, config["head_hidden_size"], 2, dropout)

    def forward(self, visual, audio, text, engagement):
        x = self.layer_norm(self.run_layers(self.encoder(visual, audio, text, engagement)))
        return self.virality_head(x).squeeze(-1), self.segment_head(x)


class BrandEncoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        hidden, eps = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.color_proj = projection(config["color_size"], hidden, eps)
        self.typography_proj = projection(config["typography_size"], hidden, eps)
        self.layout_proj = projection(config["layout_size"], hidden, eps)
        self.text_proj = projection(config["text_size"], hidden, eps)


class Brandkit(Trunk):
    """colors [batch, colours, 8], typography [batch, 64], layout [batch, 128], text [batch, sentences, 768].

    A brand without text has one row of zeros. `color_mask` [batch, colours] and `text_mask` [batch, sentences] (True = is
    there) are for batches of brands with different counts: a brand gets what it would get alone.
    Returns profile, consistency logits [batch], tone logits [batch, 10], sentiment (tanh) and style (relu).
    """

    def __init__(self, config, dropout=0.1):
        super().__init__(config)
        hidden, eps = config["hidden_size"], config.get("layer_norm_eps", 1e-5)
        self.encoder = BrandEncoder(config)
        self.layer_norm = nn.LayerNorm(hidden, eps=eps)
        self.cross_attention = Attention(hidden, config["cross_attention_heads"])
        sizes = {"profile": config["profile_size"], "consistency": 1, "tone": len(TONES), "sentiment": SENTIMENTS, "style": STYLES}
        for name, outputs in sizes.items():
            setattr(self, f"{name}_head", head(2 * hidden, config["head_hidden_size"], outputs, dropout))

    def forward(self, colors, typography, layout, text, color_mask=None, text_mask=None):
        batch, count = colors.shape[:2]
        encoder = self.encoder
        visual = [encoder.color_proj(colors), encoder.typography_proj(typography)[:, None], encoder.layout_proj(layout)[:, None]]
        x = torch.cat([*visual, encoder.text_proj(text)], dim=1)  # [batch, colours + 2 + sentences, hidden]
        seen = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        if color_mask is not None:
            seen[:, :count] = color_mask
        if text_mask is not None:
            seen[:, count + 2 :] = text_mask
        x = self.layer_norm(self.run_layers(x, seen[:, None, None, :]))
        visual, text = x[:, : count + 2], x[:, count + 2 :]
        see_visual, see_text = seen[:, : count + 2], seen[:, count + 2 :]
        visual, text = (
            visual + self.cross_attention(visual, text, see_text[:, None, None, :]),
            text + self.cross_attention(text, visual, see_visual[:, None, None, :]),
        )
        pooled = torch.cat([masked_mean(visual, see_visual), masked_mean(text, see_text)], dim=-1)  # [batch, 2 * hidden]
        return {
            "profile": self.profile_head(pooled),
            "consistency": self.consistency_head(pooled).squeeze(-1),
            "tone": self.tone_head(pooled),
            "sentiment": torch.tanh(self.sentiment_head(pooled)),
            "style": torch.relu(self.style_head(pooled)),
        }


def masked_mean(x, seen):
    """Mean over the rows that are there: x [batch, rows, hidden], seen [batch, rows]."""
    weight = seen[..., None].to(x.dtype)
    return (x * weight).sum(dim=1) / weight.sum(dim=1)


def parameters_of(model):
    return sum(p.numel() for p in model.parameters())


def save_checkpoint(model, folder, dtype="F32"):
    """config.json and model.safetensors ('F32' or 'F16') as the engine loads them."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(model.config, file, indent=2)
        file.write("\n")
    tensors = {name: tensor.detach().cpu().numpy() for name, tensor in model.state_dict().items()}
    save_safetensors(tensors, os.path.join(folder, "model.safetensors"), dtype)


def save_safetensors(tensors, path, dtype="F32"):
    """The format is a length, a JSON header and the bytes (https://github.com/huggingface/safetensors#format)."""
    kind = {"F32": "<f4", "F16": "<f2"}[dtype]
    header, pieces, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in tensors.items():
        data = numpy.ascontiguousarray(tensor, dtype=kind).tobytes()
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        pieces.append(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for piece in pieces:
            file.write(piece)
