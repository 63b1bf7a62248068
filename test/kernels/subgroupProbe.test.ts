import { expect, test } from 'vitest';
import { probeSubgroups } from '../../src/kernels/subgroupProbe.ts';
import { openGpu, testTiers } from '../support/gpu.ts';

test.each(testTiers)('the probe finds subgroups as they should be where a device has them: %s', async (tier) => {
  const gpu = await openGpu(tier);
  // Both software adapters number their lanes in order.
  expect(await probeSubgroups(gpu)).toBe(gpu.info.features.subgroups);
  expect(gpu.pool.leaks()).toEqual([]);
});
