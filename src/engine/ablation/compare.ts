import type { WeightFormat } from '../../core/dtype.ts';
import { median } from '../../gpu/profiler.ts';
import type { AblationState, AblationTask, AblationTime, FlagAblation } from '../ablationApi.ts';
import type { Optimizations } from '../api.ts';
import type { RoundTimes } from './workload.ts';

/** A flag state as measured. */
export interface Measured {
  readonly rounds: readonly RoundTimes[];
  readonly output: Float32Array;
  readonly bytes: number;
  readonly peakBytes: number;
}

/**
 * Up to where a difference between two ways of computing with the same weights is rounding, as ‖a − b‖ / ‖b‖: f16 keeps 11 bits, and with int8
 * and int4 weights inputs are rounded to int8 in some kernels (CONTRIBUTING.md has what was measured).
 */
const rounding: Readonly<Record<WeightFormat, number>> = { f32: 1e-4, f16: 1e-2, int8: 5e-2, int4: 5e-2 };
/** What weights in fewer bits may cost, of random weights, which multiply an error as trained ones do not. */
const fewerBits = 0.55;

/** What a flag does, from its two states, measured in the same rounds. */
export function compareStates(
  flag: keyof Optimizations,
  precision: WeightFormat,
  on: Measured,
  off: Measured,
): Pick<FlagAblation, 'on' | 'off' | 'ratio' | 'range' | 'times' | 'difference' | 'outputsAgree'> {
  const difference = relativeDifference(on.output, off.output);
  const tasks = [...new Set(on.rounds.flatMap((times) => [...times.keys()]))];
  const totals = ({ rounds }: Measured): number[] =>
    rounds.map((times) => [...times.values()].reduce((sum, ms) => sum + ms, 0));
  return {
    on: stateOf(on, totals(on)),
    off: stateOf(off, totals(off)),
    ...compareRounds(totals(off), totals(on)),
    times: tasks.map((task) => compareTask(task, on, off)),
    difference,
    outputsAgree: difference <= (flag === 'adaptivePrecision' ? fewerBits : rounding[precision]),
  };
}

const stateOf = ({ bytes, peakBytes }: Measured, totals: readonly number[]): AblationState => ({
  ms: median(totals),
  bytes,
  peakBytes,
});

function compareTask(task: AblationTask, on: Measured, off: Measured): AblationTime {
  const of = ({ rounds }: Measured): number[] => rounds.map((times) => times.get(task) ?? Number.NaN);
  return { task, onMs: median(of(on)), offMs: median(of(off)), ...compareRounds(of(off), of(on)) };
}

/** Pairs that a clock shows no time for say nothing. */
function compareRounds(above: readonly number[], below: readonly number[]): Pick<AblationTime, 'ratio' | 'range'> {
  const ratios = above
    .map((ms, index) => ms / (below[index] ?? Number.NaN))
    .filter((ratio) => Number.isFinite(ratio) && ratio > 0);
  if (ratios.length === 0) return { ratio: 1, range: [1, 1] };
  return { ratio: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] };
}

/** ‖a − b‖ / ‖b‖; infinite where either is not finite. */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  let apart = 0;
  let size = 0;
  for (const [index, value] of b.entries()) {
    apart += ((a[index] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  const difference = apart === 0 ? 0 : Math.sqrt(apart / size);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}
