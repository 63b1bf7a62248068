import { describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/core/dtype.ts';
import { numberToFloat16 } from '../../src/core/float16.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { compareWith, fillPoison, fillSeeded } from '../../src/kernels/tuning.ts';
import { randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';

/** What tune_compare says of two buffers. */
async function compare(
  gpu: GpuContext,
  element: ElementType,
  buffers: { readonly got: GPUBuffer; readonly want: GPUBuffer },
): Promise<{ readonly difference: number; readonly largest: number }> {
  const verdict = upload(gpu, new Uint32Array(4));
  await runCalls(gpu, [compareWith({ buffer: buffers.got, element, columns: 4 }, buffers.want, verdict)]);
  const [difference = Number.NaN, largest = Number.NaN] = await download(gpu, verdict, 2);
  return { difference, largest };
}

describe.each(testTiers)('what candidates are tried on, in tier %s', async (tier) => {
  const gpu = await openGpu(tier);

  test.each(['f32', 'f16'] as const)('seeded numbers in %s fill all rows, and the padding is zero', async (element) => {
    const [rows, columns, stride] = [37, 21, 24];
    const buffer = poisoned(gpu, rows * stride * (element === 'f32' ? 4 : 2));
    await runCalls(gpu, [fillSeeded({ buffer, element, columns }, 3, 0.5)]);
    const numbers = await download(gpu, buffer, rows * stride, element);
    const inside = numbers.filter((_, index) => index % stride < columns);
    const padding = numbers.filter((_, index) => index % stride >= columns);
    expect(padding.every((value) => value === 0)).toBe(true);
    expect(inside.every((value) => Math.abs(value) <= 0.5)).toBe(true);
    // Uniform in ±0.5: mean 0, variance 1/12. Four standard errors of 777 numbers.
    const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
    const variance = inside.reduce((sum, value) => sum + value ** 2, 0) / inside.length;
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / 12 / inside.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / inside.length));
    await runCalls(gpu, [fillPoison({ buffer, element, columns })]);
    expect((await download(gpu, buffer, rows * stride, element)).every(Number.isNaN)).toBe(true);
  });

  test.each(['f32', 'f16'] as const)('the largest difference of %s, wherever it is', async (element) => {
    for (const count of [4, 8, 1021 * 8, 40_000 * 8]) {
      const want = rounded(randomNumbers(count, 1), element);
      for (const at of [0, count >> 1, count - 1]) {
        const got = want.slice();
        got[at] = (want[at] ?? 0) + 3;
        const rightly = rounded(got, element);
        const buffers = { got: uploadElements(gpu, got, element), want: uploadElements(gpu, want, element) };
        const { difference, largest } = await compare(gpu, element, buffers);
        expect(difference).toBeCloseTo(Math.abs((rightly[at] ?? 0) - (want[at] ?? 0)), 6);
        expect(largest).toBeCloseTo(
          want.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
          6,
        );
      }
    }
  });

  test('a number against a NaN or an infinity is infinitely wrong, either way round; an untouched NaN is right', async () => {
    const bits = { f32: [0x7fc07fc0, 0x7f800000, 0xff800000], f16: [0x7fc07fc0, 0x7c003c00, 0x3c00fc00] };
    for (const element of ['f32', 'f16'] as const) {
      const one = element === 'f32' ? 0x3f800000 : numberToFloat16(1) * 0x10001;
      for (const odd of bits[element]) {
        const [numbers, other] = [
          [one, one, one, one],
          [one, one, odd, one],
        ].map((words) => upload(gpu, Uint32Array.from(words))) as [GPUBuffer, GPUBuffer];
        expect((await compare(gpu, element, { got: other, want: numbers })).difference).toBe(Infinity);
        expect((await compare(gpu, element, { got: numbers, want: other })).difference).toBe(Infinity);
        expect((await compare(gpu, element, { got: other, want: other })).difference).toBe(0);
      }
    }
  });
});
