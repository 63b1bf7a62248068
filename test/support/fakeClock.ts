import type { Run } from '../../src/engine/tune/stopwatch.ts';
import type { TuneSurroundings } from '../../src/engine/tune/tuneModel.ts';

export interface FakeClock {
  /** Runs timed so far. */
  readonly runs: () => number;
  readonly tuning: TuneSurroundings;
}

/**
 * A clock on which the first candidate of every class is the slowest, and the later a name was first seen the faster it is:
 * the rules of thumb lose everywhere. `stepMs`: what passes by itself at each look at the time.
 */
export function fakeClock(stepMs = 0): FakeClock {
  const order = new Map<string, number>();
  let runs = 0;
  let now = 0;
  let heuristic: string | undefined;
  const time = (timed: readonly Run[]): Promise<number[]> => {
    runs += timed.length;
    // The first of each list.
    heuristic = timed[0]?.name;
    return Promise.resolve(
      timed.map(({ name, repetitions }) => {
        const place = order.get(name) ?? order.size + 1;
        order.set(name, place);
        return repetitions * (name === heuristic ? 1 : 1 / (1 + place));
      }),
    );
  };
  return {
    runs: () => runs,
    tuning: { openStopwatch: () => ({ sampleMs: 1, time }), now: () => (now += stepMs) },
  };
}
