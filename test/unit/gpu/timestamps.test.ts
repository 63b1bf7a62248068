import { describe, expect, test } from 'vitest';
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
