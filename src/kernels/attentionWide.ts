import { compilesForCpu } from '../gpu/device.ts';
import { callKernel, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, capacityOf, powerOfTwo, subgroupsOf } from './attentionArgs.ts';
import { attentionDecodeWideKernel, wideRowsAxis } from './attentionKernels.ts';
import { inSplits, splitCall, type Split, type SplitRule } from './attentionMerge.ts';

/** How the kernel walks: see attention_decode_wide.wgsl. */
export interface WideShape {
  readonly workgroupSize: number;
  readonly keys: '2' | '4';
  readonly prefetch: boolean;
}

type Rows = keyof typeof wideRowsAxis;
/** Query rows that a workgroup takes at most. */
const mostRows = 4;
/** Keys of which a split is a multiple: a step of a workgroup of 128 at headDim 128. */
export const splitUnit = 32;
/** Splits of one head at most; there is scratch for so many. */
export const mostSplits = 128;

/** Whether a GPU's smallest subgroup holds a key's row, eight elements an invocation, and nothing is masked. */
export const fitsWide = ({ device, headDim, mask, k, v }: AttentionArgs): boolean =>
  !device.adapter.software &&
  subgroupsOf(device, powerOfTwo(headDim / 8)) &&
  !mask &&
  [k, v].every(({ offset, batchStride, rowStride, headStride }) =>
    [offset, batchStride, rowStride, headStride].every((elements) => elements % 8 === 0),
  );

/** Shapes to choose from, the rule's first: few keys leave most of a larger workgroup without any. */
export const wideShapes = (args: AttentionArgs): readonly WideShape[] =>
  capacityOf(args) <= 8 ? [...narrow, ...broad] : [...broad, ...narrow];

const narrow: readonly WideShape[] = [
  { workgroupSize: 64, keys: '2', prefetch: true },
  { workgroupSize: 64, keys: '4', prefetch: true },
];
const broad: readonly WideShape[] = [
  { workgroupSize: 128, keys: '4', prefetch: true },
  { workgroupSize: 128, keys: '4', prefetch: false },
  { workgroupSize: 128, keys: '2', prefetch: true },
];

export const wideName = ({ workgroupSize, keys, prefetch }: WideShape, { most }: SplitRule): string =>
  `wide w${workgroupSize} k${keys}${prefetch ? 'p' : ''} n${most}`;

/**
 * How to share the keys out, the rule's first: into as many workgroups as a large GPU holds at once (with several rows each,
 * fewer fit), of one sequence alone, so that it gets the same splits in every batch.
 */
export function wideSplits(args: AttentionArgs): readonly SplitRule[] {
  const rows = rowsOf(args);
  const heads = args.kvHeads * Math.ceil(rows / mostRows);
  const most = Math.min(mostSplits, Math.max(16, powerOfTwo((rows > 1 ? 256 : 512) / heads)));
  const others = [most / 2, most * 2].filter((count) => count >= 16 && count <= mostSplits);
  return [most, ...others].map((count) => ({ unit: splitUnit, most: count }));
}

/** Query rows that share a kv head. */
const rowsOf = ({ heads, kvHeads, queryLen }: AttentionArgs): number => (heads / kvHeads) * queryLen;

function rowsName(rows: number): Rows {
  const name = String(rows);
  if (name in wideRowsAxis) return name as Rows;
  throw new RangeError(`attention_decode_wide has no variant for ${rows} rows.`);
}

/** `decodeAttention` by attention_decode_wide. */
export function decodeWideAttention(args: AttentionArgs, shape: WideShape, splitting: SplitRule): KernelCall[] {
  const rows = rowsOf(args);
  const rowBlocks = Math.ceil(rows / mostRows);
  const call = (split: Split): KernelCall =>
    callKernel(attentionDecodeWideKernel, {
      ...splitCall(args, split, rowBlocks),
      choice: { element: args.element, keys: shape.keys, rows: rowsName(Math.ceil(rows / rowBlocks)), row: split.row },
      overrides: {
        WORKGROUP_SIZE: shape.workgroupSize,
        HEAD_DIM4: args.headDim / 4,
        LANES: powerOfTwo(args.headDim / 8),
        SUBGROUP_MIN: Math.min(shape.workgroupSize, args.device.subgroupSize[0]),
        PREFETCH: shape.prefetch ? 1 : 0,
        UNROLL: compilesForCpu(args.device) ? 0 : 1,
        MOST_SPLITS: split.rule.most,
      },
      workgroups: () => [split.splits(), args.kvHeads * rowBlocks, args.batch],
    });
  return inSplits(args, splitting, call);
}
