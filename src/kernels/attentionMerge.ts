import { elementBytes } from '../core/dtype.ts';
import { type BufferSlice, callKernel, growingCost, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, capacityOf, paramsOf, powerOfTwo } from './attentionArgs.ts';
import { attentionMergeKernel, attentionMergeTreeKernel } from './attentionKernels.ts';

/** Up to this many keys one workgroup walks them all: merging would take longer. */
export const singleSplitKeys = 128;

/** Where a kernel leaves its rows, and how it shares the keys out. */
export interface Split {
  readonly row: 'result' | 'partial';
  readonly out: GPUBuffer | BufferSlice;
  readonly splitKeys: number;
  readonly splits: () => number;
}

/** The kernel once over all keys, or over splits of them which are then merged. */
export function inSplits(
  args: AttentionArgs,
  splitKeys: number,
  call: (split: Split) => KernelCall,
  merge: typeof mergeCall = mergeCall,
): KernelCall[] {
  const capacity = capacityOf(args);
  const { scratch } = args;
  if (!scratch || capacity <= Math.max(splitKeys, singleSplitKeys))
    return [call({ row: 'result', out: args.out.buffer, splitKeys: 0x7fff_ffff, splits: () => 1 })];
  const maxKeys = args.maxKeys ?? ((): number => args.keyLen);
  const splits = (): number => Math.max(1, Math.ceil(Math.min(maxKeys(), capacity) / splitKeys));
  return [call({ row: 'partial', out: scratch, splitKeys, splits }), merge(args, scratch, splitKeys, maxKeys)];
}

/** Joins what the splits of `splitKeys` keys each left in `scratch`, for decoding and for prefill; `keys` for the cost. */
export function mergeCall(
  args: AttentionArgs,
  scratch: GPUBuffer | BufferSlice,
  splitKeys: number,
  keys: () => number,
): KernelCall {
  const headDim4 = args.headDim / 4;
  const columns = powerOfTwo(headDim4);
  // Eight splits side by side: on a GPU this is a matter of how many loads follow one another, not of how many there are.
  const workgroupSize = args.device.adapter.software ? 64 : Math.min(256, Math.max(64, 8 * columns));
  const { out_start4, out_batch4, out_row4, out_head4 } = paramsOf(args);
  const elements = args.batch * args.heads * args.queryLen * args.headDim;
  const splits = (): number => Math.ceil(keys() / splitKeys);
  return callKernel(attentionMergeKernel, {
    label: `${args.label}.merge`,
    choice: { element: args.element },
    overrides: { WORKGROUP_SIZE: workgroupSize, HEAD_DIM4: headDim4, COLUMNS: columns },
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
    cost: growingCost(() => ({
      flops: 2 * elements * splits(),
      bytes: elements * (4 * splits() + elementBytes[args.element]),
    })),
  });
}

/** As `mergeCall`, by slices of the splits and a tree. */
export function mergeTreeCall(
  args: AttentionArgs,
  scratch: GPUBuffer | BufferSlice,
  splitKeys: number,
  keys: () => number,
): KernelCall {
  const plain = mergeCall(args, scratch, splitKeys, keys);
  const headDim4 = args.headDim / 4;
  // Two splits a slice where there are few: then everything is loaded at once.
  const most = Math.ceil(capacityOf(args) / splitKeys);
  const slices = Math.max(2, Math.min(32, powerOfTwo(Math.ceil(most / 2))));
  const columns = Math.min(powerOfTwo(headDim4), 256 / slices);
  return {
    ...plain,
    kernel: attentionMergeTreeKernel,
    overrides: { WORKGROUP_SIZE: columns * slices, HEAD_DIM4: headDim4, COLUMNS: columns },
    params: { ...plain.params, cached: args.state ? 1 : 0 },
    workgroups: [args.queryLen, args.heads * Math.ceil(headDim4 / columns), args.batch],
  };
}
