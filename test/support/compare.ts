import { expect } from 'vitest';

/** Deterministic numbers, roughly normal (sum of 4 uniforms), from a 32-bit generator (mulberry32). */
export function randomNumbers(count: number, seed: number, scale = 1): Float64Array {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return Float64Array.from({ length: count }, () => (next() + next() + next() + next() - 2) * 1.7320508 * scale);
}

/** |got − want| ≤ absolute + relative·|want| for each element; the message names the worst one. */
export function expectClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: { readonly relative: number; readonly absolute: number },
  what = 'value',
): void {
  expect(got.length, `${what}: number of elements`).toBe(want.length);
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < want.length; i++) {
    const g = got[i] ?? Number.NaN;
    const w = want[i] ?? Number.NaN;
    const excess = Math.abs(g - w) / (tolerance.absolute + tolerance.relative * Math.abs(w));
    if (!(excess <= 1) && (Number.isNaN(excess) || excess > worstExcess)) {
      worst = i;
      worstExcess = Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess;
    }
  }
  if (worst >= 0)
    expect.fail(
      `${what}: element ${worst} is ${got[worst]}, want ${want[worst]} (${worstExcess.toFixed(1)} times the tolerance)`,
    );
}
