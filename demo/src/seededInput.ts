/** Mulberry32: a 32-bit generator that is good enough to fill an input with. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` values of the standard normal distribution (Box-Muller), the same for the same seed. */
export function normalValues(count: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length: count }, () => {
    // 1 - random(): the logarithm of zero is not wanted.
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

export interface Statistics {
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
  readonly finite: boolean;
}

export function statistics(values: Float32Array): Statistics {
  let sum = 0;
  let squares = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    sum += value;
    squares += value * value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const mean = sum / values.length;
  const deviation = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
  return { mean, deviation, least, most, finite: Number.isFinite(sum) };
}

/** Equal bit by bit: NaN equals itself, 0 does not equal -0. */
export function isIdentical(first: Float32Array, second: Float32Array): boolean {
  return first.length === second.length && first.every((value, index) => Object.is(value, second[index]));
}
