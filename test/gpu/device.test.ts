import { describe, expect, test } from 'vitest';
import { expectedTier, openGpu, testTiers } from '../support/gpu.ts';

describe.each(testTiers)('a device of the tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const { info, device } = gpu;

  test('has the features that it says, and no others', () => {
    expect(device.features.has('shader-f16')).toBe(info.features.f16);
    expect(device.features.has('subgroups')).toBe(info.features.subgroups);
    expect(device.features.has('timestamp-query')).toBe(info.features.timestamps);
    // SwiftShader has subgroups without f16, which is the baseline by name.
    expect(expectedTier(gpu)).toBe(info.features.f16 ? tier : 'baseline');
  });

  test('grants the limits that were negotiated', () => {
    for (const [name, value] of Object.entries(info.limits)) {
      expect(device.limits[name as keyof typeof info.limits], name).toBeGreaterThanOrEqual(value);
    }
    if (tier === 'baseline') {
      expect(info.limits).toMatchObject({
        maxStorageBufferBindingSize: 2 ** 27,
        maxComputeWorkgroupStorageSize: 16_384,
      });
      expect(device.limits.maxStorageBuffersPerShaderStage).toBe(8);
    }
  });

  test('knows its adapter and the sizes of its subgroups', () => {
    const [min, max] = info.subgroupSize;
    expect(min).toBeGreaterThanOrEqual(4);
    expect(max).toBeGreaterThanOrEqual(min);
    expect(`${info.adapter.vendor}${info.adapter.architecture}${info.adapter.description}`).not.toBe('');
  });
});
