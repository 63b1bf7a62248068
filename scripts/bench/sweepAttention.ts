import type { ElementType } from '../../src/core/dtype.ts';
import { numberToFloat16 } from '../../src/core/float16.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { attention, type AttentionArgs, decodeAttention, decodeLanesAttention } from '../../src/kernels/attention.ts';
import { type Bench, difference, noise } from './harness.ts';
import type { Problem, SweepOptions } from './sweep.ts';

interface AttentionProblem {
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly queryLen: number;
  readonly keys: number;
  readonly causal?: boolean;
}

const round = (value: number): number => Number(value.toPrecision(4));

export function attentionProblems({ shrink }: SweepOptions): Problem[] {
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
  return cases.map((c) => ({
    name: `attention.${c.name}`,
    run: (bench, report) =>
      runAttention(
        bench,
        shrink > 1
          ? {
              ...c,
              keys: Math.max(1, Math.floor(c.keys / shrink)),
              queryLen: Math.min(c.queryLen, Math.max(1, Math.floor(c.keys / shrink))),
            }
          : c,
        shrink,
        report,
      ),
  }));
}

async function runAttention(
  bench: Bench,
  p: AttentionProblem,
  shrink: number,
  report: SweepOptions['report'],
): Promise<void> {
  const { gpu } = bench;
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
  const plain = (a: AttentionArgs): AttentionArgs => ({
    ...a,
    device: { ...a.device, features: { ...a.device.features, subgroups: false } },
  });
  const all: Record<string, (args: AttentionArgs) => KernelCall[]> = {
    'old tiled': attention,
    'old tiled shared': (a) => attention(plain(a)),
  };
  if (p.queryLen <= 8) {
    all['old decode'] = decodeAttention;
    all['old decode shared'] = (a) => decodeAttention(plain(a));
    if (gpu.info.features.subgroups)
      for (const workgroupSize of [64, 128, 256])
        for (const keys of ['2', '4', '8'] as const)
          for (const splitKeys of p.keys > 64 ? [32, 64, 128, 256] : [0x7fff_ffff])
            all[`lanes w${workgroupSize} k${keys} split${splitKeys}`] = (a) =>
              decodeLanesAttention(a, { workgroupSize, keys, splitKeys });
  }
  let want: Float64Array | undefined;
  for (const [name, make] of Object.entries(all)) {
    try {
      const first = caches[0];
      if (!first) throw new RangeError('no cache');
      gpu.device.queue.writeBuffer(out.buffer, 0, new Uint8Array(outputs * size));
      await bench.run(make(argsOf(first)));
      const got = await bench.floats(out.buffer, outputs, element);
      want ??= got;
      const { rms, worst } = difference(got, want);
      const each = make(argsOf(first)).length;
      const { us, min } = await bench.time(caches.flatMap((cache) => make(argsOf(cache))));
      const flops = 4 * p.queryLen * p.keys * p.heads * p.headDim;
      report({
        p: p.name,
        c: name,
        us: round(us * each),
        min: round(min * each),
        gbs: round(bytes / (us * each) / 1e3),
        tflops: round(flops / (us * each) / 1e6),
        rms: Number(rms.toPrecision(2)),
        worst: Number(worst.toPrecision(2)),
      });
    } catch (error) {
      report({ p: p.name, c: name, refused: String(error).slice(0, 200) });
    }
  }
}
