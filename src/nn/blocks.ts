import type { ElementType } from '../core/dtype.ts';
import type { GpuContext } from '../gpu/context.ts';
import { avoids } from '../gpu/device.ts';
import type { BufferSlice, KernelCall } from '../gpu/kernel.ts';
import { attention, decodeAttention } from '../kernels/attention.ts';
import { linear } from '../kernels/chooseLinear.ts';
import type { Activation } from '../kernels/linear.ts';
import { norm } from '../kernels/norm.ts';
import type { WeightSet } from './weights.ts';

/** Blocks around a trunk; their weights are those of blockWeights.ts, by the same ids. */

/** What the blocks of one plan have in common. */
export interface BlockContext {
  readonly gpu: GpuContext;
  readonly weights: WeightSet;
  /** Of activations between kernels. */
  readonly element: ElementType;
  readonly hidden: number;
  readonly normEps: number;
}

/** tokens[place] = relu(layerNorm(features · Wᵀ + b)). `features`: f32 [rows, width]; `scratch`: f32 [rows, hidden]. */
export function projection(
  context: BlockContext,
  id: string,
  args: {
    readonly features: GPUBuffer;
    readonly rows: number;
    readonly scratch: GPUBuffer;
    readonly tokens: GPUBuffer;
    readonly element: ElementType;
    /** Where in `tokens`, in elements. */
    readonly place: { readonly offset: number; readonly rowStride: number };
  },
): KernelCall[] {
  const { rows, scratch } = args;
  return [
    ...dense(context, `${id}.0`, { x: args.features, xElement: 'f32', y: scratch, yElement: 'f32', rows, bias: true }),
    norm({
      label: `${id}.1`,
      device: context.gpu.info,
      x: scratch,
      y: args.tokens,
      weight: context.weights.norm(`${id}.1`, 'layerNorm', context.normEps),
      element: args.element,
      rows,
      dim: context.hidden,
      relu: true,
      place: args.place,
    }),
  ];
}

/** y = layerNorm(x). `x`: f32 [rows, hidden]; `y`: the same in `element`. */
export const layerNorm = (
  context: BlockContext,
  id: string,
  args: { readonly x: GPUBuffer; readonly y: GPUBuffer; readonly element: ElementType; readonly rows: number },
): KernelCall =>
  norm({
    label: id,
    device: context.gpu.info,
    weight: context.weights.norm(id, 'layerNorm', context.normEps),
    dim: context.hidden,
    ...args,
  });

/** y = activation(x · Wᵀ + b) */
export function dense(
  context: BlockContext,
  id: string,
  args: {
    readonly x: GPUBuffer;
    readonly xElement: ElementType;
    readonly y: GPUBuffer | BufferSlice;
    readonly yElement: ElementType;
    readonly rows: number;
    readonly bias?: boolean;
    readonly activation?: Activation;
    readonly residual?: boolean;
  },
): KernelCall[] {
  const { gpu, weights } = context;
  const { bias, ...rest } = args;
  return linear({
    ...rest,
    label: id,
    device: gpu.info,
    choices: gpu.choices,
    weight: weights.linear(id),
    bias: bias ? weights.vector(`${id}.bias`) : undefined,
    none: gpu.none,
  });
}

/** y = activation(linear(relu(linear(x)))). `x`: [rows, …]; `between`: [rows, head's width]; `y`: f32 [rows, outputs]. */
export const head = (
  context: BlockContext,
  id: string,
  args: {
    readonly x: GPUBuffer;
    readonly element: ElementType;
    readonly between: GPUBuffer;
    readonly y: BufferSlice;
    readonly rows: number;
    readonly activation?: Activation;
  },
): KernelCall[] => {
  const { x, element, between, y, rows, activation = 'none' } = args;
  const first = { x, xElement: element, y: between, yElement: element, rows, bias: true, activation: 'relu' } as const;
  return [
    ...dense(context, `${id}.0`, first),
    ...dense(context, `${id}.3`, { x: between, xElement: element, y, yElement: 'f32', rows, bias: true, activation }),
  ];
};

/** Rows of an item: `count` from `first`. */
interface RowRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Rows `queries` attend to rows `keys` of the same item: self-attention where they are the same, else cross-attention.
 * `qkv`: [batch, rows, 3, heads, headDim]; `attended`: [batch, rows, heads, headDim], of which the queries' rows are written.
 */
export function attendRows(
  context: BlockContext,
  label: string,
  args: {
    readonly qkv: GPUBuffer;
    readonly attended: GPUBuffer;
    readonly heads: number;
    readonly batch: number;
    readonly rows: number;
    readonly queries: RowRange;
    readonly keys: RowRange;
    /** 'decode': for up to 8 queries; a pipeline for each number of them. 'tiled': one for all. */
    readonly kernel: 'tiled' | 'decode';
  },
): KernelCall[] {
  const { hidden, gpu, element } = context;
  const { qkv, attended, heads, batch, rows, queries, keys } = args;
  const headDim = hidden / heads;
  const part = (index: number, range: RowRange) => ({
    buffer: qkv,
    offset: (range.first * 3 + index) * hidden,
    batchStride: rows * 3 * hidden,
    rowStride: 3 * hidden,
    headStride: headDim,
  });
  const attend = args.kernel === 'decode' && !avoids(gpu.info, 'decode attention') ? decodeAttention : attention;
  return attend({
    label,
    element,
    device: gpu.info,
    q: part(0, queries),
    k: part(1, keys),
    v: part(2, keys),
    out: {
      buffer: attended,
      offset: queries.first * hidden,
      batchStride: rows * hidden,
      rowStride: hidden,
      headStride: headDim,
    },
    batch,
    heads,
    kvHeads: heads,
    queryLen: queries.count,
    keyLen: keys.count,
    headDim,
    scale: 1 / Math.sqrt(headDim),
    causal: false,
    none: gpu.none,
    choices: gpu.choices,
    operands: {
      input: { buffer: qkv, element, columns: 3 * hidden },
      output: { buffer: attended, element, columns: hidden },
    },
  });
}

/** Slices of one buffer for results that are read together: f32 [rows, columns] each. */
export function resultSlices<K extends string>(
  columns: Readonly<Record<K, number>>,
  rows: number,
): { readonly bytes: number; readonly at: Readonly<Record<K, { readonly offset: number; readonly size: number }>> } {
  let bytes = 0;
  const at = Object.fromEntries(
    Object.entries<number>(columns).map(([name, count]) => {
      const size = rows * Math.ceil(count / 4) * 16;
      const slice = { offset: bytes, size };
      // WebGPU's largest `minStorageBufferOffsetAlignment`.
      bytes += Math.ceil(size / 256) * 256;
      return [name, slice];
    }),
  ) as Record<K, { readonly offset: number; readonly size: number }>;
  return { bytes, at };
}

/** Writes rows of f32 [rows, columns] where kernels expect them, padded to whole vec4s. */
export function writeRows(
  gpu: GpuContext,
  buffer: GPUBuffer,
  firstRow: number,
  data: Float32Array,
  columns: number,
): void {
  const stride = Math.ceil(columns / 4) * 4;
  let padded = data;
  if (stride !== columns) {
    const rows = data.length / columns;
    padded = new Float32Array(rows * stride);
    for (let row = 0; row < rows; row++) padded.set(data.subarray(row * columns, (row + 1) * columns), row * stride);
  }
  gpu.device.queue.writeBuffer(buffer, firstRow * stride * 4, padded as Float32Array<ArrayBuffer>);
}
