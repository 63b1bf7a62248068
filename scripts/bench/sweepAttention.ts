import type { ElementType } from '../../src/core/dtype.ts';
import { numberToFloat16 } from '../../src/core/float16.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { attention, type AttentionArgs, decodeAttention, decodeLanesAttention } from '../../src/kernels/attention.ts';
import { type Bench, noise } from './harness.ts';
import { race } from './race.ts';
import { chosen, type Problem, type SweepOptions } from './sweepOptions.ts';

interface AttentionProblem {
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly queryLen: number;
  readonly keys: number;
  readonly causal?: boolean;
}

export function attentionProblems(options: SweepOptions): Problem[] {
  const { shrink } = options;
  const trunk = { heads: 16, kvHeads: 16, headDim: 128 };
  const cases: AttentionProblem[] = [
    { name: 'decode.4096', ...trunk, queryLen: 1, keys: 4096 },
    { name: 'decode.512', ...trunk, queryLen: 1, keys: 512 },
    { name: 'decode.4096.group4', heads: 32, kvHeads: 8, headDim: 128, queryLen: 1, keys: 4096 },
    { name: 'decode.4096.d64', heads: 32, kvHeads: 32, headDim: 64, queryLen: 1, keys: 4096 },
    { name: 'trunk.1', ...trunk, queryLen: 1, keys: 1 },
    { name: 'trunk.16', ...trunk, queryLen: 16, keys: 16 },
    { name: 'trunk.128', ...trunk, queryLen: 128, keys: 128 },
    { name: 'trunk.512', ...trunk, queryLen: 512, keys: 512 },
  ];
  return cases.map((c) => {
    const keys = Math.max(1, Math.floor(c.keys / shrink));
    // A row of 32 is what the smallest subgroups of CPU adapters hold.
    const small = { ...c, keys, queryLen: Math.min(c.queryLen, keys), headDim: 32 };
    return {
      name: `attention.${c.name}`,
      run: (bench) => runAttention(bench, shrink > 1 ? small : c, options),
    };
  });
}

async function runAttention(bench: Bench, p: AttentionProblem, options: SweepOptions): Promise<void> {
  const { gpu } = bench;
  const { shrink, report } = options;
  const element: ElementType = gpu.info.features.f16 ? 'f16' : 'f32';
  const size = element === 'f16' ? 2 : 4;
  const tensor = (rows: number, heads: number, seed: number) => {
    const data = noise(rows * heads * p.headDim, seed);
    return {
      buffer: bench.upload(element === 'f32' ? data : Uint16Array.from(data, numberToFloat16)),
      offset: 0,
      batchStride: rows * heads * p.headDim,
      rowStride: heads * p.headDim,
      headStride: p.headDim,
    };
  };
  const bytes = 2 * p.keys * p.kvHeads * p.headDim * size;
  const copies = Math.max(1, Math.min(8, Math.ceil((220 * 2 ** 20) / shrink / shrink / bytes)));
  const q = tensor(p.queryLen, p.heads, 3);
  const caches = Array.from({ length: copies }, () => ({
    k: tensor(p.keys, p.kvHeads, 4),
    v: tensor(p.keys, p.kvHeads, 5),
  }));
  const outputs = p.queryLen * p.heads * p.headDim;
  const out = { ...q, buffer: bench.buffer(outputs * size) };
  const scratch = bench.buffer(512 * p.heads * p.queryLen * (p.headDim + 4) * 4);
  const argsOf = (cache: (typeof caches)[number]): AttentionArgs => ({
    label: p.name,
    element,
    device: gpu.info,
    q,
    ...cache,
    out,
    batch: 1,
    heads: p.heads,
    kvHeads: p.kvHeads,
    queryLen: p.queryLen,
    headDim: p.headDim,
    scale: 1 / Math.sqrt(p.headDim),
    keyLen: p.keys,
    causal: p.causal ?? false,
    none: gpu.none,
    scratch,
  });
  await race(bench, report, {
    name: p.name,
    candidates: chosen(candidatesFor(p, gpu), options),
    args: caches.map(argsOf),
    bytes,
    flops: 4 * p.queryLen * p.keys * p.heads * p.headDim,
    output: { buffer: out.buffer, count: outputs, element },
  });
}

function candidatesFor(p: AttentionProblem, gpu: GpuContext): Record<string, (args: AttentionArgs) => KernelCall[]> {
  const plain = (a: AttentionArgs): AttentionArgs => ({
    ...a,
    device: { ...a.device, features: { ...a.device.features, subgroups: false } },
  });
  const all: Record<string, (args: AttentionArgs) => KernelCall[]> = {
    'old tiled': attention,
    'old tiled shared': (a) => attention(plain(a)),
  };
  if (p.queryLen > 8) return all;
  all['old decode'] = decodeAttention;
  all['old decode shared'] = (a) => decodeAttention(plain(a));
  if (!gpu.info.features.subgroups) return all;
  for (const workgroupSize of [64, 128, 256])
    for (const keys of ['2', '4', '8'] as const)
      for (const splitKeys of p.keys > 64 ? [32, 64, 128, 256] : [0x7fff_ffff])
        all[`lanes w${workgroupSize} k${keys} split${splitKeys}`] = (a) =>
          decodeLanesAttention(a, { workgroupSize, keys, splitKeys });
  return all;
}
