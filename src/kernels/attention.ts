import { type ElementType, elementBytes } from '../core/dtype.ts';
import { roundUp } from '../core/shape.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { type BufferSlice, callKernel, type Cost, type KernelCall } from '../gpu/kernel.ts';
import {
  attentionDecodeKernel,
  attentionDecodeLanesKernel,
  attentionMergeKernel,
  attentionTiledKernel,
  rowTileAxis,
  viewBindings,
} from './attentionKernels.ts';

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
  /** Decode: upper bound of total keys, asked at each recording (for the grid); default keyLen. */
  readonly maxKeys?: () => number;
  /** Decode: most total keys there can ever be, the `maxKeys` given to decodeScratchBytes; default keyLen. */
  readonly keyCapacity?: number;
  /** Decode: decodeScratchBytes of room for split results; without it one workgroup walks all keys of its head. */
  readonly scratch?: GPUBuffer | BufferSlice;
}

/** Query rows up to which reading k and v bounds attention, so that the decoding kernel wins. */
const decodeRows = 8;

/** Which of the two serves a query of this length. */
export const chooseAttention = (queryLen: number): 'tiled' | 'decode' => (queryLen <= decodeRows ? 'decode' : 'tiled');

/**
 * Attention of many query rows over any number of keys: tiled, online softmax. headDim a multiple of 8 up to 256;
 * boolean mask, causal, grouped heads and cross-attention (queryLen ≠ keys) alike. Rows that see no key give zeros.
 */
export function attention(args: AttentionArgs): KernelCall[] {
  const headDim4 = args.headDim / 4;
  // 128 invocations read q and k less often; without subgroups they need more than the guaranteed 16 KiB.
  const wide =
    !args.device.adapter.software && args.queryLen > 32 && args.device.limits.maxComputeWorkgroupStorageSize >= 32_768;
  const workgroupSize = wide ? 128 : 64;
  const rowTile = workgroupSize / 2;
  const depth4 = Math.min(8, headDim4);
  const scoreStaging = (rowTile + 32) * (depth4 + 1);
  const valueChunks = Math.ceil((32 * headDim4 + 8) / scoreStaging);
  const valueKeys = Math.ceil(32 / valueChunks);
  return [
    callKernel(attentionTiledKernel, {
      label: args.label,
      choice: {
        element: args.element,
        reduce: subgroupsOf(args.device, 8) ? 'subgroups' : 'shared',
      },
      overrides: {
        WORKGROUP_SIZE: workgroupSize,
        HEAD_DIM4: headDim4,
        DEPTH4: depth4,
        VALUE_KEYS: valueKeys,
        STAGING: Math.max(scoreStaging, valueKeys * headDim4 + 8),
        UNROLL: unroll(args),
      },
      buffers: buffersOf(args),
      params: { ...paramsOf(args), split_keys: 0, row_blocks: 0 },
      workgroups: [Math.ceil(args.queryLen / rowTile), args.heads, args.batch],
      cost: costOf(args, args.keyLen),
    }),
  ];
}

/**
 * Attention of 1 to 8 query rows over a cache: with `scratch` the keys are split over workgroups and merged in a second
 * dispatch, without it one dispatch does all. Only `maxKeys()` sizes the grid; the true number of keys is read on the GPU.
 */
export function decodeAttention(args: AttentionArgs): KernelCall[] {
  const capacity = args.keyCapacity ?? args.keyLen;
  const splitKeys = splitKeysFor(capacity);
  const { scratch } = args;
  if (!scratch || capacity <= splitKeys) {
    return [decodeCall(args, 'result', args.out.buffer, 0x7fff_ffff, () => 1)];
  }
  const maxKeys = args.maxKeys ?? ((): number => args.keyLen);
  const splits = (): number => Math.max(1, Math.ceil(Math.min(maxKeys(), capacity) / splitKeys));
  return [decodeCall(args, 'partial', scratch, splitKeys, splits), mergeCall(args, scratch, splitKeys, maxKeys())];
}

/** Bytes of `scratch` for decodeAttention with this capacity; 0 where one split holds all keys. */
export function decodeScratchBytes(sizes: {
  readonly batch: number;
  readonly heads: number;
  readonly queryLen: number;
  readonly headDim: number;
  readonly maxKeys: number;
}): number {
  const splits = Math.ceil(sizes.maxKeys / splitKeysFor(sizes.maxKeys));
  return splits <= 1 ? 0 : splits * sizes.batch * sizes.heads * sizes.queryLen * (sizes.headDim + 4) * 4;
}

/** At most 128 splits, of at least two tiles of 64 keys: a shorter one would spend its time on starting. */
const splitKeysFor = (capacity: number): number => Math.max(128, roundUp(Math.ceil(capacity / 128), 64));

function decodeCall(
  args: AttentionArgs,
  row: 'result' | 'partial',
  out: GPUBuffer | BufferSlice,
  splitKeys: number,
  splits: () => number,
): KernelCall {
  const headDim4 = args.headDim / 4;
  const rows = (args.heads / args.kvHeads) * args.queryLen;
  const reduce = subgroupsOf(args.device, 4) ? 'subgroups' : 'shared';
  const lanes = decodeLanes(args.device, headDim4);
  const rowBlocks = Math.ceil(rows / (headDim4 > 32 ? 4 : 8));
  const params = paramsOf(args);
  return callKernel(attentionDecodeKernel, {
    label: args.label,
    choice: { element: args.element, reduce, rowTile: sizeName(Math.ceil(rows / rowBlocks)), row },
    overrides: {
      WORKGROUP_SIZE: lanes * 16,
      HEAD_DIM4: headDim4,
      COLUMNS: powerOfTwo(headDim4),
      UNROLL: unroll(args),
    },
    buffers: { ...buffersOf(args), out },
    params: {
      ...params,
      out_batch4: row === 'partial' ? args.batch : params.out_batch4,
      split_keys: splitKeys,
      row_blocks: rowBlocks,
    },
    workgroups: () => [splits(), args.kvHeads * rowBlocks, args.batch],
    cost: costOf(args, args.maxKeys?.() ?? args.keyLen),
  });
}

/** How the subgroup kernel walks: see attention_decode_lanes.wgsl. */
export interface LanesShape {
  readonly workgroupSize: number;
  readonly keys: '2' | '4' | '8';
  readonly splitKeys: number;
}

/** decodeAttention by the subgroup kernel, where the smallest subgroup holds a key's row of vec4s. */
export function decodeLanesAttention(args: AttentionArgs, shape: LanesShape): KernelCall[] {
  const headDim4 = args.headDim / 4;
  const keys = args.keyLen;
  const splits = Math.ceil(keys / shape.splitKeys);
  const row = args.scratch && splits > 1 ? 'partial' : 'result';
  const rows = (args.heads / args.kvHeads) * args.queryLen;
  const rowBlocks = Math.ceil(rows / 8);
  const params = paramsOf(args);
  const call = callKernel(attentionDecodeLanesKernel, {
    label: args.label,
    choice: { element: args.element, keys: shape.keys, rowTile: sizeName(Math.ceil(rows / rowBlocks)), row },
    overrides: { WORKGROUP_SIZE: shape.workgroupSize, HEAD_DIM4: headDim4, LANES: powerOfTwo(headDim4) },
    buffers: { ...buffersOf(args), out: row === 'partial' && args.scratch ? args.scratch : args.out.buffer },
    params: {
      ...params,
      out_batch4: row === 'partial' ? args.batch : params.out_batch4,
      split_keys: shape.splitKeys,
      row_blocks: rowBlocks,
    },
    workgroups: [row === 'partial' ? splits : 1, args.kvHeads * rowBlocks, args.batch],
    cost: costOf(args, keys),
  });
  if (row === 'result' || !args.scratch) return [call];
  return [call, mergeCall(args, args.scratch, shape.splitKeys, keys)];
}

/** Invocations that share a key's row; 16 times as many are a workgroup, which must cover the vec4s of a row. */
function decodeLanes(device: DeviceInfo, headDim4: number): number {
  // A CPU adapter switches between the invocations of a workgroup at every barrier: the fewest that will do.
  if (device.adapter.software) return Math.max(1, powerOfTwo(headDim4) / 16);
  // 8 lanes read longer runs of memory; through shared memory their partial sums would not fit 16 KiB.
  return subgroupsOf(device, 8) ? 8 : 4;
}

function mergeCall(args: AttentionArgs, scratch: GPUBuffer | BufferSlice, splitKeys: number, keys: number): KernelCall {
  const headDim4 = args.headDim / 4;
  const { out_start4, out_batch4, out_row4, out_head4 } = paramsOf(args);
  const elements = args.batch * args.heads * args.queryLen * args.headDim;
  const splits = Math.ceil(keys / splitKeys);
  return callKernel(attentionMergeKernel, {
    label: `${args.label}.merge`,
    choice: { element: args.element, reduce: args.device.features.subgroups ? 'subgroups' : 'shared' },
    overrides: { WORKGROUP_SIZE: 64, HEAD_DIM4: headDim4, COLUMNS: powerOfTwo(headDim4) },
    buffers: { partial: scratch, state: args.state ?? args.none, out: args.out.buffer },
    params: {
      query_len: args.queryLen,
      key_len: args.keyLen,
      heads: args.heads,
      batches: args.batch,
      split_keys: splitKeys,
      out_start4,
      out_batch4,
      out_row4,
      out_head4,
    },
    workgroups: [args.queryLen, args.heads, args.batch],
    cost: { flops: 2 * elements * splits, bytes: elements * (4 * splits + elementBytes[args.element]) },
  });
}

/** Whether subgroups may be used by a kernel that shuffles among `lanes` neighbours. */
const subgroupsOf = (device: DeviceInfo, lanes: number): boolean =>
  device.features.subgroups && device.subgroupSize[0] >= lanes;

type Size = keyof typeof rowTileAxis;
const isSize = (name: string): name is Size => name in rowTileAxis;

function sizeName(size: number): Size {
  const name = String(size);
  if (isSize(name)) return name;
  throw new RangeError(`Attention has no variant for a tile of ${size}: headDim must be a multiple of 8 up to 256.`);
}

const unroll = (args: AttentionArgs): number => (args.device.adapter.software ? 0 : 1);

const powerOfTwo = (size: number): number => 2 ** Math.ceil(Math.log2(size));

const buffersOf = (args: AttentionArgs): Record<keyof typeof viewBindings, GPUBuffer | BufferSlice> => ({
  q: args.q.buffer,
  k: args.k.buffer,
  v: args.v.buffer,
  mask: args.mask?.buffer ?? args.none,
  state: args.state ?? args.none,
  out: args.out.buffer,
});

function paramsOf(args: AttentionArgs) {
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
function costOf(args: AttentionArgs, keys: number): Cost {
  const { batch, heads, kvHeads, queryLen, headDim } = args;
  const seen = args.causal ? Math.max(0, keys - (queryLen - 1) / 2) : keys;
  const elements = 2 * batch * heads * queryLen * headDim + 2 * batch * kvHeads * keys * headDim;
  return { flops: 4 * batch * heads * queryLen * seen * headDim, bytes: elements * elementBytes[args.element] };
}
