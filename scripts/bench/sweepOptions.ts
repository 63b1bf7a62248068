import type { Bench } from './harness.ts';

export interface SweepOptions {
  /** GPU milliseconds of a measured pass. */
  readonly passMs: number;
  /** Divides all sizes: 1 on a GPU, more to try the script on a CPU adapter. */
  readonly shrink: number;
  /** Only problems whose name has this in it, or one of these with commas between. */
  readonly only: string;
  /** Beside the reference, only candidates whose name has this in it, or one of these with commas between. */
  readonly candidate: string;
  /** No candidates whose name has this in it; empty: all. */
  readonly without: string;
  /** Wall seconds after which no new problem begins. */
  readonly seconds: number;
  readonly report: (line: Readonly<Record<string, unknown>>) => void;
}

/** The candidates that the options ask for; the first, the reference, always. */
export const chosen = <T>(all: Readonly<Record<string, T>>, { candidate, without }: SweepOptions): Record<string, T> =>
  Object.fromEntries(
    Object.entries(all).filter(
      ([name], i) =>
        i === 0 ||
        (candidate.split(',').some((text) => name.includes(text)) && !(without !== '' && name.includes(without))),
    ),
  );

export interface Problem {
  readonly name: string;
  readonly run: (bench: Bench, report: SweepOptions['report']) => Promise<void>;
}
