import type { GpuContext } from '../../gpu/context.ts';
import type { Site } from '../../gpu/kernel.ts';
import type { KernelChoice } from '../api.ts';
import type { KernelSettings } from '../flags.ts';
import type { Runtime } from '../runtime.ts';
import type { KernelChoices } from './kernelChoices.ts';
import { openStopwatch, type Stopwatch } from './stopwatch.ts';
import type { TuneStore } from './tuneStore.ts';
import { labelOf, namesOf, tuneSites, unlessFull } from './tuneSites.ts';

/** What tuning needs of the world; tests put their own in. */
export interface TuneSurroundings {
  readonly store?: TuneStore | undefined;
  /** Whether the start-up self-test runs; default: on GPUs (engine/selfTest.ts). */
  readonly selfTest?: boolean;
  readonly openStopwatch?: (gpu: GpuContext) => Stopwatch;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Everything of an engine that tuning takes part in. */
export interface Tuning extends TuneSurroundings {
  readonly settings: KernelSettings;
  readonly choices: KernelChoices;
  readonly warn: (message: string) => void;
}

/**
 * Rows of the shapes that are tuned: a step, few, some, many; a class of rows reaches from one power of two to the next
 * (rowsClass). No more than the plans that a network keeps, since their buffers are what the candidates run on.
 */
const typicalRows = { gpu: [1, 16, 128, 512], software: [1, 16, 64] } as const;

/** Measures what is not known yet of the typical shapes, within the budget. The KV cache's content is lost. */
export async function tuneModel(runtime: Runtime, tuning: Tuning): Promise<void> {
  const { gpu } = runtime;
  const { settings, choices, now = (): number => performance.now() } = tuning;
  if (!settings.tune) return;
  const end = now() + settings.tuneBudgetMs;
  const most = runtime.kind === 'decoder' ? runtime.decoder.chunkRows : runtime.network.config.maxSeq;
  const rows = new Set(
    typicalRows[gpu.info.adapter.software ? 'software' : 'gpu'].map((count) => Math.min(count, most)),
  );
  const plans: (readonly Site[])[] = [];
  // Shapes that memory has no room for are not tuned.
  for (const count of rows) plans.push((await unlessFull(() => sitesOf(runtime, count))) ?? []);
  const tuned = await tuneSites(gpu, plans, {
    watch: (tuning.openStopwatch ?? openStopwatch)(gpu),
    expired: () => now() >= end,
    known: (key) => choices.get(key)?.tuned,
  });
  for (const { key, rejected } of tuned)
    for (const name of rejected.filter((one) => !choices.get(key)?.tuned.rejected.includes(one)))
      tuning.warn(`The kernel '${name}' gives a wrong result for '${key}' on this device and is not used.`);
  await choices.add(tuned);
  // Made with what was chosen before; and most of their shapes are only tuned, not used.
  forgetPlans(runtime);
}

const sitesOf = (runtime: Runtime, rows: number): Promise<readonly Site[]> =>
  runtime.kind === 'decoder' ? runtime.decoder.sites(rows) : runtime.network.sites(rows);

function forgetPlans(runtime: Runtime): void {
  if (runtime.kind === 'decoder') runtime.decoder.forgetPlans();
  else runtime.network.forgetPlans();
}

/** What is in force where a model of these rows has a choice. */
export async function choicesOf(
  runtime: Runtime,
  rows: readonly number[],
  choices: KernelChoices | undefined,
): Promise<KernelChoice[]> {
  const sites: Site[] = [];
  for (const count of rows) sites.push(...(await sitesOf(runtime, count)));
  return [...new Map(sites.map((site) => [site.key, site])).values()].map((site) => choiceAt(site, choices));
}

function choiceAt(site: Site, choices: KernelChoices | undefined): KernelChoice {
  const { key, candidates } = site;
  const heuristic = candidates[0]?.name ?? '';
  const known = choices?.get(key);
  const about = { key, label: labelOf(site), heuristic, candidates: candidates.length };
  if (!known || !namesOf(candidates).includes(known.tuned.chosen))
    return { ...about, chosen: heuristic, from: 'heuristic', speedup: 1, rejected: [] };
  const { chosen, speedup, rejected } = known.tuned;
  return { ...about, chosen, from: known.remembered ? 'remembered' : 'tuned', speedup, rejected };
}
