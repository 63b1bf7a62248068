import { type ElementType, elementBytes } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { attention, decodeAttention, decodeScratchBytes, type HeadsView } from '../../src/kernels/attention.ts';
import { linear } from '../../src/kernels/chooseLinear.ts';
import { storingSink, WeightLoader } from '../../src/nn/loadWeights.ts';
import { linearSpec } from '../../src/nn/weightSpec.ts';
import { WeightSet } from '../../src/nn/weights.ts';
import { acquire } from './device.ts';
import type { OperationsCase } from './protocol.ts';
import { seededInput } from './samples.ts';
import { weightBytesOf } from './trunkCase.ts';

/** The shape of the deepseek trunk's attention. */
const heads = 16;
const headDim = 128;
const hidden = heads * headDim;
/** Caches that one query after the other goes through: together they are over any last-level cache. */
const caches = 12;

export interface Bench {
  readonly gpu: GpuContext;
  readonly wanted: OperationsCase;
  readonly element: ElementType;
}

/** An operation on both engines: calls for Halftone, a graph for the peer, and what both get. */
export interface Operation {
  readonly label: string;
  readonly size: number;
  readonly graph: string;
  readonly input: Float32Array;
  readonly dims: readonly number[];
  /** Times that the operation is done in one pass through calls and graph. */
  readonly repeats: number;
  readonly work: { readonly flops: number; readonly bytes: number };
  readonly x: GPUBuffer;
  readonly y: GPUBuffer;
  readonly calls: readonly KernelCall[];
}

/** Rows of the seeded matrices, as the checkpoint has them: F16. */
async function fetchRows(name: string, rows: number, columns: number): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(`/rows/${name}/${rows}/${columns}`);
  if (!response.ok) throw new Error(await response.text());
  return new Uint8Array(await response.arrayBuffer());
}

async function upload(gpu: GpuContext, values: Float32Array, element: ElementType): Promise<GPUBuffer> {
  const buffer = await acquire(gpu, values.length * elementBytes[element]);
  const data = element === 'f32' ? (values as Float32Array<ArrayBuffer>) : new Float16Array(values);
  gpu.device.queue.writeBuffer(buffer, 0, data.buffer);
  return buffer;
}

export async function download(
  gpu: GpuContext,
  buffer: GPUBuffer,
  length: number,
  element: ElementType,
): Promise<Float32Array> {
  const data = await gpu.read(buffer, 0, length * elementBytes[element]);
  return element === 'f32' ? new Float32Array(data) : Float32Array.from(new Float16Array(data));
}

/** `count` matrices [size, size] in the case's precision. */
async function loadMatrices({ gpu, wanted }: Bench, size: number, count: number): Promise<WeightSet> {
  const names = Array.from({ length: count }, (_, i) => `products.${i}`);
  const specs = names.map((name) => linearSpec(name, size, [[name, size]]));
  const set = await WeightSet.allocate(gpu, specs, () => wanted.precision);
  const loader = new WeightLoader(gpu, storingSink(set), specs);
  for (const name of names) {
    const bytes = await fetchRows(name, size, size);
    await loader.load({
      name,
      dtype: 'F16',
      rows: async function* rows(rowBytes, maxBytes) {
        const step = Math.max(1, Math.floor(maxBytes / rowBytes)) * rowBytes;
        for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
      },
    });
  }
  await gpu.settle();
  return set;
}

/** Products one behind the other, through `count` matrices `rounds` times. */
export async function products(
  bench: Bench,
  label: string,
  rows: number,
  size: number,
  count: number,
  rounds: number,
): Promise<Operation & { set: WeightSet }> {
  const { gpu, wanted, element } = bench;
  const set = await loadMatrices(bench, size, count);
  const input = seededInput(rows * size, 7);
  const x = await upload(gpu, input, element);
  const between = await Promise.all([0, 1].map(() => acquire(gpu, rows * size * elementBytes[element])));
  let from = x;
  const calls: KernelCall[] = [];
  for (let i = 0; i < count * rounds; i++) {
    const y = between[i % 2] ?? x;
    calls.push(
      ...linear({
        label,
        device: gpu.info,
        x: from,
        xElement: element,
        weight: set.linear(`products.${i % count}`),
        y,
        yElement: element,
        rows,
        none: gpu.none,
      }),
    );
    from = y;
  }
  const work = { flops: 2 * rows * size * size, bytes: size * size * weightBytesOf[wanted.precision] };
  const graph = `products-${size}-${count}-${rounds}`;
  return {
    label,
    size: rows === 1 ? count * size * size : size,
    graph,
    input,
    dims: [rows, size],
    repeats: count * rounds,
    work,
    x,
    y: from,
    calls,
    set,
  };
}

const view = (buffer: GPUBuffer, rows: number): HeadsView => ({
  buffer,
  offset: 0,
  batchStride: rows * hidden,
  rowStride: hidden,
  headStride: headDim,
});

function attentionArgs({ gpu, element }: Bench, label: string, queryLen: number, keyLen: number) {
  const sizes = { batch: 1, heads, kvHeads: heads, queryLen, headDim, keyLen };
  return { label, element, device: gpu.info, ...sizes, scale: 1 / Math.sqrt(headDim), causal: false, none: gpu.none };
}

export async function selfAttention(bench: Bench, seq: number): Promise<Operation> {
  const { gpu, element } = bench;
  const repeats = 4;
  const input = seededInput(seq * hidden, 11);
  const x = await upload(gpu, input, element);
  const between = await Promise.all([0, 1].map(() => acquire(gpu, seq * hidden * elementBytes[element])));
  let q = x;
  const calls: KernelCall[] = [];
  for (let i = 0; i < repeats; i++) {
    const out = between[i % 2] ?? x;
    calls.push(
      ...attention({
        ...attentionArgs(bench, `seq ${seq}`, seq, seq),
        q: view(q, seq),
        k: view(x, seq),
        v: view(x, seq),
        out: view(out, seq),
      }),
    );
    q = out;
  }
  const work = { flops: 4 * seq * seq * hidden, bytes: 4 * seq * hidden * elementBytes[element] };
  const graph = `attention-${hidden}-${heads}-${repeats}`;
  return { label: `seq ${seq}`, size: seq, graph, input, dims: [1, seq, hidden], repeats, work, x, y: q, calls };
}

/** Rows of keys as a decoder's cache has them: [head, key, headDim]. */
function byHeads(rows: Float32Array, keys: number): Float32Array {
  const turned = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += headDim) {
    const [key, head] = [Math.floor(at / hidden), (at % hidden) / headDim];
    turned.set(rows.subarray(at, at + headDim), (head * keys + key) * headDim);
  }
  return turned;
}

export async function cachedAttention(bench: Bench, keys: number): Promise<Operation> {
  const { gpu, element } = bench;
  const input = seededInput(hidden, 13);
  const x = await upload(gpu, input, element);
  const between = await Promise.all([0, 1].map(() => acquire(gpu, hidden * elementBytes[element])));
  const scratch = await acquire(
    gpu,
    Math.max(16, decodeScratchBytes({ batch: 1, heads, queryLen: 1, headDim, maxKeys: keys })),
  );
  let q = x;
  const calls: KernelCall[] = [];
  for (let i = 0; i < caches; i++) {
    const [k, v] = await Promise.all(
      ['keys', 'values'].map(async (part) => {
        const halves = new Float16Array((await fetchRows(`caches.${i}.${part}`, keys, hidden)).buffer);
        return upload(gpu, byHeads(Float32Array.from(halves), keys), element);
      }),
    );
    const out = between[i % 2] ?? x;
    if (!k || !v) throw new Error('A cache has keys and values.');
    calls.push(
      ...decodeAttention({
        ...attentionArgs(bench, `${keys} keys`, 1, keys),
        q: view(q, 1),
        k: { ...view(k, keys), rowStride: headDim, headStride: keys * headDim },
        v: { ...view(v, keys), rowStride: headDim, headStride: keys * headDim },
        out: view(out, 1),
        scratch,
        keyCapacity: keys,
      }),
    );
    q = out;
  }
  const work = { flops: 4 * keys * hidden, bytes: 2 * keys * hidden * elementBytes[element] };
  const graph = `caches-${hidden}-${heads}-${keys}-${caches}`;
  return {
    label: `${keys} keys`,
    size: keys,
    graph,
    input,
    dims: [1, 1, hidden],
    repeats: caches,
    work,
    x,
    y: q,
    calls,
  };
}
