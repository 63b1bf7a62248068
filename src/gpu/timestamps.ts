/** The clock behind a device's timestamps. */
export interface GpuClock {
  /** What its readings are multiples of, in ms: 0 where they tell nothing. */
  readonly resolutionMs: number;
  /** Too coarse to time one dispatch: browsers round to some 0.1 ms unless their developer flag for WebGPU is set. */
  readonly coarse: boolean;
}

/** Readings that are multiples of this or more, in ns, have been rounded: hardware counts in steps of up to some 100 ns. */
const coarseNs = 10_000;

/** The clock as its readings (ns) show it: the greatest number that all their distances are multiples of. */
export function clockOf(ticks: readonly bigint[]): GpuClock {
  const first = ticks[0] ?? 0n;
  const resolutionNs = Number(ticks.reduce((divisor, tick) => gcd(divisor, tick - first), 0n));
  // Readings that are all the same cannot tell: whatever ran took less than a step.
  return { resolutionMs: resolutionNs / 1e6, coarse: resolutionNs === 0 || resolutionNs >= coarseNs };
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}
