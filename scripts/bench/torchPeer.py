"""The three trunks in PyTorch under CUDA graphs, f16, with F.scaled_dot_product_attention: a second peer where there is CUDA.

python3 torchPeer.py OUT.json [RUNS]

Weights are random of the same spread; input and output stay on the GPU. Each replay is timed with a synchronisation behind it, as a
caller waits for its result. The graph's output is compared with the same layers in float32 before times are taken.
Also the rate of an f16 product of 8192 cubed: what the matrix units reach.
"""
import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

TRUNKS = {  # hidden, layers, heads, intermediate, longest sequence
    "brandkit": (512, 4, 8, 1024, 512),
    "viral-clipper": (512, 6, 8, 2048, 1024),
    "deepseek": (2048, 16, 16, 5504, 4096),
}
SEQS = (1, 16, 128, 512)
TOLERANCE = {"f16": 2e-2, "bf16": 1e-1}


def make_layers(hidden, layers, intermediate, dtype):
    def matrix(rows, columns):
        return (torch.randn(rows, columns, device="cuda") * 0.02).to(dtype)

    return [
        {
            "qkv": matrix(3 * hidden, hidden),
            "o": matrix(hidden, hidden),
            "gate_up": matrix(2 * intermediate, hidden),
            "down": matrix(hidden, intermediate),
            "norms": [torch.ones(hidden, device="cuda", dtype=dtype) for _ in range(2)],
            "biases": [torch.zeros(hidden, device="cuda", dtype=dtype) for _ in range(2)],
        }
        for _ in range(layers)
    ]


def forward(x, layers, heads):
    """x: [1, seq, hidden]"""
    batch, seq, hidden = x.shape
    for layer in layers:
        n = F.layer_norm(x, (hidden,), layer["norms"][0], layer["biases"][0], 1e-5)
        q, k, v = F.linear(n, layer["qkv"]).view(batch, seq, 3, heads, hidden // heads).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, seq, hidden)
        x = x + F.linear(a, layer["o"])
        m = F.layer_norm(x, (hidden,), layer["norms"][1], layer["biases"][1], 1e-5)
        gate, up = F.linear(m, layer["gate_up"]).chunk(2, dim=-1)
        x = x + F.linear(F.silu(gate) * up, layer["down"])
    return x


def in_float32(layers):
    return [
        {name: [w.float() for w in value] if isinstance(value, list) else value.float() for name, value in layer.items()}
        for layer in layers
    ]


def measure(layers, reference, heads, hidden, seq, dtype, name, runs):
    x = (torch.rand(1, seq, hidden, device="cuda") * 3.5 - 1.75).to(dtype)
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            forward(x, layers, heads)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        y = forward(x, layers, heads)
    graph.replay()
    torch.cuda.synchronize()
    expected = forward(x.float(), reference, heads)
    error = ((y.float() - expected).norm() / expected.norm()).item()
    if not error <= TOLERANCE[name]:
        raise SystemExit(f"PyTorch's own {name} differs from float32 by {error:.1e}")
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        graph.replay()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), error


def tensor_rate(size=8192, repeats=10):
    a, b = (torch.randn(size, size, device="cuda", dtype=torch.float16) for _ in range(2))
    for _ in range(3):
        a @ b
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        a @ b
    torch.cuda.synchronize()
    return 2 * size**3 * repeats / (time.perf_counter() - start)


def main(path, runs=50):
    rows = []
    torch.backends.cuda.matmul.allow_tf32 = False
    with torch.inference_mode():
        for network, (hidden, depth, heads, intermediate, longest) in TRUNKS.items():
            for name, dtype in (("f16", torch.float16), ("bf16", torch.bfloat16)):
                layers = make_layers(hidden, depth, intermediate, dtype)
                reference = in_float32(layers)
                for seq in (seq for seq in SEQS if seq <= longest):
                    ms, error = measure(layers, reference, heads, hidden, seq, dtype, name, runs)
                    rows.append({"network": network, "precision": name, "seq": seq, "ms": ms, "error": error})
        rate = tensor_rate()
    device = torch.cuda.get_device_name(0)
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"version": torch.__version__, "device": device, "tensorFlops": rate, "trunks": rows}, out, indent=1)
    print(f"PyTorch {torch.__version__} on {device}: {len(rows)} measurements, {rate / 1e12:.0f} TFLOP/s in f16")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
