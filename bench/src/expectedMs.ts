import type { Ceilings, Measurement } from './protocol.ts';

/** Of the ceilings, for a guess whether a measurement would take too long: what Halftone alone reaches at least, and the slower of two engines. */
const guessedShares = { alone: { stream: 0.4, fma: 0.25 }, beside: { stream: 0.2, fma: 0.08 } } as const;

/**
 * A guess: the measurement before, and the operations that this one has more at a low share of the FMA rate. A time may not be
 * scaled by operations, because few rows are bound by the weights' bytes, which do not grow.
 */
export function expectedMs(
  work: { flops: number; bytes: number },
  before: Measurement | undefined,
  ceilings: Ceilings | undefined,
  engines: keyof typeof guessedShares,
): number {
  const shares = guessedShares[engines];
  const computeMs = (flops: number): number => (ceilings ? (1000 * flops) / (ceilings.fmaF32 * shares.fma) : 0);
  const slowest = before ? Math.max(0, ...before.halftoneMs, ...before.peerMs) : 0;
  if (before && slowest > 0) return slowest + computeMs(Math.max(0, work.flops - before.flops));
  if (!ceilings) return 0;
  const streamMs = (1000 * work.bytes) / (ceilings.streamBytes * shares.stream);
  return Math.max(computeMs(work.flops), streamMs);
}
