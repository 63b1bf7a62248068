import { elementBytes } from '../core/dtype.ts';
import { type BufferSlice, callKernel, growingCost, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, buffersOf, capacityOf, costOf, paramsOf, powerOfTwo } from './attentionArgs.ts';
import { attentionMergeKernel } from './attentionKernels.ts';

/** Up to this many keys one workgroup walks them all: merging would take longer. */
export const singleSplitKeys = 128;

/** How keys are shared out (attention_split.wgsl): in splits of a multiple of `unit`, and no more of them than `most`, a power of two. */
export interface SplitRule {
  readonly unit: number;
  readonly most: number;
}

/** Splits of so many keys each. */
export const splitsOf = (keys: number): SplitRule => ({ unit: keys, most: 2 ** 31 });

/** Where a kernel leaves its rows, and how it shares the keys out. */
export interface Split {
  readonly row: 'result' | 'partial';
  readonly out: GPUBuffer | BufferSlice;
  readonly rule: SplitRule;
  /** At most, of the keys that there can be when it is recorded. */
  readonly splits: () => number;
}

/** The kernel once over all keys, or over splits of them which are then merged. */
export function inSplits(args: AttentionArgs, rule: SplitRule, call: (split: Split) => KernelCall): KernelCall[] {
  const capacity = capacityOf(args);
  const { scratch } = args;
  if (!scratch || capacity <= Math.max(rule.unit, singleSplitKeys))
    return [call({ row: 'result', out: args.out.buffer, rule: splitsOf(0x7fff_ffff), splits: () => 1 })];
  const splits = (): number => Math.max(1, Math.min(rule.most, Math.ceil(keysOf(args) / rule.unit)));
  return [call({ row: 'partial', out: scratch, rule, splits }), mergeCall(args, scratch, rule, splits)];
}

/** Keys that there can be when it is recorded. */
const keysOf = (args: AttentionArgs): number => Math.min(args.maxKeys?.() ?? args.keyLen, capacityOf(args));

/** What calls of all kernels that split their keys have in common. */
export function splitCall(args: AttentionArgs, { row, out, rule }: Split, rowBlocks: number) {
  const params = paramsOf(args);
  return {
    label: args.label,
    buffers: { ...buffersOf(args), out },
    params: {
      ...params,
      out_batch4: row === 'partial' ? args.batch : params.out_batch4,
      split_keys: rule.unit,
      row_blocks: rowBlocks,
    },
    cost: growingCost(() => costOf(args, keysOf(args))),
  };
}

/** Joins what the splits each left in `scratch`. */
export function mergeCall(
  args: AttentionArgs,
  scratch: GPUBuffer | BufferSlice,
  rule: SplitRule,
  splits: () => number,
): KernelCall {
  const headDim4 = args.headDim / 4;
  const { columns, slices } = mergeShape(args, rule);
  const { out_start4, out_batch4, out_row4, out_head4 } = paramsOf(args);
  const elements = args.batch * args.heads * args.queryLen * args.headDim;
  return callKernel(attentionMergeKernel, {
    label: `${args.label}.merge`,
    choice: { element: args.element },
    overrides: { WORKGROUP_SIZE: columns * slices, HEAD_DIM4: headDim4, COLUMNS: columns, MOST_SPLITS: rule.most },
    buffers: { partial: scratch, state: args.state ?? args.none, out: args.out.buffer },
    params: {
      query_len: args.queryLen,
      key_len: args.keyLen,
      heads: args.heads,
      batches: args.batch,
      split_keys: rule.unit,
      out_start4,
      out_batch4,
      out_row4,
      out_head4,
      cached: args.state ? 1 : 0,
    },
    workgroups: [args.queryLen, args.heads * Math.ceil(headDim4 / columns), args.batch],
    cost: growingCost(() => ({
      flops: 2 * elements * splits(),
      bytes: elements * (4 * splits() + elementBytes[args.element]),
    })),
  });
}

/** How a merging workgroup's invocations stand: vec4s of a row × slices of the splits. */
function mergeShape(args: AttentionArgs, { unit, most }: SplitRule): { columns: number; slices: number } {
  const row = powerOfTwo(args.headDim / 4);
  // A CPU adapter switches between invocations at every barrier; one slice meets none.
  if (args.device.adapter.software) return { columns: row, slices: 1 };
  // Two splits a slice where there are few: then everything is loaded at once.
  const splits = Math.min(most, Math.ceil(capacityOf(args) / unit));
  const slices = Math.max(2, Math.min(32, powerOfTwo(Math.ceil(splits / 2))));
  return { columns: Math.min(row, 256 / slices), slices };
}
