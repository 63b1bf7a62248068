import type { Candidate, KernelCall, Site } from '../gpu/kernel.ts';

/** What was measured to be the fastest: a candidate's name by the key of its shape class. */
export type Choices = ReadonlyMap<string, string>;

/** The candidate that was measured to be the fastest, if it is one of these; else the first, the heuristic's. */
function pick(candidates: readonly Candidate[], chosen: string | undefined): KernelCall[] {
  const candidate = candidates.find(({ name }) => name === chosen) ?? candidates[0];
  return candidate ? candidate.calls() : [];
}

/** The same, and the site goes along with its calls, so that a tuner finds it; not where there is no choice. */
export function pickAt(site: Site, choices: Choices | undefined): KernelCall[] {
  const [first, ...rest] = pick(site.candidates, choices?.get(site.key));
  if (!first) return [];
  return [site.candidates.length > 1 ? { ...first, site } : first, ...rest];
}

/** Numbers of rows that one choice serves: up to the next power of two, above 512 all. */
export const rowsClass = (rows: number): number => Math.min(1024, 2 ** Math.ceil(Math.log2(Math.max(1, rows))));
