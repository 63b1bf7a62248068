import { internalError } from '../../core/errors.ts';
import type { Plan } from '../../gpu/plan.ts';
import type { Stopwatch } from './stopwatch.ts';

/** A candidate whose output was found right. */
export interface Entrant {
  readonly name: string;
  readonly plan: Plan;
}

export interface RaceResult {
  readonly winner: string;
  /** Time of the first entrant by the winner's. */
  readonly speedup: number;
  /** Of the winner: one run of its plan. */
  readonly ms: number;
}

interface Runner extends Entrant {
  repetitions: number;
  /** Of one repetition, the median of the last round. */
  ms: number;
}

/** What a rival must gain on the first entrant to replace it: less can be the noise of the next run. */
const margin = 1.05;
/** Rounds of successive halving: samples that everyone takes, and rivals that stay. */
const rounds = [
  { samples: 1, stay: 4 },
  { samples: 3, stay: 1 },
  { samples: 5, stay: 1 },
] as const;
/** A rival that is slower than this at the first look does not come back. */
const firstLook = 1.1;
const mostRepetitions = 4096;

/**
 * Times the entrants against the first of them, ever more carefully and ever fewer: some twenty samples, and four of each
 * entrant. @throws EngineError device-lost
 */
export async function race(watch: Stopwatch, entrants: readonly Entrant[]): Promise<RaceResult> {
  const runners = entrants.map(({ name, plan }): Runner => ({ name, plan, repetitions: 1, ms: 0 }));
  const [first] = runners;
  if (!first) throw internalError('A race without entrants.');
  await calibrate(watch, runners);
  let rivals = runners.slice(1);
  for (const [index, { samples, stay }] of rounds.entries()) {
    await takeSamples(watch, [first, ...rivals], samples);
    const within = index === 0 ? firstLook : 1;
    rivals = rivals
      .filter(({ ms }) => ms < first.ms * within)
      .toSorted((a, b) => a.ms - b.ms)
      .slice(0, stay);
    if (rivals.length === 0) break;
  }
  const [best] = rivals;
  if (!best || first.ms < best.ms * margin) return { winner: first.name, speedup: 1, ms: first.ms };
  return { winner: best.name, speedup: first.ms / best.ms, ms: best.ms };
}

/** Finds how often each must be repeated. */
async function calibrate(watch: Stopwatch, runners: readonly Runner[]): Promise<void> {
  let open = runners;
  while (open.length > 0) {
    const times = await watch.time(open);
    const wanted = watch.sampleMs;
    open = open.filter((runner, index) => {
      const ms = times[index] ?? 0;
      if (ms >= wanted / 2 || runner.repetitions >= mostRepetitions) return false;
      // A time near the clock's step says little: not too far at once.
      const factor = Math.min(32, wanted / Math.max(ms, wanted / 32));
      runner.repetitions = Math.min(mostRepetitions, Math.ceil(runner.repetitions * factor));
      return true;
    });
  }
}

/** In turns, so that a clock that changes meanwhile changes for all. */
async function takeSamples(watch: Stopwatch, runners: readonly Runner[], samples: number): Promise<void> {
  const runs = Array.from({ length: samples }, () => runners).flat();
  const times = await watch.time(runs);
  for (const [index, runner] of runners.entries()) {
    const own = times.filter((_, at) => at % runners.length === index).toSorted((a, b) => a - b);
    runner.ms = (own[own.length >> 1] ?? 0) / runner.repetitions;
  }
}
