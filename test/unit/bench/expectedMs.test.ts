import { describe, expect, it } from 'vitest';
import { expectedMs } from '../../../bench/src/expectedMs.ts';

const ceilings = { streamBytes: 1e9, fmaF32: 1e10, fmaF16: undefined, dispatchMs: 0.01 };
const before = {
  label: 'seq 1',
  size: 1,
  halftoneMs: [10, 30],
  peerMs: [500, 400],
  flops: 1e8,
  bytes: 1e8,
};

describe('the guess whether a measurement takes too long', () => {
  it('is the slower engine before, and what is added at a low share of the FMA rate', () => {
    // 128 times the operations in few rows are not 128 times the time: the weights were read before, too.
    expect(expectedMs({ flops: 1.28e10, bytes: 1e8 }, before, ceilings, 'beside')).toBeCloseTo(
      500 + (1.27e10 / 1e10 / 0.08) * 1000,
    );
    expect(expectedMs({ flops: 1e8, bytes: 1e8 }, before, ceilings, 'beside')).toBe(500);
  });

  it('is what binds by the ceilings where nothing was measured before', () => {
    expect(expectedMs({ flops: 1, bytes: 1e9 }, undefined, ceilings, 'beside')).toBeCloseTo(5000);
    expect(expectedMs({ flops: 1e10, bytes: 1 }, undefined, ceilings, 'beside')).toBeCloseTo(12_500);
  });

  it('is less where no slower engine takes part', () => {
    expect(expectedMs({ flops: 1e10, bytes: 1 }, undefined, ceilings, 'alone')).toBeCloseTo(4000);
    expect(expectedMs({ flops: 1, bytes: 1e9 }, undefined, ceilings, 'alone')).toBeCloseTo(2500);
  });

  it('is nothing where nothing is known', () => {
    expect(expectedMs({ flops: 1e12, bytes: 1e12 }, undefined, undefined, 'beside')).toBe(0);
  });
});
