import { roundUp } from '../core/shape.ts';
import { avoids, compilesForCpu, type DeviceInfo } from '../gpu/device.ts';
import { callKernel, type Candidate, growingCost, type KernelCall } from '../gpu/kernel.ts';
import {
  type AttentionArgs,
  attentionKey,
  buffersOf,
  capacityOf,
  costOf,
  paramsOf,
  powerOfTwo,
  subgroupsOf,
  unroll,
} from './attentionArgs.ts';
import { attentionDecodeKernel, attentionDecodeLanesKernel, rowTileAxis } from './attentionKernels.ts';
import { inSplits, singleSplitKeys, type Split } from './attentionMerge.ts';
import { pickAt } from './candidate.ts';

export type { AttentionArgs, AttentionMask, HeadsView } from './attentionArgs.ts';
export { attention } from './attentionPrefill.ts';

/** Query rows up to which reading k and v bounds attention, so that the decoding kernel wins. */
const decodeRows = 8;

/** Which of the two serves a query of this length. */
export const chooseAttention = (queryLen: number, device: DeviceInfo): 'tiled' | 'decode' =>
  queryLen <= decodeRows && !avoids(device, 'decode attention') ? 'decode' : 'tiled';

/**
 * Attention of 1 to 8 query rows over a cache: with `scratch` the keys are split over workgroups and merged in a second
 * dispatch, without it one dispatch does all. Only `maxKeys()` sizes the grid; the true number of keys is read on the GPU.
 */
export function decodeAttention(args: AttentionArgs): KernelCall[] {
  const { operands } = args;
  const candidates = decodeCandidates(args);
  if (!operands) return candidates[0]?.calls() ?? [];
  const key = `decoding ${attentionKey(args, args.queryLen)}`;
  return pickAt({ key, candidates, ...operands, accumulates: false }, args.choices);
}

/** All ways to do it that this device and these shapes allow, the rule's first. */
export function decodeCandidates(args: AttentionArgs): readonly Candidate[] {
  const inTiles = splitsOf(args, splitKeysFor(capacityOf(args))).map((splitKeys): Candidate => ({
    name: `decode s${splitKeys}`,
    calls: () => decodeTileAttention(args, splitKeys),
  }));
  if (!usesLanes(args)) return inTiles;
  const rule = lanesShape(args);
  const { workgroupSize, keys } = rule;
  const shapes = [rule, ...lanesShapes.filter((shape) => shape.workgroupSize !== workgroupSize || shape.keys !== keys)];
  const inLanes = shapes.flatMap((shape) =>
    splitsOf(args, rule.splitKeys).map((splitKeys): Candidate => ({
      name: `lanes w${shape.workgroupSize} k${shape.keys} s${splitKeys}`,
      calls: () => decodeLanesAttention(args, { ...shape, splitKeys }),
    })),
  );
  return prefersLanes(args) ? [...inLanes, ...inTiles] : [...inTiles, ...inLanes];
}

/** Those that were the fastest somewhere in the sweep (scripts/bench/sweep.mjs). */
const lanesShapes = [
  { workgroupSize: 64, keys: '2' },
  { workgroupSize: 128, keys: '2' },
  { workgroupSize: 128, keys: '4' },
  { workgroupSize: 256, keys: '2' },
  { workgroupSize: 256, keys: '4' },
] as const;

/** Keys of a split, the rule's first; as few as there is scratch for. */
function splitsOf(args: AttentionArgs, rule: number): number[] {
  const capacity = capacityOf(args);
  if (!args.scratch || capacity <= singleSplitKeys) return [rule];
  const least = lanesSplitKeysFor(capacity);
  return [rule, ...[1, 2, 4, 8].map((times) => least * times).filter((keys) => keys !== rule && keys < capacity)];
}

/** `decodeAttention` by attention_decode. */
export const decodeTileAttention = (
  args: AttentionArgs,
  splitKeys: number = splitKeysFor(capacityOf(args)),
): KernelCall[] => inSplits(args, splitKeys, (split) => decodeCall(args, split));

/** Bytes of `scratch` for decodeAttention with this capacity; 0 where one split holds all keys. */
export function decodeScratchBytes(sizes: {
  readonly batch: number;
  readonly heads: number;
  readonly queryLen: number;
  readonly headDim: number;
  readonly maxKeys: number;
}): number {
  const splits = Math.ceil(sizes.maxKeys / lanesSplitKeysFor(sizes.maxKeys));
  if (sizes.maxKeys <= singleSplitKeys) return 0;
  return splits * sizes.batch * sizes.heads * sizes.queryLen * (sizes.headDim + 4) * 4;
}

/** At most 128 splits, of at least two tiles of 64 keys: a shorter one would spend its time on starting. */
const splitKeysFor = (capacity: number): number => Math.max(128, roundUp(Math.ceil(capacity / 128), 64));
/** At most 128 splits, of at least two steps of all walkers; of few keys smaller ones, for more workgroups. */
const lanesSplitKeysFor = (capacity: number): number =>
  capacity <= 1024 ? 32 : Math.max(64, roundUp(Math.ceil(capacity / 128), 64));

function decodeCall(args: AttentionArgs, { row, out, splitKeys, splits }: Split): KernelCall {
  const headDim4 = args.headDim / 4;
  const rows = rowsOf(args);
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

/** Whether a GPU can do it in subgroups. */
const usesLanes = (args: AttentionArgs): boolean => !args.device.adapter.software && fitsLanes(args);

/**
 * Where that is the fastest on an H100: up to two query rows a kv head (two at 1,024 keys: 1.7 times), or few keys. Over long
 * contexts four rows of results an invocation cost more registers than the wider loads win (0.75 times at 4,096 keys).
 */
const prefersLanes = (args: AttentionArgs): boolean => rowsOf(args) <= 2 || capacityOf(args) <= singleSplitKeys;

/** Query rows that share a kv head. */
const rowsOf = ({ heads, kvHeads, queryLen }: AttentionArgs): number => (heads / kvHeads) * queryLen;

/** Whether the smallest subgroup holds a key's row, eight elements an invocation, and nothing is masked. */
const fitsLanes = ({ device, headDim, mask, k, v }: AttentionArgs): boolean =>
  subgroupsOf(device, powerOfTwo(headDim / 8)) &&
  !mask &&
  [k, v].every(({ offset, batchStride, rowStride, headStride }) =>
    [offset, batchStride, rowStride, headStride].every((elements) => elements % 8 === 0),
  );

function lanesShape(args: AttentionArgs): LanesShape {
  const capacity = capacityOf(args);
  // Few keys: no more in flight than there are. Many: workgroups enough keep memory busy with fewer each.
  const few = capacity <= 8 || capacity > singleSplitKeys || rowsOf(args) > 4;
  return {
    workgroupSize: capacity <= 8 ? 64 : 128,
    keys: few ? '2' : '4',
    splitKeys: lanesSplitKeysFor(capacity),
  };
}

/** `decodeAttention` by the subgroup kernel. */
export function decodeLanesAttention(args: AttentionArgs, shape: LanesShape): KernelCall[] {
  const headDim4 = args.headDim / 4;
  const rows = rowsOf(args);
  const rowBlocks = Math.ceil(rows / 8);
  const params = paramsOf(args);
  return inSplits(args, shape.splitKeys, ({ row, out, splitKeys, splits }) =>
    callKernel(attentionDecodeLanesKernel, {
      label: args.label,
      choice: { element: args.element, keys: shape.keys, rowTile: sizeName(Math.ceil(rows / rowBlocks)), row },
      overrides: {
        WORKGROUP_SIZE: shape.workgroupSize,
        HEAD_DIM4: headDim4,
        LANES: powerOfTwo(args.headDim / 8),
        UNROLL: compilesForCpu(args.device) ? 0 : 1,
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
    }),
  );
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
