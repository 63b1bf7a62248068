import type { Bench } from './harness.ts';

export interface SweepOptions {
  /** GPU milliseconds of a measured pass. */
  readonly passMs: number;
  /** Divides all sizes: 1 on a GPU, more to try the script on a CPU adapter. */
  readonly shrink: number;
  /** Only problems whose name has this in it, or one of these with commas between; `$` behind it: at the end. */
  readonly only: string;
  /** Beside the reference, only candidates whose name has this in it, in the same way. */
  readonly candidate: string;
  /** No candidates whose name has this in it; empty: all. */
  readonly without: string;
  /** Wall seconds after which no new problem begins. */
  readonly seconds: number;
  readonly report: (line: Readonly<Record<string, unknown>>) => void;
}

/** Whether the name has one of these texts with commas between in it, or ends with what stands before a `$`. */
export const named = (name: string, texts: string): boolean =>
  texts.split(',').some((text) => (text.endsWith('$') ? name.endsWith(text.slice(0, -1)) : name.includes(text)));

/** The candidates that the options ask for; the first, the reference, always. */
export const chosen = <T>(all: Readonly<Record<string, T>>, { candidate, without }: SweepOptions): Record<string, T> =>
  Object.fromEntries(
    Object.entries(all).filter(
      ([name], i) => i === 0 || (named(name, candidate) && !(without !== '' && name.includes(without))),
    ),
  );

export interface Problem {
  readonly name: string;
  readonly run: (bench: Bench, report: SweepOptions['report']) => Promise<void>;
}
