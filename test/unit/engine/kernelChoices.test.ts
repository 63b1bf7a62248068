import { describe, expect, test } from 'vitest';
import { KernelChoices } from '../../../src/engine/tune/kernelChoices.ts';
import { hashOf, shaderHash } from '../../../src/engine/tune/shaderHash.ts';
import type { TunedClass } from '../../../src/engine/tune/tuneSites.ts';
import type { DeviceInfo } from '../../../src/gpu/device.ts';
import { defineKernel } from '../../../src/gpu/kernel.ts';
import { mapStore } from '../../support/mapStore.ts';

const info: DeviceInfo = {
  adapter: { vendor: 'v', architecture: 'a', device: 'd', description: 'driver 1', software: false },
  features: { f16: true, subgroups: true, subgroupMatrix: false, timestamps: true, integerDot: true },
  limits: {
    maxBufferSize: 1,
    maxStorageBufferBindingSize: 1,
    maxComputeWorkgroupStorageSize: 1,
    maxComputeInvocationsPerWorkgroup: 1,
    maxComputeWorkgroupSizeX: 1,
    maxStorageBuffersPerShaderStage: 1,
  },
  tier: 'subgroups',
  subgroupSize: [32, 32],
  negotiation: [],
};
const tuned: TunedClass = {
  key: 'linear 1 rows',
  label: 'layers.0.qkv',
  heuristic: 'a',
  chosen: 'b',
  speedup: 1.5,
  ms: 0.1,
  tried: ['a', 'b', 'c'],
  rejected: ['c'],
};

describe('what was measured', () => {
  test('is remembered for the same adapter and shaders', async () => {
    const { store } = mapStore();
    await (await KernelChoices.open(info, store, 'hash')).add([tuned]);
    const again = await KernelChoices.open(info, store, 'hash');
    expect(again.chosen.get('linear 1 rows')).toBe('b');
    expect(again.get('linear 1 rows')).toEqual({ tuned, remembered: true });
  });

  test('is forgotten with other shaders, on another driver, and with other features', async () => {
    const { store } = mapStore();
    await (await KernelChoices.open(info, store, 'hash')).add([tuned]);
    const adapter = { ...info.adapter, description: 'driver 2' };
    const features = { ...info.features, subgroups: false };
    for (const [other, hash] of [
      [info, 'other'],
      [{ ...info, adapter }, 'hash'],
      [{ ...info, features }, 'hash'],
    ] as const)
      expect((await KernelChoices.open(other, store, hash)).chosen.size).toBe(0);
  });

  test('of two engines is kept of both', async () => {
    const { store } = mapStore();
    const [one, two] = [await KernelChoices.open(info, store, 'h'), await KernelChoices.open(info, store, 'h')];
    await one.add([tuned]);
    await two.add([{ ...tuned, key: 'another' }]);
    expect([...(await KernelChoices.open(info, store, 'h')).chosen.keys()]).toEqual(['linear 1 rows', 'another']);
  });

  test.each([
    ['nothing of ours', 42],
    ['no classes', { shaders: 'h' }],
    ['a class without a name', { shaders: 'h', classes: [{ ...tuned, chosen: undefined }] }],
    ['a choice that took no part', { shaders: 'h', classes: [{ ...tuned, chosen: 'z' }] }],
    ['a choice that was rejected', { shaders: 'h', classes: [{ ...tuned, chosen: 'c' }] }],
  ])('in a store with %s is ignored', async (_, value) => {
    const store = { get: () => Promise.resolve(value), set: () => Promise.resolve() };
    expect((await KernelChoices.open(info, store, 'h')).chosen.size).toBe(0);
  });

  test('in a store that fails does no harm', async () => {
    const fail = () => Promise.reject(new Error('blocked'));
    const choices = await KernelChoices.open(info, { get: fail, set: fail }, 'h');
    await choices.add([tuned]);
    expect(choices.chosen.get(tuned.key)).toBe('b');
  });
});

test('the hash of the shaders changes with any line of WGSL, and with nothing else', () => {
  const kernel = (wgsl: string) =>
    defineKernel({ name: 'k', wgsl: [wgsl], axes: {}, bindings: {}, params: {}, overrides: [] });
  expect(hashOf([kernel('a')])).toBe(hashOf([kernel('a')]));
  expect(hashOf([kernel('a')])).not.toBe(hashOf([kernel('b')]));
  expect(shaderHash()).toMatch(/^[0-9a-f]{64}$/);
});
