import { describe, expect, test } from 'vitest';
import type { DeviceInfo } from '../../../src/gpu/device.ts';
import { matrixAttentionBytes, matrixShapeName } from '../../../src/kernels/attentionMatrix.ts';
import {
  matrixShapes,
  matrixSplitKeys,
  prefillReduce,
  prefillScratchBytes,
  prefillShapes,
  type PrefillSizes,
  prefillSplitKeys,
  prefillStorageBytes,
  shapeName,
} from '../../../src/kernels/choosePrefill.ts';

function device(storageBytes: number, smallestSubgroup = 32, software = false): DeviceInfo {
  return {
    adapter: { vendor: 'v', architecture: 'a', device: 'd', description: '', software },
    features: {
      f16: true,
      subgroups: smallestSubgroup > 0,
      subgroupMatrix: false,
      timestamps: false,
      integerDot: false,
    },
    limits: {
      maxBufferSize: 2 ** 28,
      maxStorageBufferBindingSize: 2 ** 27,
      maxComputeWorkgroupStorageSize: storageBytes,
      maxComputeInvocationsPerWorkgroup: 256,
      maxComputeWorkgroupSizeX: 256,
      maxStorageBuffersPerShaderStage: 8,
    },
    tier: 'subgroups',
    subgroupSize: [smallestSubgroup, 32],
    negotiation: [],
  };
}

const large = device(49_152);
const sizes = (some: Partial<PrefillSizes>): PrefillSizes => ({
  device: large,
  batch: 1,
  heads: 16,
  headDim: 128,
  queryLen: 512,
  keys: 512,
  scratch: false,
  ...some,
});
const first = (some: Partial<PrefillSizes>): string => shapeName(prefillShapes(sizes(some))[0]);

describe('the shape of attention_prefill', () => {
  const headDims = Array.from({ length: 32 }, (_, index) => (index + 1) * 8);
  test.each(headDims)('fits the guaranteed 16 KiB, and every larger memory, at headDim %i', (headDim) => {
    for (const storageBytes of [16_384, 32_768, 49_152])
      for (const subgroup of [0, 8, 32])
        for (const queryLen of [9, 33, 512])
          for (const keys of [64, 4096]) {
            const on = device(storageBytes, subgroup);
            for (const shape of prefillShapes(sizes({ device: on, headDim, queryLen, keys }))) {
              const subgroups = prefillReduce(on, shape) === 'subgroups';
              expect(prefillStorageBytes(shape, headDim, subgroups)).toBeLessThanOrEqual(storageBytes);
            }
          }
  });

  test('is what was the fastest, or near it, on an H100', () => {
    expect(first({ queryLen: 16, keys: 16 })).toBe('r8x2 c16x1 d4 v2 s1');
    expect(first({ queryLen: 512 })).toBe('r8x2 c16x1 d4 v2 s1');
    expect(first({ queryLen: 16, keys: 4096, scratch: true })).toBe('r8x2 c16x1 d4 v2 s2');
    expect(first({ queryLen: 128, keys: 4096, scratch: true })).toBe('r16x4 c16x1 d4 v1 s2');
    expect(first({ heads: 8, headDim: 64, queryLen: 128, keys: 128 })).toBe('r8x2 c16x1 d8 v4 s2');
    expect(first({ heads: 8, headDim: 64, queryLen: 512 })).toBe('r16x2 c16x1 d8 v2 s2');
  });

  test('is the same for all rows of a class, so that one pipeline serves them', () => {
    for (const headDim of [64, 128])
      for (const keys of [512, 4096]) {
        const of = (queryLen: number): string => first({ headDim, heads: 8, queryLen, keys, scratch: true });
        for (let queryLen = 65; queryLen < 128; queryLen++) expect(of(queryLen)).toBe(of(128));
      }
  });
});

describe('splits of the keys', () => {
  const splitsOf = (some: Partial<PrefillSizes>): number => {
    const all = sizes({ scratch: true, ...some });
    const splitKeys = prefillSplitKeys(all, prefillShapes(all)[0]);
    return splitKeys ? Math.ceil(all.keys / splitKeys) : 1;
  };

  test('fill the machine where rows are few, and are not where keys are few or nobody keeps their results', () => {
    expect(splitsOf({ queryLen: 16, keys: 4096 })).toBe(16);
    expect(splitsOf({ queryLen: 128, keys: 4096 })).toBe(16);
    expect(splitsOf({ queryLen: 512, keys: 4096 })).toBe(4);
    expect(splitsOf({ queryLen: 16, keys: 512 })).toBe(1);
    expect(splitsOf({ queryLen: 16, keys: 4096, scratch: false })).toBe(1);
    expect(splitsOf({ queryLen: 512, keys: 4096, heads: 64 })).toBe(1);
  });

  test('have room for any number of rows up to the largest, and no more than some tens of MB', () => {
    for (const keys of [513, 4096, 131_072]) {
      const room = prefillScratchBytes({ ...sizes({ keys }) });
      for (const queryLen of [9, 32, 33, 100, 512]) {
        const rows = splitsOf({ queryLen, keys }) * queryLen * 16;
        if (splitsOf({ queryLen, keys }) > 1) expect(room).toBeGreaterThanOrEqual(rows * (128 + 4) * 4);
      }
      expect(room).toBeLessThan(40e6);
    }
    expect(prefillScratchBytes(sizes({ keys: 512 }))).toBe(0);
    expect(prefillScratchBytes(sizes({ keys: 4096, device: device(32_768, 8, true) }))).toBe(0);
  });
});

describe('the shape of attention_matrix', () => {
  const units: DeviceInfo = { ...large, matrixSyntax: 'templates' };
  const onUnits = (some: Partial<PrefillSizes>): string => {
    const all = sizes({ device: units, ...some });
    const [shape] = matrixShapes(all);
    if (!shape) return 'none';
    const splitKeys = matrixSplitKeys(all, shape);
    return `${matrixShapeName(shape)}${splitKeys ? ` of ${splitKeys}` : ''}`;
  };

  test('is what was the fastest on an H100, with as many splits', () => {
    expect(onUnits({ queryLen: 512 })).toBe('r4 s2 k1');
    expect(onUnits({ queryLen: 128, keys: 128 })).toBe('r2 s2 k1');
    expect(onUnits({ heads: 8, headDim: 64, queryLen: 512 })).toBe('r2 s4 k1');
    expect(onUnits({ heads: 8, headDim: 64, queryLen: 128, keys: 128 })).toBe('r1 s4 k1');
    expect(onUnits({ queryLen: 128, keys: 4096, scratch: true })).toBe('r4 s2 k1 of 1024');
    expect(onUnits({ queryLen: 512, keys: 4096, scratch: true })).toBe('r4 s2 k1');
  });

  test('wastes no rows where there are few, and needs no scratch that nobody keeps', () => {
    expect(onUnits({ queryLen: 9, keys: 9 })).toBe('r1 s2 k1');
    expect(onUnits({ queryLen: 16, keys: 4096, scratch: true })).toBe('r1 s2 k1 of 256');
    expect(onUnits({ queryLen: 128, keys: 4096, scratch: false })).toBe('r2 s2 k1');
  });

  test('fits the device; where none does, there is none', () => {
    for (const headDim of [16, 64, 80, 128])
      for (const bytes of [16_384, 32_768, 49_152]) {
        const shapes = matrixShapes(sizes({ device: { ...device(bytes), matrixSyntax: 'templates' }, headDim }));
        expect(shapes.length).toBeGreaterThan(0);
        for (const shape of shapes) expect(matrixAttentionBytes(shape, headDim)).toBeLessThanOrEqual(bytes);
      }
    expect(matrixShapes(sizes({ device: device(8192), headDim: 128 }))).toEqual([]);
  });

  test('has room for its splits', () => {
    for (const keys of [513, 4096])
      for (const queryLen of [9, 16, 33, 128, 512]) {
        const all = sizes({ device: units, queryLen, keys, scratch: true });
        const room = prefillScratchBytes(sizes({ device: units, keys }));
        for (const shape of matrixShapes(all)) {
          const splitKeys = matrixSplitKeys(all, shape);
          const splits = splitKeys ? Math.ceil(keys / splitKeys) : 0;
          expect(room).toBeGreaterThanOrEqual(splits * queryLen * 16 * (128 + 4) * 4);
        }
      }
    expect(prefillScratchBytes(sizes({ device: units, keys: 4096 }))).toBeLessThan(40e6);
  });
});
