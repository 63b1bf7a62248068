import { describe, expect, test } from 'vitest';
import { GpuContext } from '../../src/gpu/context.ts';
import { wrongKernels } from '../../src/kernels/selfTest.ts';
import { openGpu, testTiers } from '../support/gpu.ts';

describe.each(testTiers)('the self-test in tier %s', async (tier) => {
  test('finds this adapter right, and gives back what it took', async () => {
    const gpu = await openGpu(tier);
    expect(await wrongKernels(gpu)).toEqual([]);
    expect(gpu.pool.leaks()).toEqual([]);
  });

  // In one tier, where kernels are small: a CPU takes minutes to compile what is meant for a GPU.
  if (tier === 'baseline') {
    test('and the same under the rules for GPUs', async () => {
      const { device, info } = await openGpu(tier);
      const gpu = new GpuContext(device, { ...info, adapter: { ...info.adapter, software: false } });
      expect(await wrongKernels(gpu)).toEqual([]);
      expect(gpu.pool.leaks()).toEqual([]);
    });
  }
});
