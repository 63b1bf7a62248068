import type { ElementType } from '../core/dtype.ts';
import { elementBytes } from '../core/dtype.ts';
import { numberToFloat16 } from '../core/float16.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelFamily } from '../gpu/device.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { attention, type AttentionArgs, chooseAttention, decodeAttention, decodeScratchBytes } from './attention.ts';
import { linear } from './chooseLinear.ts';
import type { LinearArgs } from './linear.ts';
import { codesBytes, linearInt8, scalesBytes, usesInt8Input } from './linearInt8.ts';
import { linearVectorCodes } from './linearVectorWide.ts';
import { norm } from './norm.ts';
import type { LinearWeight } from './weight.ts';

/** The small problems of selfTest.ts, with their results in float64. */

export interface KernelCheck {
  readonly family: KernelFamily;
  readonly calls: readonly KernelCall[];
  readonly output: GPUBuffer;
  readonly element: ElementType;
  /** Whether something on the way is rounded to halves. */
  readonly halves: boolean;
  readonly want: Float64Array;
}

type Acquire = (bytes: number, data?: ArrayBufferView<ArrayBuffer>) => Promise<GPUBuffer>;

/** Some tiles of every product and their rests; two groups of 32 along k. */
const [rows, inDim, outDim] = [21, 64, 40] as const;
const eps = 1e-5;

export async function kernelChecks(gpu: GpuContext, acquire: Acquire): Promise<KernelCheck[]> {
  const element: ElementType = gpu.info.features.f16 ? 'f16' : 'f32';
  const bench: Bench = { gpu, acquire, element };
  const [halves, codes, nibbles] = [await f16Weight(bench), await int8Weight(bench), await int4Weight(bench)];
  return Promise.all([
    checkNorm(bench),
    checkVector(bench, halves),
    checkVector(bench, codes),
    checkNibbles(bench, nibbles),
    checkTile(bench, halves),
    ...(usesInt8Input(rows, codes, gpu.info) ? [checkInt8(bench, codes)] : []),
    checkAttention(bench, 'decode attention'),
    checkAttention(bench, 'prefill attention'),
  ]);
}

interface Bench {
  readonly gpu: GpuContext;
  readonly acquire: Acquire;
  /** Of activations, as networks have them on this device. */
  readonly element: ElementType;
}

/** −127 … 127, without a pattern that a wrong index would meet again. */
const code = (index: number): number => (((index * 7919 + 13) % 8191) % 255) - 127;
/** The first of a group is its largest, so that quantising a row finds these very codes again. */
const activation = (index: number): number => (index % 32 === 0 ? 127 : code(index)) / 64;
const weightCode = (index: number): number => code(index * 3 + 5);
const weightAt = (row: number, k: number): number => weightCode(row * inDim + k) / 128;

const numbers = (count: number, at: (index: number) => number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: count }, (_, index) => at(index));
const upload = ({ acquire }: Bench, data: Float32Array<ArrayBuffer>, element: ElementType): Promise<GPUBuffer> =>
  acquire(data.length * elementBytes[element], element === 'f32' ? data : Uint16Array.from(data, numberToFloat16));

/** A weight [outDim, inDim] of halves, in which the codes are exact. */
async function f16Weight({ acquire }: Bench): Promise<LinearWeight> {
  const data = Uint16Array.from({ length: outDim * inDim }, (_, index) => numberToFloat16(weightCode(index) / 128));
  return weightOf('f16', await acquire(data.byteLength, data));
}

/** The same numbers in int8, with scales of one: see LinearWeight. */
async function int8Weight({ acquire }: Bench): Promise<LinearWeight> {
  const rowBytes = inDim + 16;
  const bytes = new Uint8Array(outDim * rowBytes);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < outDim; row++) {
    for (let k = 0; k < inDim; k++) view.setInt8(row * rowBytes + k, weightCode(row * inDim + k));
    for (let group = 0; group < inDim / 32; group++)
      view.setUint16(row * rowBytes + inDim + group * 2, numberToFloat16(1), true);
  }
  return weightOf('int8', await acquire(bytes.byteLength, bytes));
}

/** Codes 0 … 15 of int4, steps of one, zeros of eight. */
const nibble = (row: number, k: number): number => weightCode(row * inDim + k) & 15;
async function int4Weight({ acquire }: Bench): Promise<LinearWeight> {
  const rowBytes = inDim / 2 + 16;
  const bytes = new Uint8Array(outDim * rowBytes);
  const view = new DataView(bytes.buffer);
  for (let row = 0; row < outDim; row++) {
    for (let k = 0; k < inDim; k++) {
      // Of eight neighbours the first four are the low halves of four bytes.
      const at = row * rowBytes + Math.floor(k / 8) * 4 + (k % 4);
      view.setUint8(at, view.getUint8(at) | (nibble(row, k) << (k % 8 < 4 ? 0 : 4)));
    }
    for (let group = 0; group < inDim / 32; group++) {
      view.setUint16(row * rowBytes + inDim / 2 + group * 4, numberToFloat16(16), true);
      view.setUint16(row * rowBytes + inDim / 2 + group * 4 + 2, numberToFloat16(8), true);
    }
  }
  return weightOf('int4', await acquire(bytes.byteLength, bytes));
}

const weightOf = (format: 'f16' | 'int8' | 'int4', buffer: GPUBuffer): LinearWeight => ({
  format,
  inDim,
  outDim,
  gated: false,
  parts: [{ buffer, firstRow: 0, rows: outDim }],
});

/** x · Wᵀ: `x` [rows, inDim] to [rows, outDim]. */
function product(x: ArrayLike<number>, count: number, at = weightAt): Float64Array {
  return Float64Array.from({ length: count * outDim }, (_, index) => {
    const [row, column] = [Math.floor(index / outDim), index % outDim];
    let sum = 0;
    for (let k = 0; k < inDim; k++) sum += (x[row * inDim + k] ?? 0) * at(column, k);
    return sum;
  });
}

const gamma = (k: number): number => 1 + (k % 5) / 8;
const beta = (k: number): number => ((k % 7) - 3) / 8;

/** LayerNorm or RMSNorm of rows of inDim. */
function normed(x: Float32Array, kind: 'layerNorm' | 'rmsNorm'): Float64Array {
  return Float64Array.from(x, (value, index) => {
    const row = x.subarray(Math.floor(index / inDim) * inDim, (Math.floor(index / inDim) + 1) * inDim);
    const mean = kind === 'rmsNorm' ? 0 : row.reduce((sum, one) => sum + one, 0) / inDim;
    const variance = row.reduce((sum, one) => sum + (one - mean) ** 2, 0) / inDim;
    const k = index % inDim;
    return ((value - mean) / Math.sqrt(variance + eps)) * gamma(k) + (kind === 'rmsNorm' ? 0 : beta(k));
  });
}

async function checkNorm(bench: Bench): Promise<KernelCheck> {
  const { gpu, acquire, element } = bench;
  const x = numbers(rows * inDim, activation);
  const output = await acquire(rows * inDim * elementBytes[element]);
  const parameters = numbers(2 * inDim, (k) => (k < inDim ? gamma(k) : beta(k - inDim)));
  const weight = { kind: 'layerNorm', buffer: await upload(bench, parameters, 'f32'), eps } as const;
  const buffers = { x: await upload(bench, x, 'f32'), y: output, weight };
  const call = norm({ label: 'self-test', device: gpu.info, ...buffers, element, rows, dim: inDim });
  return { family: 'norm', calls: [call], output, element, halves: element === 'f16', want: normed(x, 'layerNorm') };
}

/** A step of a decoder: one row, its norm fused where the rules do that. */
async function checkVector(bench: Bench, weight: LinearWeight): Promise<KernelCheck> {
  const { gpu, acquire, element } = bench;
  const x = numbers(inDim, activation);
  const output = await acquire(outDim * 4);
  const args: LinearArgs = {
    label: 'self-test',
    device: gpu.info,
    x: await upload(bench, x, 'f32'),
    xElement: 'f32',
    norm: { kind: 'rmsNorm', buffer: await upload(bench, numbers(inDim, gamma), 'f32'), eps },
    normed: { buffer: await acquire(inDim * elementBytes[element]), element },
    weight,
    y: output,
    yElement: 'f32',
    rows: 1,
    alone: true,
    none: gpu.none,
  };
  const want = product(normed(x, 'rmsNorm'), 1);
  return { family: 'vector product', calls: linear(args), output, element: 'f32', halves: element === 'f16', want };
}

/** One row by a W in int4: a product of bytes where the rules take its input in int8, else a vector product. */
async function checkNibbles(bench: Bench, weight: LinearWeight): Promise<KernelCheck> {
  const { args, result } = await rowsOf(bench, weight, 1);
  const calls = linear({ ...args, alone: true });
  const bytes = calls.some(({ kernel }) => kernel === linearVectorCodes);
  const want = product(numbers(inDim, activation), 1, (row, k) => nibble(row, k) - 8);
  return { family: bytes ? 'int8 product' : 'vector product', calls, ...result, want };
}

async function rowsOf(bench: Bench, weight: LinearWeight, count: number = rows) {
  const { gpu, acquire, element } = bench;
  const x = numbers(count * inDim, activation);
  const output = await acquire(count * outDim * 4);
  const args: LinearArgs = {
    label: 'self-test',
    device: gpu.info,
    x: await upload(bench, x, element),
    xElement: element,
    weight,
    y: output,
    yElement: 'f32',
    rows: count,
    none: gpu.none,
  };
  return { args, result: { output, element: 'f32', halves: element === 'f16', want: product(x, count) } as const };
}

async function checkTile(bench: Bench, weight: LinearWeight): Promise<KernelCheck> {
  const { args, result } = await rowsOf(bench, weight);
  return { family: 'tiled product', calls: linear(args), ...result };
}

async function checkInt8(bench: Bench, weight: LinearWeight): Promise<KernelCheck> {
  const { args, result } = await rowsOf(bench, weight);
  const scratch = {
    codes: await bench.acquire(codesBytes(rows, inDim)),
    scales: await bench.acquire(scalesBytes(rows, inDim)),
  };
  return { family: 'int8 product', calls: linearInt8({ ...args, scratch }), ...result };
}

/** Two query heads over one head of keys; a decoding step over more than one split, or causal rows. */
async function checkAttention(bench: Bench, family: 'decode attention' | 'prefill attention'): Promise<KernelCheck> {
  const { gpu, acquire, element } = bench;
  const [heads, headDim] = [2, 64];
  const [queryLen, keys] = family === 'decode attention' ? [1, 200] : [rows, 70];
  const q = numbers(queryLen * heads * headDim, activation);
  const k = numbers(keys * headDim, (index) => activation(index * 5 + 1) / 2);
  const v = numbers(keys * headDim, (index) => activation(index * 11 + 2));
  const output = await acquire(queryLen * heads * headDim * elementBytes[element]);
  const view = (buffer: GPUBuffer, count: number) => ({
    buffer,
    offset: 0,
    batchStride: 0,
    rowStride: count * headDim,
    headStride: headDim,
  });
  const scratch = decodeScratchBytes({ batch: 1, heads, queryLen, headDim, maxKeys: keys });
  const args: AttentionArgs = {
    label: 'self-test',
    element,
    device: gpu.info,
    q: view(await upload(bench, q, element), heads),
    k: view(await upload(bench, k, element), 1),
    v: view(await upload(bench, v, element), 1),
    out: view(output, heads),
    batch: 1,
    heads,
    kvHeads: 1,
    queryLen,
    headDim,
    scale: 1 / 8,
    keyLen: keys,
    causal: true,
    none: gpu.none,
    ...(queryLen === 1 ? { scratch: await acquire(scratch) } : {}),
  };
  const attend = chooseAttention(queryLen, gpu.info) === 'decode' ? decodeAttention : attention;
  const want = attended({ q, k, v }, { queryLen, keys, heads, headDim });
  return { family, calls: attend(args), output, element, halves: element === 'f16', want };
}

/** softmax(q kᵀ / 8) v, causal at the end of the keys: `q` [queryLen, heads, headDim], `k` and `v` [keys, headDim]. */
function attended(
  { q, k, v }: Readonly<Record<'q' | 'k' | 'v', Float32Array>>,
  sizes: Readonly<Record<'queryLen' | 'keys' | 'heads' | 'headDim', number>>,
): Float64Array {
  const { queryLen, keys, heads, headDim } = sizes;
  const want = new Float64Array(q.length);
  for (let at = 0; at < q.length; at += headDim) {
    const row = Math.floor(at / headDim / heads);
    const scores = Array.from({ length: row + 1 + keys - queryLen }, (_, key) => {
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += (q[at + d] ?? 0) * (k[key * headDim + d] ?? 0);
      return sum / 8;
    });
    const most = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [key, weight] of weights.entries())
      for (let d = 0; d < headDim; d++)
        want[at + d] = (want[at + d] ?? 0) + (weight / total) * (v[key * headDim + d] ?? 0);
  }
  return want;
}
