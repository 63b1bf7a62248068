import { callKernel, type KernelCall } from '../gpu/kernel.ts';
import { type AttentionArgs, buffersOf, costOf, paramsOf, subgroupsOf, unroll } from './attentionArgs.ts';
import { attentionTiledKernel } from './attentionKernels.ts';

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
