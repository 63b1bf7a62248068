import { roundUp } from '../core/shape.ts';
import { avoids, type DeviceInfo } from '../gpu/device.ts';
import { callKernel, type Candidate, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, attentionKey, capacityOf, powerOfTwo, subgroupsOf, unroll } from './attentionArgs.ts';
import { attentionDecodeKernel, rowTileAxis } from './attentionKernels.ts';
import { inSplits, splitCall, singleSplitKeys, type Split, splitsOf } from './attentionMerge.ts';
import {
  decodeWideAttention,
  fitsWide,
  mostSplits,
  splitUnit,
  wideName,
  wideShapes,
  wideSplits,
} from './attentionWide.ts';
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
  const inTiles = tileSplits(args).map((splitKeys): Candidate => ({
    name: `decode s${splitKeys}`,
    calls: () => decodeTileAttention(args, splitKeys),
  }));
  if (!fitsWide(args)) return inTiles;
  const splits = isSplit(args) ? wideSplits(args) : wideSplits(args).slice(0, 1);
  const inWalks = splits.flatMap((split) =>
    wideShapes(args).map((shape): Candidate => ({
      name: wideName(shape, split),
      calls: () => decodeWideAttention(args, shape, split),
    })),
  );
  return [...inWalks, ...inTiles];
}

const isSplit = (args: AttentionArgs): boolean => args.scratch !== undefined && capacityOf(args) > singleSplitKeys;

/** Keys of a split for attention_decode, the rule's first. */
function tileSplits(args: AttentionArgs): number[] {
  const rule = splitKeysFor(capacityOf(args));
  return isSplit(args)
    ? [rule, ...[2, 4].map((times) => rule * times).filter((keys) => keys < capacityOf(args))]
    : [rule];
}

/** `decodeAttention` by attention_decode. */
export const decodeTileAttention = (
  args: AttentionArgs,
  splitKeys: number = splitKeysFor(capacityOf(args)),
): KernelCall[] => inSplits(args, splitsOf(splitKeys), (split) => decodeCall(args, split));

/** Bytes of `scratch` for decodeAttention with this capacity; 0 where one split holds all keys. */
export function decodeScratchBytes(sizes: {
  readonly batch: number;
  readonly heads: number;
  readonly queryLen: number;
  readonly headDim: number;
  readonly maxKeys: number;
}): number {
  if (sizes.maxKeys <= singleSplitKeys) return 0;
  const splits = Math.min(mostSplits, Math.ceil(sizes.maxKeys / splitUnit));
  return splits * sizes.batch * sizes.heads * sizes.queryLen * (sizes.headDim + 4) * 4;
}

/** Splits of at least two tiles of 64 keys: a shorter one would spend its time on starting. */
const splitKeysFor = (capacity: number): number => Math.max(128, roundUp(Math.ceil(capacity / mostSplits), 64));
function decodeCall(args: AttentionArgs, split: Split): KernelCall {
  const headDim4 = args.headDim / 4;
  const rows = (args.heads / args.kvHeads) * args.queryLen;
  const reduce = subgroupsOf(args.device, 4) ? 'subgroups' : 'shared';
  const lanes = decodeLanes(args.device, headDim4);
  const rowBlocks = Math.ceil(rows / (headDim4 > 32 ? 4 : 8));
  return callKernel(attentionDecodeKernel, {
    ...splitCall(args, split, rowBlocks),
    choice: { element: args.element, reduce, rowTile: sizeName(Math.ceil(rows / rowBlocks)), row: split.row },
    overrides: {
      WORKGROUP_SIZE: lanes * 16,
      HEAD_DIM4: headDim4,
      COLUMNS: powerOfTwo(headDim4),
      UNROLL: unroll(args),
    },
    workgroups: () => [split.splits(), args.kvHeads * rowBlocks, args.batch],
  });
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
