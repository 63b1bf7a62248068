import { EngineError } from '../../core/errors.ts';
import type { GpuContext } from '../../gpu/context.ts';
import type { Candidate, KernelCall, Site } from '../../gpu/kernel.ts';
import { buildPlan, type Plan } from '../../gpu/plan.ts';
import { checkingOutputs } from './checkOutput.ts';
import { type Entrant, race } from './race.ts';
import type { Stopwatch } from './stopwatch.ts';

/** What was found out about a class of sites. */
export interface TunedClass {
  readonly key: string;
  /** A dispatch of the class, as a profile shows it: `layers.3.qkv`. */
  readonly label: string;
  /** The candidate that is taken without measuring. */
  readonly heuristic: string;
  /** The one that won: the heuristic's, unless another is faster by 5 % at least. */
  readonly chosen: string;
  /** Time of the heuristic's candidate by that of the chosen one; 1 where they are the same. */
  readonly speedup: number;
  /** Of the chosen one, for one dispatch. */
  readonly ms: number;
  /** Those that took part. */
  readonly tried: readonly string[];
  /** Those whose output was wrong, or that did not compile. */
  readonly rejected: readonly string[];
}

export interface TuneOptions {
  readonly watch: Stopwatch;
  /** Whether time is up: no further candidate is then looked at. */
  readonly expired: () => boolean;
  /** What is known of a class: candidates that took part already are not looked at again, but for the one that won. */
  readonly known: (key: string) => TunedClass | undefined;
}

/** Sites of one class; they differ in their weights, and maybe in other buffers. */
type SiteClass = readonly [Site, ...Site[]];

/**
 * Work of the sites that are run one behind the other: enough that weights come from memory and not from a cache (tens of MB
 * on large GPUs), and few enough operations that one run is short on a small one; on a CPU adapter as much as takes it some
 * 10 ms. One site runs in any case.
 */
const mostWork = {
  gpu: { bytes: 2 ** 28, flops: 2e10 },
  software: { bytes: 2 ** 24, flops: 1e8 },
} as const;
/** Candidates that are compiled at once; between these groups a look at the clock. */
const compiledAtOnce = 4;

/**
 * Measures the classes that the sites of some plans are of, those with the largest share in the work of their plan first.
 * Everything that the sites read and write is overwritten, but for their weights.
 * A class that memory has no room for is left out.
 * @throws EngineError device-lost
 */
export async function tuneSites(
  gpu: GpuContext,
  plans: readonly (readonly Site[])[],
  options: TuneOptions,
): Promise<TunedClass[]> {
  const tuned: TunedClass[] = [];
  for (const one of classesOf(plans)) {
    if (options.expired()) break;
    const result = await unlessFull(() => tuneClass(gpu, one, options));
    if (result) tuned.push(result);
  }
  return tuned;
}

/** undefined where memory ran out: what is only measured must not make a call fail. */
export async function unlessFull<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'out-of-memory') return undefined;
    throw error;
  }
}

export const namesOf = (candidates: readonly Candidate[]): string[] => candidates.map(({ name }) => name);

/** Sites by key. */
function classesOf(plans: readonly (readonly Site[])[]): SiteClass[] {
  const classes = new Map<string, { readonly sites: [Site, ...Site[]]; share: number }>();
  for (const plan of plans) {
    const work = plan.map(workOf);
    const all = work.reduce((sum, one) => sum + one, 0);
    for (const [index, site] of plan.entries()) {
      const share = (work[index] ?? 0) / Math.max(1, all);
      const known = classes.get(site.key);
      if (known) {
        known.sites.push(site);
        known.share += share;
      } else classes.set(site.key, { sites: [site], share });
    }
  }
  return [...classes.values()].toSorted((a, b) => b.share - a.share).map(({ sites }) => sites);
}

/** Bytes that it moves, and its operations at ten a byte, about where a GPU's two bounds meet. */
function workOf(site: Site): number {
  const { flops, bytes } = costOf(site);
  return bytes + flops / 10;
}

function costOf({ candidates }: Site): { readonly flops: number; readonly bytes: number } {
  const calls = candidates[0]?.calls() ?? [];
  const sum = (of: (call: KernelCall) => number | undefined): number =>
    calls.reduce((all, call) => all + (of(call) ?? 0), 0);
  return { flops: sum(({ cost }) => cost?.flops), bytes: sum(({ cost }) => cost?.bytes) };
}

/** As many of the class as make a good run. */
function sitesToRun(gpu: GpuContext, [first, ...rest]: SiteClass): SiteClass {
  const { flops, bytes } = costOf(first);
  const limits = mostWork[gpu.info.adapter.software ? 'software' : 'gpu'];
  const most = Math.min(limits.bytes / Math.max(1, bytes), limits.flops / Math.max(1, flops));
  return [first, ...rest.slice(0, Math.max(0, Math.floor(most) - 1))];
}

async function tuneClass(gpu: GpuContext, all: SiteClass, options: TuneOptions): Promise<TunedClass | undefined> {
  const sites = sitesToRun(gpu, all);
  const [{ key, candidates }] = sites;
  const known = options.known(key);
  const open = namesOf(candidates).filter((name) => !known?.tried.includes(name));
  const heuristic = candidates[0]?.name;
  if (open.length === 0 || heuristic === undefined) return undefined;
  const names = [...new Set([heuristic, ...(known ? [known.chosen] : []), ...open])];
  const plans: Plan[] = [];
  try {
    // One that is new is looked at in any case: so every call gets on.
    const least = Math.max(2, names.length - open.length + 1);
    let looked = 0;
    const enough = (): boolean => ++looked > least && options.expired();
    const { entrants, rejected } = await checkCandidates(gpu, sites, names, plans, enough);
    if (entrants.length === 0) return undefined;
    const { winner, speedup, ms } = await race(options.watch, entrants);
    return {
      key,
      label: labelOf(sites[0]),
      heuristic,
      chosen: winner,
      speedup,
      ms: ms / sites.length,
      tried: [...new Set([...(known?.tried ?? []), ...entrants.map(({ name }) => name), ...rejected])],
      rejected: [...(known?.rejected ?? []), ...rejected],
    };
  } finally {
    for (const plan of plans) plan.dispose();
  }
}

/**
 * Those candidates that give what the first one gives, as plans, which also go into `plans`; none where that is nothing that
 * could be held against. `enough` is asked before each.
 */
const checkCandidates = (
  gpu: GpuContext,
  sites: SiteClass,
  names: readonly string[],
  plans: Plan[],
  enough: () => boolean,
): Promise<{ readonly entrants: Entrant[]; readonly rejected: string[] }> =>
  checkingOutputs(gpu, sites, async ({ trust, passes }) => {
    const entrants: Entrant[] = [];
    const rejected: string[] = [];
    for (let from = 0; from < names.length; from += compiledAtOnce) {
      const group = names.slice(from, from + compiledAtOnce);
      const built = await Promise.allSettled(group.map((name) => planOf(gpu, sites, name)));
      for (const one of built) if (one.status === 'fulfilled' && one.value) plans.push(one.value);
      for (const [index, name] of group.entries()) {
        if (enough()) return { entrants, rejected };
        const one = built[index];
        if (one?.status === 'rejected') throw one.reason;
        const plan = one?.value;
        const right = plan && (await (entrants.length === 0 ? trust(plan) : passes(plan)));
        if (right) entrants.push({ name, plan });
        else if (entrants.length === 0) return { entrants, rejected };
        else rejected.push(name);
      }
    }
    return { entrants, rejected };
  });

/** The dispatch's that does most of the work: `layers.3.qkv`. */
export const labelOf = ({ candidates }: Site): string =>
  (candidates[0]?.calls() ?? []).toSorted((a, b) => (b.cost?.flops ?? 0) - (a.cost?.flops ?? 0))[0]?.label ?? '';

/** The candidate of this name at all sites; undefined where the compiler refuses it. */
async function planOf(gpu: GpuContext, sites: SiteClass, name: string): Promise<Plan | undefined> {
  const calls = sites.flatMap(({ candidates }) => candidates.find((one) => one.name === name)?.calls() ?? []);
  try {
    return await buildPlan(gpu, calls, `tuner ${name}`);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'gpu-validation') return undefined;
    throw error;
  }
}
