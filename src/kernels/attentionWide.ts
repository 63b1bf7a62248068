import { compilesForCpu } from '../gpu/device.ts';
import { callKernel, growingCost, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, buffersOf, costOf, paramsOf, powerOfTwo } from './attentionArgs.ts';
import { attentionDecodeWideKernel, wideRowsAxis } from './attentionKernels.ts';
import { inSplits, mergeCall, mergeTreeCall } from './attentionMerge.ts';

/** How the kernel walks: see attention_decode_wide.wgsl. */
export interface WideShape {
  readonly workgroupSize: number;
  readonly keys: '2' | '4';
  readonly prefetch: boolean;
  readonly splitKeys: number;
}

type Rows = keyof typeof wideRowsAxis;
/** Query rows that a workgroup takes at most. */
const mostRows = 4;

function rowsName(rows: number): Rows {
  const name = String(rows);
  if (name in wideRowsAxis) return name as Rows;
  throw new RangeError(`attention_decode_wide has no variant for ${rows} rows.`);
}

/** `decodeAttention` by attention_decode_wide. */
export function decodeWideAttention(
  args: AttentionArgs,
  shape: WideShape,
  merge: 'tree' | 'one pass' = 'tree',
): KernelCall[] {
  const rows = (args.heads / args.kvHeads) * args.queryLen;
  const rowBlocks = Math.ceil(rows / mostRows);
  const params = paramsOf(args);
  const call = ({ row, out, splitKeys, splits }: Parameters<Parameters<typeof inSplits>[2]>[0]): KernelCall =>
    callKernel(attentionDecodeWideKernel, {
      label: args.label,
      choice: { element: args.element, keys: shape.keys, rows: rowsName(Math.ceil(rows / rowBlocks)), row },
      overrides: {
        WORKGROUP_SIZE: shape.workgroupSize,
        HEAD_DIM4: args.headDim / 4,
        LANES: powerOfTwo(args.headDim / 8),
        SUBGROUP_MIN: Math.min(shape.workgroupSize, args.device.subgroupSize[0]),
        PREFETCH: shape.prefetch ? 1 : 0,
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
    });
  return inSplits(args, shape.splitKeys, call, merge === 'tree' ? mergeTreeCall : mergeCall);
}
