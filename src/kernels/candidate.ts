import type { KernelCall } from '../gpu/kernel.ts';

/** One way to do what a call asks for. All of a call's candidates read and write the same. */
export interface Candidate {
  /** Kernel and shape, as a tuner remembers them: `tile 64x64t4`. Says nothing of sizes that are in the key. */
  readonly name: string;
  readonly calls: () => KernelCall[];
}

/** What was measured to be the fastest: a candidate's name by the key of its shape class. */
export type Choices = ReadonlyMap<string, string>;

/** The candidate that was measured to be the fastest, if it is one of these; else the first, the heuristic's. */
export function pick(candidates: readonly Candidate[], chosen: string | undefined): KernelCall[] {
  const candidate = candidates.find(({ name }) => name === chosen) ?? candidates[0];
  return candidate ? candidate.calls() : [];
}

/** Numbers of rows that one choice serves: up to the next power of two, above 512 all. */
export const rowsClass = (rows: number): number => Math.min(1024, 2 ** Math.ceil(Math.log2(Math.max(1, rows))));
