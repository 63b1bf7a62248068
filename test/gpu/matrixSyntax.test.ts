import { describe, expect, test } from 'vitest';
import { composeWgsl, type Kernel } from '../../src/gpu/kernel.ts';
import { attentionMatrixKernel, linearSubgroupMatrix, matrixRate } from '../../src/kernels/index.ts';
import { createDawn } from '../support/dawn.ts';

const matrixFeature = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;

/** Dawn's null backend has every feature and runs nothing: its compiler's front says whether WGSL is right. */
async function nullDevice(): Promise<GPUDevice> {
  const gpu = await createDawn('backend=null');
  // Dawn dies with this object.
  Object.assign(globalThis, { halftoneNullGpu: gpu });
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null backend.');
  return adapter.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups', matrixFeature] });
}

const device = await nullDevice();

/** Each alternative of each axis, with the first ones of the other axes. */
const choices = ({ axes }: Kernel): Record<string, string>[] => {
  const first = Object.fromEntries(Object.entries(axes).map(([axis, names]) => [axis, Object.keys(names)[0] ?? '']));
  const changed = Object.entries(axes).flatMap(([axis, names]) =>
    Object.keys(names).map((name) => ({ ...first, [axis]: name })),
  );
  return [first, ...changed];
};

describe.each([attentionMatrixKernel, linearSubgroupMatrix, matrixRate] as readonly Kernel[])(
  'matrix units in $name',
  (kernel) => {
    test.each(choices(kernel).map((choice) => ({ choice })))('WGSL is valid: $choice', async ({ choice }) => {
      const code = composeWgsl(kernel, choice);
      const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
      const lines = code.split('\n');
      const errors = messages.filter(({ type }) => type === 'error');
      expect(errors.map(({ message, lineNum }) => `${message}: ${lines[lineNum - 1]}`)).toEqual([]);
    });
  },
);
