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
  const { out_start4, out_batch4, out_row4, out_head4 } = paramsOf(args);
  const elements = args.batch * args.heads * args.queryLen * args.headDim;
  const splits = (): number => Math.ceil(keys() / splitKeys);
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
    cost: growingCost(() => ({
      flops: 2 * elements * splits(),
      bytes: elements * (4 * splits() + elementBytes[args.element]),
    })),
  });
}
