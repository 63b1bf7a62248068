import { describe, expect, test } from 'vitest';
import { compareStates, type Measured, relativeDifference } from '../../../src/engine/ablation/compare.ts';
import type { AblationTask } from '../../../src/engine/ablationApi.ts';

const measured = (rounds: Partial<Record<AblationTask, number>>[], output: number[] = [1, 2]): Measured => ({
  rounds: rounds.map((times) => new Map(Object.entries(times) as [AblationTask, number][])),
  output: Float32Array.from(output),
  bytes: 10,
  peakBytes: 20,
});

describe('what a flag is worth', () => {
  test('is the median of paired ratios, off over on; times are medians of their own', () => {
    const on = measured([
      { decode: 1, firstToken: 9 },
      { decode: 2, firstToken: 8 },
      { decode: 4, firstToken: 6 },
    ]);
    const off = measured([
      { decode: 2, firstToken: 8 },
      { decode: 3, firstToken: 7 },
      { decode: 20, firstToken: 20 },
    ]);
    const result = compareStates('computeOverlap', 'f32', on, off);
    // Rounds of 10 against 10, 10, 40.
    expect(result).toMatchObject({
      ratio: 1,
      range: [1, 4],
      on: { ms: 10, bytes: 10, peakBytes: 20 },
      off: { ms: 10 },
    });
    expect(result.times).toEqual([
      { task: 'decode', onMs: 2, offMs: 3, ratio: 2, range: [1.5, 5] },
      { task: 'firstToken', onMs: 8, offMs: 8, ratio: 8 / 9, range: [7 / 8, 20 / 6] },
    ]);
  });

  test('pairs for which the clock shows nothing do not count; none at all is no effect', () => {
    const on = measured([{ forward: 0 }, { forward: 2 }]);
    const off = measured([{ forward: 1 }, { forward: 6 }]);
    expect(compareStates('caching', 'f32', on, off).times[0]).toMatchObject({ ratio: 3 });
    const nothing = measured([{ forward: 0 }]);
    expect(compareStates('caching', 'f32', nothing, nothing)).toMatchObject({ ratio: 1, range: [1, 1] });
  });

  test('outputs agree up to rounding of the precision; fewer bits may cost more', () => {
    const on = measured([{ forward: 1 }], [1, 2.02]);
    const off = measured([{ forward: 1 }], [1, 2]);
    expect(compareStates('ultraFusion', 'f32', on, off)).toMatchObject({ outputsAgree: false });
    expect(compareStates('ultraFusion', 'f16', on, off)).toMatchObject({ outputsAgree: true });
    expect(compareStates('adaptivePrecision', 'f32', on, off)).toMatchObject({ outputsAgree: true });
    const broken = measured([{ forward: 1 }], [Number.NaN, 2]);
    expect(compareStates('adaptivePrecision', 'f32', broken, off)).toMatchObject({ outputsAgree: false });
  });

  test('differences are relative to the second', () => {
    expect(relativeDifference(Float32Array.of(3, 4), Float32Array.of(3, 4))).toBe(0);
    expect(relativeDifference(Float32Array.of(0, 0), Float32Array.of(3, 4))).toBe(1);
    expect(relativeDifference(Float32Array.of(1, 0), Float32Array.of(0, 0))).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDifference(Float32Array.of(), Float32Array.of(1))).toBe(Number.POSITIVE_INFINITY);
  });
});
