import { describe, expect, test } from 'vitest';
import type { DeviceCeilings } from '../../../src/engine/profileApi.ts';
import { layerOf, summarise } from '../../../src/engine/profile/summarise.ts';
import { busyMs, clockOfTimelines } from '../../../src/engine/profile/timedWork.ts';

const ceilings: DeviceCeilings = { streamGBps: 100, fmaTflops: { f32: 10, f16: undefined }, dispatchUs: 2 };
const time = (kernel: string, label: string, ms: number, flops = 0, bytes = 0) => ({
  kernel,
  label,
  ms,
  cost: { flops, bytes },
});

describe('layers by label', () => {
  test.each([
    ['layers.0.qkv', 'layers.0'],
    ['layers.12.attention.merge', 'layers.12'],
    ['head.norm', 'head'],
    ['embedding', 'embedding'],
    ['encoder.visual_proj.0', 'encoder'],
    ['cross_attention.out_proj', 'cross_attention'],
  ])('%s is of %s', (label, layer) => expect(layerOf(label)).toBe(layer));
});

describe('summarise', () => {
  const times = [
    time('embedding', 'embedding', 1, 0, 1e6),
    time('norm', 'layers.0.qkv.norm', 1),
    // A weight in two parts: two dispatches of one product.
    time('linear_vector', 'layers.0.qkv', 3, 3e9, 2e8),
    time('linear_vector', 'layers.0.qkv', 1, 1e9, 1e8),
    time('linear_vector', 'layers.1.qkv', 4, 4e9, 3e8),
    { kernel: 'sample_pick', label: 'sample', ms: 0, cost: undefined },
  ];
  const { gpuMs, flops, bytes, dispatches, kernels, layers, byKernel } = summarise(times, ceilings);

  test('sums are those of all dispatches, whichever way they are grouped', () => {
    expect({ gpuMs, flops, bytes, dispatches }).toEqual({ gpuMs: 10, flops: 8e9, bytes: 6.01e8, dispatches: 6 });
    for (const groups of [kernels, layers, byKernel]) {
      expect(groups.reduce((sum, { ms }) => sum + ms, 0)).toBe(10);
      expect(groups.reduce((sum, { flops }) => sum + flops, 0)).toBe(8e9);
      expect(groups.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(6);
      expect(groups.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });

  test('by dispatch in their order, parts together; by layer; by kernel, longest first', () => {
    expect(kernels.map(({ label, dispatches, layer }) => [label, dispatches, layer])).toEqual([
      ['embedding', 1, 'embedding'],
      ['layers.0.qkv.norm', 1, 'layers.0'],
      ['layers.0.qkv', 2, 'layers.0'],
      ['layers.1.qkv', 1, 'layers.1'],
      ['sample', 1, 'sample'],
    ]);
    expect(layers.map(({ layer, ms }) => [layer, ms])).toEqual([
      ['embedding', 1],
      ['layers.0', 5],
      ['layers.1', 4],
      ['sample', 0],
    ]);
    expect(byKernel.map(({ kernel, ms }) => [kernel, ms])).toEqual([
      ['linear_vector', 8],
      ['embedding', 1],
      ['norm', 1],
      ['sample_pick', 0],
    ]);
  });

  test('rates are work over time, and shares of what the device reaches', () => {
    // 4e9 operations and 3e8 bytes in 4 ms: 1 TFLOP/s of 10, 75 GB/s of 100.
    expect(kernels[2]).toMatchObject({
      ms: 4,
      gbPerSecond: 75,
      flopPerSecond: 1e12,
      shareOfStream: 0.75,
      shareOfFma: 0.1,
    });
  });

  test('where the clock shows no time there is no rate', () => {
    expect(kernels[4]).toMatchObject({ ms: 0, share: 0, gbPerSecond: undefined, shareOfStream: undefined });
  });
});

describe('busy time', () => {
  const span = (startMs: number, endMs: number) => ({ gpu: { startMs, endMs } });

  test('is the union of the submits', () => {
    expect(busyMs([span(0, 2), span(1, 3), span(5, 6), span(5.2, 5.5), { gpu: undefined }])).toBe(4);
    expect(busyMs([])).toBe(0);
  });
});

describe('the clock, seen several times', () => {
  test('is as fine as it ever showed; a look that showed nothing does not count', () => {
    const fine = { resolutionMs: 0.001, coarse: false };
    expect(clockOfTimelines([{ resolutionMs: 0, coarse: true }, { resolutionMs: 0.2, coarse: true }, fine])).toEqual(
      fine,
    );
    expect(clockOfTimelines([{ resolutionMs: 0, coarse: true }])).toEqual({ resolutionMs: 0, coarse: true });
  });
});
