import { roundUp } from '../core/shape.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { type BufferSlice, callKernel, growingCost, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, buffersOf, costOf, paramsOf, powerOfTwo, subgroupsOf, unroll } from './attentionArgs.ts';
import { attentionDecodeKernel, attentionDecodeLanesKernel, rowTileAxis } from './attentionKernels.ts';
import { mergeCall } from './attentionMerge.ts';

export type { AttentionArgs, AttentionMask, HeadsView } from './attentionArgs.ts';
export { attention } from './attentionPrefill.ts';

/** Query rows up to which reading k and v bounds attention, so that the decoding kernel wins. */
const decodeRows = 8;

/** Which of the two serves a query of this length. */
export const chooseAttention = (queryLen: number): 'tiled' | 'decode' => (queryLen <= decodeRows ? 'decode' : 'tiled');

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
  return [decodeCall(args, 'partial', scratch, splitKeys, splits), mergeCall(args, scratch, splitKeys, maxKeys)];
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
    cost: growingCost(() => costOf(args, args.maxKeys?.() ?? args.keyLen)),
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
  return [call, mergeCall(args, args.scratch, shape.splitKeys, () => keys)];
}

/** Invocations that share a key's row; 16 times as many are a workgroup, which must cover the vec4s of a row. */
function decodeLanes(device: DeviceInfo, headDim4: number): number {
  // A CPU adapter switches between the invocations of a workgroup at every barrier: the fewest that will do.
  if (device.adapter.software) return Math.max(1, powerOfTwo(headDim4) / 16);
  // 8 lanes read longer runs of memory; through shared memory their partial sums would not fit 16 KiB.
  return subgroupsOf(device, 8) ? 8 : 4;
}

type Size = keyof typeof rowTileAxis;
const isSize = (name: string): name is Size => name in rowTileAxis;

function sizeName(size: number): Size {
  const name = String(size);
  if (isSize(name)) return name;
  throw new RangeError(`Attention has no variant for a tile of ${size}: headDim must be a multiple of 8 up to 256.`);
}
