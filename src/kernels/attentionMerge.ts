import { elementBytes } from '../core/dtype.ts';
import { type BufferSlice, callKernel, growingCost, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, paramsOf, powerOfTwo } from './attentionArgs.ts';
import { attentionMergeKernel } from './attentionKernels.ts';

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
