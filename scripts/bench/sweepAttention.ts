import type { ElementType } from '../../src/core/dtype.ts';
import { float16ToNumber, numberToFloat16 } from '../../src/core/float16.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import type { AttentionArgs, HeadsView } from '../../src/kernels/attention.ts';
import { prefillAttention, tiledAttention } from '../../src/kernels/attentionPrefill.ts';
import type { PrefillShape } from '../../src/kernels/attentionPrefillKernels.ts';
import { prefillReduce, prefillStorageBytes, shapeName } from '../../src/kernels/choosePrefill.ts';
import { type Bench, difference, noise } from './harness.ts';
import { race } from './race.ts';
import { byHeads, type DecodeArgs, decodeRace, decodeParts } from './sweepDecode.ts';
import { matrixCandidates } from './sweepPrefill.ts';
import { chosen, type Problem, type SweepOptions } from './sweepOptions.ts';

interface AttentionProblem {
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly queryLen: number;
  readonly keys: number;
  readonly causal?: boolean;
  /** The keys are a decoder's, whose record says how many there are. */
  readonly cached?: boolean;
}

export function attentionProblems(options: SweepOptions): Problem[] {
  const { shrink } = options;
  const trunk = { heads: 16, kvHeads: 16, headDim: 128 };
  const small = { heads: 8, kvHeads: 8, headDim: 64 };
  const cases: AttentionProblem[] = [
    { name: 'decode.4096', ...trunk, queryLen: 1, keys: 4096 },
    { name: 'decode.4096.cached', ...trunk, queryLen: 1, keys: 4096, cached: true },
    { name: 'decode.8192', ...trunk, queryLen: 1, keys: 8192 },
    { name: 'decode.512', ...trunk, queryLen: 1, keys: 512 },
    { name: 'decode.4096.group4', heads: 32, kvHeads: 8, headDim: 128, queryLen: 1, keys: 4096 },
    { name: 'decode.4096.d64', heads: 32, kvHeads: 32, headDim: 64, queryLen: 1, keys: 4096 },
    // The default model's.
    { name: 'decode.100.small', heads: 4, kvHeads: 2, headDim: 64, queryLen: 1, keys: 100, cached: true },
    { name: 'trunk.1', ...trunk, queryLen: 1, keys: 1 },
    { name: 'trunk.8', ...trunk, queryLen: 8, keys: 8 },
    { name: 'trunk.16', ...trunk, queryLen: 16, keys: 16 },
    { name: 'trunk.128', ...trunk, queryLen: 128, keys: 128 },
    { name: 'trunk.512', ...trunk, queryLen: 512, keys: 512 },
    { name: 'small.16', ...small, queryLen: 16, keys: 16 },
    { name: 'small.128', ...small, queryLen: 128, keys: 128 },
    { name: 'small.512', ...small, queryLen: 512, keys: 512 },
    { name: 'chunk.512.512', ...trunk, queryLen: 512, keys: 512, causal: true },
    { name: 'chunk.16.4096', ...trunk, queryLen: 16, keys: 4096, causal: true },
    { name: 'chunk.128.4096', ...trunk, queryLen: 128, keys: 4096, causal: true },
    { name: 'chunk.512.4096', ...trunk, queryLen: 512, keys: 4096, causal: true },
  ];
  return cases.map((c) => {
    const keys = Math.max(1, Math.floor(c.keys / shrink));
    // A row of 32 is what the smallest subgroups of CPU adapters hold.
    const shrunk = { ...c, keys, queryLen: Math.min(c.queryLen, keys), headDim: 32 };
    return {
      name: `attention.${c.name}`,
      run: (bench) => runAttention(bench, shrink > 1 ? shrunk : c, options),
    };
  });
}

/** Calls' arguments with caches of their own, and what all of them share. */
function inputsOf(bench: Bench, p: AttentionProblem, shrink: number) {
  const { gpu } = bench;
  const element: ElementType = gpu.info.features.f16 ? 'f16' : 'f32';
  const size = element === 'f16' ? 2 : 4;
  const elements = (data: Float32Array) => (element === 'f32' ? data : Uint16Array.from(data, numberToFloat16));
  const view = (buffer: GPUBuffer, rows: number, heads: number) => ({
    buffer,
    offset: 0,
    batchStride: rows * heads * p.headDim,
    rowStride: heads * p.headDim,
    headStride: p.headDim,
  });
  const bytes = 2 * p.keys * p.kvHeads * p.headDim * size;
  // For one row as many as the bench goes through, so that both read from memory and not from a cache.
  const most = p.queryLen === 1 ? 32 : 8;
  const copies = Math.max(1, Math.min(most, Math.ceil((400 * 2 ** 20) / shrink / shrink / bytes)));
  const q = view(bench.upload(elements(values(p, p.queryLen * p.heads, 3, element))), p.queryLen, p.heads);
  const tensor = (seed: number) => {
    const data = elements(values(p, p.keys * p.kvHeads, seed, element));
    // Only decoding is tried in both layouts.
    const turned = p.queryLen > 8 ? data.slice(0, 8) : byHeads(data, p.kvHeads, p.headDim);
    return {
      rows: (): HeadsView => view(bench.upload(data), p.keys, p.kvHeads),
      heads: (): HeadsView => ({
        ...view(bench.upload(turned), p.keys, p.kvHeads),
        rowStride: p.headDim,
        headStride: p.keys * p.headDim,
      }),
    };
  };
  const [k, v] = [tensor(4), tensor(5)];
  const outputs = p.queryLen * p.heads * p.headDim;
  const splits = p.queryLen > 8 ? Math.ceil(p.keys / leastSplitKeys) : 512;
  const state = bench.upload(new Uint32Array([p.keys - p.queryLen, 0, 0, 0]));
  const shared = {
    label: p.name,
    element,
    device: gpu.info,
    q,
    out: { ...q, buffer: bench.buffer(outputs * size) },
    batch: 1,
    heads: p.heads,
    kvHeads: p.kvHeads,
    queryLen: p.queryLen,
    headDim: p.headDim,
    scale: 1 / Math.sqrt(p.headDim),
    keyLen: p.cached ? p.queryLen : p.keys,
    keyCapacity: p.keys,
    maxKeys: () => p.keys,
    ...(p.cached ? { state } : {}),
    causal: p.causal ?? false,
    none: gpu.none,
    scratch: bench.buffer(splits * p.heads * p.queryLen * (p.headDim + 4) * 4),
  };
  const args = Array.from({ length: copies }, (): DecodeArgs => ({
    ...shared,
    k: k.rows(),
    v: v.rows(),
    byHeads: { k: k.heads(), v: v.heads() },
  }));
  return { args, bytes, output: { buffer: shared.out.buffer, count: outputs, element } };
}

async function runAttention(bench: Bench, p: AttentionProblem, options: SweepOptions): Promise<void> {
  const { shrink, report } = options;
  const { args, bytes, output } = inputsOf(bench, p, shrink);
  if (p.name === 'decode.4096' && options.candidate.split(',').some((text) => 'parts'.includes(text)))
    await decodeParts(bench, report, p.name, args, bytes);
  await race(bench, report, {
    name: p.name,
    candidates: chosen(candidatesFor(p, bench.gpu), options),
    args,
    bytes,
    flops: 4 * p.queryLen * (p.causal ? p.keys - (p.queryLen - 1) / 2 : p.keys) * p.heads * p.headDim,
    output,
    checked: async (got) => exactDifference(p, output.element, got),
  });
}

/** The numbers of a tensor as the GPU gets them. */
function values(p: AttentionProblem, lines: number, seed: number, element: ElementType): Float32Array {
  const data = noise(lines * p.headDim, seed);
  return element === 'f32' ? data : data.map((value) => float16ToNumber(numberToFloat16(value)));
}

/** What differs from float64, over some rows of some heads. */
function exactDifference(p: AttentionProblem, element: ElementType, got: Float64Array) {
  const { headDim, heads, queryLen, keys } = p;
  const q = values(p, queryLen * heads, 3, element);
  const k = values(p, keys * p.kvHeads, 4, element);
  const v = values(p, keys * p.kvHeads, 5, element);
  const want: number[] = [];
  const have: number[] = [];
  for (let i = 0; i < 16; i++) {
    const row = Math.floor((i * (queryLen - 1)) / 15);
    const head = i % heads;
    const seen = p.causal ? row + 1 + keys - queryLen : keys;
    const at = (row * heads + head) * headDim;
    if (at + headDim > got.length) continue;
    const lineOf = (key: number): number => (key * p.kvHeads + Math.floor((head * p.kvHeads) / heads)) * headDim;
    const scores = Array.from({ length: seen }, (_, key) => {
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += (q[at + d] ?? 0) * (k[lineOf(key) + d] ?? 0);
      return sum / Math.sqrt(headDim);
    });
    const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = scores.map((score) => Math.exp(score - most));
    const total = weights.reduce((a, b) => a + b, 0);
    for (let d = 0; d < headDim; d++) {
      want.push(weights.reduce((sum, w, key) => sum + (w / total) * (v[lineOf(key) + d] ?? 0), 0));
      have.push(got[at + d] ?? Number.NaN);
    }
  }
  const { rms, worst } = difference(Float64Array.from(have), Float64Array.from(want));
  return { c: 'float64 of the reference', rms, worst };
}

type Candidates = Record<string, (args: DecodeArgs) => KernelCall[]>;

function candidatesFor(p: AttentionProblem, gpu: GpuContext): Candidates {
  const plain = (a: AttentionArgs): AttentionArgs => ({
    ...a,
    device: { ...a.device, features: { ...a.device.features, subgroups: false } },
  });
  const all: Candidates = {
    'old tiled': (a) => [tiledAttention(a)],
    'old tiled shared': (a) => [tiledAttention(plain(a))],
  };
  if (p.queryLen > 8) return { ...all, ...prefillCandidates(p, gpu), ...matrixCandidates(p.headDim, p.keys, gpu) };
  return { ...all, ...decodeRace(p.keys, gpu.info.features.subgroups) };
}

const leastSplitKeys = 256;

/** Rows by columns of invocations, rows of each, vec4s of keys of each. */
const prefillTiles = [
  ['8', '16', '1', '1'],
  ['8', '16', '2', '1'],
  ['4', '16', '4', '1'],
  ['8', '16', '4', '1'],
  ['8', '16', '4', '2'],
  ['16', '16', '4', '1'],
  ['16', '16', '2', '1'],
  ['8', '8', '4', '1'],
  ['8', '8', '4', '2'],
  ['16', '8', '4', '1'],
  ['16', '8', '4', '2'],
] as const;

function prefillCandidates(p: AttentionProblem, gpu: GpuContext): Candidates {
  const all: Candidates = {};
  for (const [rowThreads, columnThreads, threadRows, keyVecs] of prefillTiles)
    for (const [depth4, slice] of [
      ['4', 16],
      ['8', 32],
    ] as const)
      for (const stages of ['1', '2'] as const) {
        const steps = String(slice / Number(rowThreads));
        const valueSteps = steps === '8' ? '4' : steps === '4' || steps === '2' ? steps : '1';
        const shape: PrefillShape = { rowThreads, columnThreads, threadRows, keyVecs, depth4, valueSteps, stages };
        const bytes = prefillStorageBytes(shape, p.headDim, prefillReduce(gpu.info, shape) === 'subgroups');
        if (bytes > gpu.info.limits.maxComputeWorkgroupStorageSize) continue;
        const name = shapeName(shape);
        all[name] = (a) => prefillAttention(a, shape);
        if (p.keys < 2 * leastSplitKeys) continue;
        for (const splitKeys of p.keys > 512 ? [leastSplitKeys, 512, 1024] : [leastSplitKeys])
          if (stages === '2') all[`${name} split${splitKeys}`] = (a) => prefillAttention(a, shape, splitKeys);
      }
  return all;
}
