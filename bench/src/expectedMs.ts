import type { Ceilings, Measurement } from './protocol.ts';

/** Of the ceilings, for a guess whether a measurement would take too long: what the slower of the two engines reaches at least. */
const guessedShares = { stream: 0.2, fma: 0.08 } as const;

/**
 * A guess: the measurement before, and the operations that this one has more at a low share of the FMA rate. A time may not be
 * scaled by operations, because few rows are bound by the weights' bytes, which do not grow.
 */
export function expectedMs(
  work: { flops: number; bytes: number },
  before: Measurement | undefined,
  ceilings: Ceilings | undefined,
): number {
  const computeMs = (flops: number): number => (ceilings ? (1000 * flops) / (ceilings.fmaF32 * guessedShares.fma) : 0);
  const slowest = before ? Math.max(0, ...before.halftoneMs, ...before.peerMs) : 0;
  if (before && slowest > 0) return slowest + computeMs(Math.max(0, work.flops - before.flops));
  if (!ceilings) return 0;
  const streamMs = (1000 * work.bytes) / (ceilings.streamBytes * guessedShares.stream);
  return Math.max(computeMs(work.flops), streamMs);
}
