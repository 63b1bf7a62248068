import { describe, expect, test } from 'vitest';
import { type FeatureOptions, requestDevice, tierOf } from '../../../src/gpu/device.ts';

const limits = {
  maxBufferSize: 2 ** 34,
  maxStorageBufferBindingSize: 2 ** 31,
  maxComputeWorkgroupStorageSize: 49_152,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxStorageBuffersPerShaderStage: 16,
};
const matrix = 'chromium-experimental-subgroup-matrix';

/** A GPU of which only the negotiation exists; `asked` is what the device was asked for. */
function stubGpu(features: readonly string[], info: object = {}) {
  const asked: GPUDeviceDescriptor[] = [];
  const adapter = {
    features: new Set(features),
    limits,
    info: { vendor: 'acme', architecture: 'rocket', device: '1', description: 'Acme Rocket 1', ...info },
    requestDevice: (descriptor: GPUDeviceDescriptor) => {
      asked.push(descriptor);
      return Promise.resolve({});
    },
  };
  return { gpu: { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU, asked };
}

describe('no device', () => {
  test('without WebGPU: webgpu-unavailable, and which browsers have it', async () => {
    await expect(requestDevice(undefined, {})).rejects.toMatchObject({
      name: 'EngineError',
      code: 'webgpu-unavailable',
    });
    await expect(requestDevice(undefined, {})).rejects.toThrow(/Chrome.*Firefox/);
  });

  test('without an adapter: adapter-unavailable', async () => {
    const gpu = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(requestDevice(gpu, {})).rejects.toMatchObject({ code: 'adapter-unavailable' });
  });

  test('an adapter that refuses a device: adapter-unavailable with its words', async () => {
    const adapter = {
      features: new Set(),
      limits,
      info: {},
      requestDevice: () => Promise.reject(new Error('worn out')),
    };
    const gpu = { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
    await expect(requestDevice(gpu, {})).rejects.toMatchObject({ code: 'adapter-unavailable' });
    await expect(requestDevice(gpu, {})).rejects.toThrow(/worn out/);
  });
});

describe('negotiation', () => {
  const all = ['shader-f16', 'subgroups', matrix, 'timestamp-query'];
  const cases: readonly (readonly [FeatureOptions, string, readonly string[]])[] = [
    [{}, 'subgroup-matrix', all],
    [{ subgroupMatrix: false }, 'subgroups', ['shader-f16', 'subgroups', 'timestamp-query']],
    [{ subgroups: false }, 'f16', ['shader-f16', 'timestamp-query']],
    [{ f16: false }, 'baseline', ['subgroups', matrix, 'timestamp-query']],
    [{ f16: false, subgroups: false }, 'baseline', ['timestamp-query']],
  ];
  test.each(cases)('features %j give the tier %s', async (features, tier, names) => {
    const { gpu, asked } = stubGpu(all);
    const { info } = await requestDevice(gpu, { features });
    expect(info.tier).toBe(tier);
    expect(asked[0]?.requiredFeatures).toEqual(names);
  });

  test('nothing is asked for that the adapter lacks', async () => {
    const { gpu, asked } = stubGpu([]);
    const { info } = await requestDevice(gpu, { features: { f16: true, subgroups: true } });
    expect(asked[0]?.requiredFeatures).toEqual([]);
    expect(info.tier).toBe('baseline');
  });

  test('every limit and feature has a value and one reason; what is off says who switched it off', async () => {
    const { info } = await requestDevice(stubGpu(['shader-f16']).gpu, { features: { f16: false } });
    for (const { name, reason } of info.negotiation) expect(reason.length, name).toBeGreaterThan(10);
    const byName = new Map(info.negotiation.map((line) => [line.name, line]));
    expect(byName.size).toBe(info.negotiation.length);
    expect([...byName.keys()]).toEqual(
      expect.arrayContaining(['shader-f16', 'subgroups', 'subgroup-matrix', 'timestamp-query', ...Object.keys(limits)]),
    );
    expect(byName.get('shader-f16')?.reason).toMatch(/switched off/);
    expect(byName.get('subgroups')?.reason).toMatch(/adapter does not offer/);
  });

  test('limits go up to what the adapter has, never past what is of use', async () => {
    const { gpu, asked } = stubGpu(all);
    const { info } = await requestDevice(gpu, {});
    expect(info.limits).toMatchObject({
      maxBufferSize: 2 ** 32,
      maxStorageBufferBindingSize: 2 ** 31,
      maxComputeWorkgroupSizeX: 256,
    });
    expect(asked[0]?.requiredLimits).toEqual(info.limits);
  });

  test('the forced baseline has the default limits that WebGPU guarantees', async () => {
    const { info } = await requestDevice(stubGpu(all).gpu, { features: { f16: false, subgroups: false } });
    expect(info.limits).toEqual({
      maxBufferSize: 268_435_456,
      maxStorageBufferBindingSize: 134_217_728,
      maxComputeWorkgroupStorageSize: 16_384,
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupSizeX: 256,
      maxStorageBuffersPerShaderStage: 8,
    });
  });

  test.each([
    [{ description: 'llvmpipe (LLVM 19)' }, true],
    [{ device: 'SwiftShader Device' }, true],
    [{ isFallbackAdapter: true }, true],
    [{}, false],
  ])('a CPU that pretends to be a GPU is known: %j', async (info, software) => {
    expect((await requestDevice(stubGpu([], info).gpu, {})).info.adapter.software).toBe(software);
  });
});

test('a tier needs everything below it', () => {
  const features = { f16: true, subgroups: true, subgroupMatrix: true, timestamps: false, integerDot: false };
  expect(tierOf(features)).toBe('subgroup-matrix');
  expect(tierOf({ ...features, subgroups: false })).toBe('f16');
  expect(tierOf({ ...features, f16: false })).toBe('baseline');
});
