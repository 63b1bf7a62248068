import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import type { LinearArgs } from '../../src/kernels/linear.ts';
import { stepsOf, vectorWideCall, type VectorShape } from '../../src/kernels/linearVectorWide.ts';

export const withoutSubgroups = (args: LinearArgs): LinearArgs => ({
  ...args,
  device: { ...args.device, features: { ...args.device.features, subgroups: false } },
});

/** Lanes, workgroups, unrolling and reduction of linear_vector_wide, as far as they suit the weight. */
export function vectorCandidates(
  p: Pick<LinearArgs['weight'], 'format' | 'inDim' | 'outDim'> & { readonly gated?: boolean },
  gpu: GpuContext,
  threadRows: readonly VectorShape['threadRows'][],
): Record<string, (args: LinearArgs) => KernelCall[]> {
  const all: Record<string, (args: LinearArgs) => KernelCall[]> = {};
  const steps = stepsOf({ ...p, gated: p.gated ?? false, parts: [] });
  for (const rows of threadRows)
    for (const lanes of [8, 16, 32, 64, 128, 256])
      for (const workgroupSize of [64, 128, 256])
        for (const unroll of ['1', '2', '4'] as const)
          for (const sum of gpu.info.features.subgroups ? ['sg', 'sh'] : ['sh']) {
            if (workgroupSize < lanes || 2 * steps <= lanes * Number(unroll)) continue;
            if (unroll === '4' && (lanes > 64 || rows !== '1')) continue;
            // Shared memory and odd workgroups only near the middle of the field.
            const middle = lanes === 32 || lanes === 64;
            if (sum === 'sh' && !(middle && workgroupSize === 128 && unroll === '2')) continue;
            if (workgroupSize === 64 && lanes > 32) continue;
            if (rows !== '1' && (sum === 'sh' || lanes < 16 || workgroupSize === 64)) continue;
            const shape = { lanes, workgroupSize, threadRows: rows, unroll };
            all[`wide r${rows} l${lanes} w${workgroupSize} u${unroll} ${sum}`] = (args) =>
              args.weight.parts.map((part) =>
                vectorWideCall(sum === 'sg' ? args : withoutSubgroups(args), part, shape),
              );
          }
  return all;
}
