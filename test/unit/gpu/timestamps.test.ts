import { describe, expect, test } from 'vitest';
import { clippedMean, median } from '../../../src/gpu/profiler.ts';
import { clockOf } from '../../../src/gpu/timestamps.ts';

describe('the clock behind timestamps', () => {
  test('readings that are multiples of 100 µs come from a coarse clock', () => {
    const start = 123_456_700_000n;
    const clock = clockOf([0n, 100_000n, 100_000n, 300_000n, 800_000n].map((ns) => start + ns));
    expect(clock).toEqual({ resolutionMs: 0.1, coarse: true });
  });

  test('so do those of 65.536 µs, whatever the first reading is', () => {
    expect(clockOf([17n, 17n + 65_536n, 17n + 3n * 65_536n])).toEqual({ resolutionMs: 0.065536, coarse: true });
  });

  test('a clock that counts in 32 ns is fine', () => {
    expect(clockOf([64n, 96n, 1_000_000n])).toEqual({ resolutionMs: 0.000032, coarse: false });
  });

  test('readings that are all the same tell no resolution: nothing may be made of single times', () => {
    expect(clockOf([5n, 5n, 5n])).toEqual({ resolutionMs: 0, coarse: true });
    expect(clockOf([])).toEqual({ resolutionMs: 0, coarse: true });
  });
});

describe('the mean of rounded readings', () => {
  test('finds times far below a step, which their median does not', () => {
    // 12 µs, begun anywhere between two ticks of a clock that steps by 100.
    const readings = Array.from({ length: 100 }, (_, index) => {
      const start = index * 0.617 * 100;
      return (Math.floor((start + 12) / 100) - Math.floor(start / 100)) * 0.1;
    });
    expect(median(readings)).toBe(0);
    expect(clippedMean(readings, 0.1)).toBeCloseTo(0.012, 3);
  });

  test('one reading of something that got in between counts little', () => {
    expect(clippedMean([...Array<number>(19).fill(0.2), 40], 0.1)).toBeCloseTo(0.2 + 0.2 / 20, 9);
  });
});
