import { type ElementType, elementBytes } from '../core/dtype.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import type { BufferSlice, Cost, Site } from '../gpu/kernel.ts';
import type { viewBindings } from './attentionKernels.ts';
import { type Choices, rowsClass } from './candidate.ts';

/** What every attention kernel is called with, and what they make of it alike. */

/** Where a [batch, row, head, headDim] tensor lies in a buffer; in elements, all multiples of 4; headDim is contiguous. */
export interface HeadsView {
  readonly buffer: GPUBuffer | BufferSlice;
  readonly offset: number;
  readonly batchStride: number;
  readonly rowStride: number;
  readonly headStride: number;
}

/** Bytes packed in u32 words, 1 = may attend; strides in bytes over [batch, head, query row, key], 0 where broadcast. */
export interface AttentionMask {
  readonly buffer: GPUBuffer | BufferSlice;
  readonly strides: readonly [batch: number, head: number, row: number, key: number];
}

export interface AttentionArgs {
  readonly label: string;
  readonly element: ElementType;
  readonly device: DeviceInfo;
  readonly q: HeadsView;
  readonly k: HeadsView;
  readonly v: HeadsView;
  /** Must not share a buffer with q, k or v. */
  readonly out: HeadsView;
  readonly batch: number;
  readonly heads: number;
  /** Divides `heads`: each kv head serves `heads / kvHeads` neighbouring query heads. */
  readonly kvHeads: number;
  readonly queryLen: number;
  /** A multiple of 8, at most 256. */
  readonly headDim: number;
  readonly scale: number;
  /** Keys without the state's share: total keys = keyLen + the item's position. */
  readonly keyLen: number;
  /** Query row i attends to keys ≤ i + (total keys − queryLen). */
  readonly causal: boolean;
  readonly mask?: AttentionMask;
  /** A record for each item of the batch (sequences.ts): keys already there, and the slot of k and v that has them. Absent: none. */
  readonly state?: GPUBuffer | BufferSlice;
  /** A buffer of zeros for what is absent. */
  readonly none: GPUBuffer;
  /** What was measured to be the fastest, and what a tuner may overwrite to measure it; without `operands` it is not asked. */
  readonly choices?: Choices | undefined;
  readonly operands?: Pick<Site, 'input' | 'also' | 'output'>;
  /** Upper bound of total keys, asked at each recording (for the grid); default keyLen. */
  readonly maxKeys?: () => number;
  /** Most total keys there can ever be, as the functions that size `scratch` were told; default keyLen. */
  readonly keyCapacity?: number;
  /** Room for split results (decodeScratchBytes, prefillScratchBytes); without it one workgroup walks all keys of its rows. */
  readonly scratch?: GPUBuffer | BufferSlice;
}

/** Keys that there can be at most. */
export const capacityOf = (args: AttentionArgs): number => args.keyCapacity ?? args.keyLen;

/**
 * The class of calls for which one candidate is chosen. Over a cache it says nothing of the batch: a sequence gets the kernel
 * that it would get alone.
 */
export const attentionKey = (args: AttentionArgs, rows: number): string =>
  [
    'attention',
    `${rows} rows`,
    args.state
      ? `of a cache of ${capacityOf(args)}`
      : `over ${rowsClass(args.keyLen)} keys, ${rowsClass(args.batch)} items`,
    `${args.heads}|${args.kvHeads}x${args.headDim}`,
    args.element,
    args.causal ? 'causal' : 'open',
    args.mask ? 'masked' : 'unmasked',
  ].join(' ');

/** Whether subgroups may be used by a kernel that shuffles among `lanes` neighbours. */
export const subgroupsOf = (device: DeviceInfo, lanes: number): boolean =>
  device.features.subgroups && device.subgroupSize[0] >= lanes;

export const unroll = (args: AttentionArgs): number => (args.device.adapter.software ? 0 : 1);

export const buffersOf = (args: AttentionArgs): Record<keyof typeof viewBindings, GPUBuffer | BufferSlice> => ({
  q: args.q.buffer,
  k: args.k.buffer,
  v: args.v.buffer,
  mask: args.mask?.buffer ?? args.none,
  state: args.state ?? args.none,
  out: args.out.buffer,
});

export function paramsOf(args: AttentionArgs) {
  const { q, k, v, out } = args;
  const [mask_batch, mask_head, mask_row, mask_key] = args.mask?.strides ?? [0, 0, 0, 0];
  return {
    query_len: args.queryLen,
    key_len: args.keyLen,
    heads: args.heads,
    group: args.heads / args.kvHeads,
    scale: args.scale,
    q_start4: q.offset / 4,
    q_batch4: q.batchStride / 4,
    q_row4: q.rowStride / 4,
    q_head4: q.headStride / 4,
    k_start4: k.offset / 4,
    k_batch4: k.batchStride / 4,
    k_row4: k.rowStride / 4,
    k_head4: k.headStride / 4,
    v_start4: v.offset / 4,
    v_batch4: v.batchStride / 4,
    v_row4: v.rowStride / 4,
    v_head4: v.headStride / 4,
    out_start4: out.offset / 4,
    out_batch4: out.batchStride / 4,
    out_row4: out.rowStride / 4,
    out_head4: out.headStride / 4,
    // A single row at the end of the keys sees all of them.
    causal: args.causal && args.queryLen > 1 ? 1 : 0,
    has_mask: args.mask ? 1 : 0,
    mask_batch,
    mask_head,
    mask_row,
    mask_key,
    cached: args.state ? 1 : 0,
    zero: 0,
  };
}

/** Two products over the visible keys; q, out, and k and v once for each kv head. */
export function costOf(args: AttentionArgs, keys: number): Cost {
  const { batch, heads, kvHeads, queryLen, headDim } = args;
  const seen = args.causal ? Math.max(0, keys - (queryLen - 1) / 2) : keys;
  const elements = 2 * batch * heads * queryLen * headDim + 2 * batch * kvHeads * keys * headDim;
  return { flops: 4 * batch * heads * queryLen * seen * headDim, bytes: elements * elementBytes[args.element] };
}

export const powerOfTwo = (size: number): number => 2 ** Math.ceil(Math.log2(size));
