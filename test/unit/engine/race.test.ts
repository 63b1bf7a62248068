import { describe, expect, test } from 'vitest';
import { race } from '../../../src/engine/tune/race.ts';
import type { Run } from '../../../src/engine/tune/stopwatch.ts';
import { Plan } from '../../../src/gpu/plan.ts';

const entrant = (name: string) => ({ name, plan: new Plan([], () => undefined) });

/** A clock for candidates of known times (ms), which only tells multiples of `step`. */
function clockOf(times: Readonly<Record<string, number>>, step = 0) {
  const counted = { runs: 0, busyMs: 0 };
  const time = (runs: readonly Run[]): Promise<number[]> =>
    Promise.resolve(
      runs.map(({ name, repetitions }) => {
        const ms = (times[name] ?? Number.NaN) * repetitions;
        counted.runs++;
        counted.busyMs += ms;
        return step > 0 ? Math.floor(ms / step) * step : ms;
      }),
    );
  return { watch: { sampleMs: 2, time }, counted };
}

describe('the race of candidates', () => {
  test('the fastest wins', async () => {
    const { watch } = clockOf({ rule: 1, slow: 3, fast: 0.5, almost: 0.55 });
    const result = await race(watch, ['rule', 'slow', 'fast', 'almost'].map(entrant));
    expect(result).toEqual({ winner: 'fast', speedup: 2, ms: 0.5 });
  });

  test('one that is faster by less than 5 % does not replace what the rule says', async () => {
    const { watch } = clockOf({ rule: 1, rival: 0.96 });
    expect(await race(watch, ['rule', 'rival'].map(entrant))).toMatchObject({ winner: 'rule', speedup: 1 });
  });

  test('a clock of 100 µs tells apart what takes 3 and 4 µs', async () => {
    const { watch } = clockOf({ rule: 0.004, rival: 0.003 }, 0.1);
    const result = await race(watch, ['rule', 'rival'].map(entrant));
    expect(result?.winner).toBe('rival');
    expect(result?.speedup).toBeCloseTo(4 / 3, 1);
  });

  test('the time that it takes follows from the number of candidates: bad ones are looked at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `rival ${index}`);
    const times = { rule: 1, ...Object.fromEntries(names.map((name, index) => [name, 0.8 + index / 10])) };
    const { watch, counted } = clockOf(times);
    expect((await race(watch, ['rule', ...names].map(entrant)))?.winner).toBe('rival 0');
    // 21 once, maybe twice, to find their repetitions, 21 samples, 3 of five (the rule and the four best that stay), 5 of two.
    expect(counted.runs).toBeLessThanOrEqual(2 * 21 + 21 + 3 * 5 + 5 * 2);
    expect(counted.busyMs).toBeLessThan(counted.runs * 2 * watch.sampleMs);
  });
});
