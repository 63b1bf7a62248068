import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import type { AttentionArgs } from '../../src/kernels/attention.ts';
import {
  matrixAttention,
  matrixAttentionBytes,
  type MatrixAttentionShape,
  matrixShapeName,
} from '../../src/kernels/attentionMatrix.ts';

type Candidates = Record<string, (args: AttentionArgs) => KernelCall[]>;

/** attention_matrix in every shape that the device has memory for; with keys split, too, where there are many. */
export function matrixCandidates(headDim: number, keys: number, { info }: GpuContext): Candidates {
  const { matrixSyntax, limits } = info;
  const all: Candidates = {};
  if (!matrixSyntax || !info.features.f16) return all;
  for (const rowBlocks of ['1', '2', '4', '8'] as const)
    for (const slices of ['1', '2', '4'] as const)
      for (const keyBlocks of ['1', '2', '4'] as const) {
        const shape: MatrixAttentionShape = { rowBlocks, slices, keyBlocks };
        const invocations = 32 * Number(rowBlocks) * Number(slices);
        const tooWide =
          invocations > limits.maxComputeInvocationsPerWorkgroup || Number(slices) * Number(keyBlocks) > 4;
        if (tooWide || matrixAttentionBytes(shape, headDim) > limits.maxComputeWorkgroupStorageSize) continue;
        const name = `units ${matrixShapeName(shape)}`;
        all[name] = (args) => matrixAttention(args, shape, matrixSyntax);
        if (keys < 512) continue;
        for (const splitKeys of keys > 512 ? [256, 512, 1024] : [256])
          all[`${name} split${splitKeys}`] = (args) => matrixAttention(args, shape, matrixSyntax, splitKeys);
      }
  return all;
}
