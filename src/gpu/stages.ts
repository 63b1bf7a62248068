import type { GpuContext } from './context.ts';
import type { Plan, Range } from './plan.ts';

/**
 * Floating-point operations in a stage, of an adapter that nobody has seen at work: a GPU hangs up on work over about two
 * seconds, and an abort waits for a stage or two.
 */
const stageFlops = { gpu: 4e11, software: 8e9 } as const;
/** What a stage may take of one that was seen at work. Between stages a GPU rests, while a browser finds out that it is done. */
const stageMs = 100;

/** The plan in pieces, each a submit of its own, so that no single one keeps the GPU for long. */
export const stagesOf = ({ info, flopsPerSecond }: GpuContext, plan: Plan): Range[] =>
  plan.pieces(Math.max(stageFlops[info.adapter.software ? 'software' : 'gpu'], (flopsPerSecond * stageMs) / 1000));
