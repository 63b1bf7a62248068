import { describe, expect, test } from 'vitest';
import { type Run, openStopwatch } from '../../src/engine/tune/stopwatch.ts';
import { type TunedClass, tuneSites } from '../../src/engine/tune/tuneSites.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { Candidate, Site } from '../../src/gpu/kernel.ts';
import { linear, linearCandidates } from '../../src/kernels/chooseLinear.ts';
import type { LinearArgs } from '../../src/kernels/linear.ts';
import { randomNumbers } from '../support/compare.ts';
import { openGpu, poisoned, testTiers, upload } from '../support/gpu.ts';
import { uploadWeight } from '../support/weights.ts';

const [rows, inDim, outDim] = [6, 96, 70];

/** A product's site; `residual` adds to y. */
function product(gpu: GpuContext, residual = false): { readonly site: Site; readonly args: LinearArgs } {
  const args: LinearArgs = {
    label: 'test',
    // x and y are longer than the product needs, as a decoder's are.
    device: gpu.info,
    x: upload(gpu, new Float32Array((rows + 3) * inDim)),
    xElement: 'f32',
    weight: uploadWeight(gpu, { inDim, outDim, plain: randomNumbers(outDim * inDim, 2) }, 'f32'),
    y: poisoned(gpu, (rows + 3) * 72 * 4),
    yElement: 'f32',
    residual,
    rows,
    none: gpu.none,
  };
  const [call] = linear(args);
  if (!call?.site) throw new Error('A product has no site.');
  return { site: call.site, args };
}

/** Every candidate takes the same, but those of these names, which take a tenth. */
const clockOf = (fast: readonly string[]) => {
  const timed = new Set<string>();
  const time = (runs: readonly Run[]): Promise<number[]> =>
    Promise.resolve(
      runs.map(({ name, repetitions }) => {
        timed.add(name);
        return repetitions * (fast.includes(name) ? 0.1 : 1);
      }),
    );
  return { watch: { sampleMs: 1, time }, timed };
};
const options = { expired: () => false, known: () => undefined };

describe.each(testTiers)('tuning a product in tier %s', async (tier) => {
  const gpu = await openGpu(tier);

  test('there are at least two ways to do it, all of them are right here, and the fastest is chosen', async () => {
    for (const residual of [false, true]) {
      const { site } = product(gpu, residual);
      const names = site.candidates.map(({ name }) => name);
      expect(names.length).toBeGreaterThan(1);
      const { watch, timed } = clockOf(names.slice(-1));
      const [tuned] = await tuneSites(gpu, [[site]], { ...options, watch });
      expect(tuned).toMatchObject({ chosen: names.at(-1), heuristic: names[0], rejected: [], speedup: 10 });
      expect([...timed].toSorted()).toEqual(names.toSorted());
    }
  });

  test('with the real clock someone wins, and what it took is given back', async () => {
    const before = gpu.pool.ledger();
    const { site } = product(gpu);
    const [tuned] = await tuneSites(gpu, [[site]], { ...options, watch: openStopwatch(gpu) });
    expect(tuned?.ms).toBeGreaterThan(0);
    expect(tuned?.speedup).toBeGreaterThanOrEqual(1);
    expect(gpu.pool.ledger().byOwner).toEqual(before.byOwner);
  });

  const wrongs: Readonly<Record<string, (args: LinearArgs) => Candidate['calls']>> = {
    'leaves a column out': (args) => () =>
      linear({ ...args, weight: { ...args.weight, parts: args.weight.parts.map((part) => ({ ...part, rows: 66 })) } }),
    'leaves the last row out': (args) => () => linear({ ...args, rows: rows - 1 }),
    'writes a row too many': (args) => () => linear({ ...args, rows: rows + 1 }),
    'adds instead of storing, or the other way round': (args) => () => linear({ ...args, residual: !args.residual }),
    'forgets some of the products': (args) => () =>
      linear({ ...args, weight: { ...args.weight, inDim: inDim } }).map((call) => ({
        ...call,
        params: { ...call.params, in_dim: inDim - 4, in4: inDim / 4 - 1 },
      })),
    'does nothing': () => () => [],
  };
  test.each(Object.keys(wrongs))('a candidate that is fast and %s never wins', async (what) => {
    for (const residual of [false, true]) {
      const { site, args } = product(gpu, residual);
      const algorithm = gpu.info.adapter.software ? 'direct' : 'tile';
      const wrong = { name: 'wrong', calls: wrongs[what]?.({ ...args, algorithm }) ?? (() => []) };
      const { watch, timed } = clockOf(['wrong']);
      const [tuned] = await tuneSites(gpu, [[{ ...site, candidates: [...site.candidates, wrong] }]], {
        ...options,
        watch,
      });
      expect(tuned).toMatchObject({ rejected: ['wrong'], chosen: tuned?.heuristic });
      expect(timed.has('wrong'), 'not even timed').toBe(false);
    }
  });

  test('one that does not compile never wins, and the others go on', async () => {
    const { site } = product(gpu);
    const broken: Candidate = {
      name: 'broken',
      calls: () =>
        (site.candidates[0]?.calls() ?? []).map((call) => ({
          ...call,
          kernel: { ...call.kernel, name: 'broken', wgsl: [...call.kernel.wgsl, 'not WGSL'] },
        })),
    };
    const last = site.candidates.at(-1)?.name;
    const { watch } = clockOf(['broken', last ?? '']);
    const [tuned] = await tuneSites(gpu, [[{ ...site, candidates: [...site.candidates, broken] }]], {
      ...options,
      watch,
    });
    expect(tuned).toMatchObject({ chosen: last, rejected: ['broken'] });
  });

  test('where the first candidate gives nothing that could be held against, nothing is chosen', async () => {
    const { site } = product(gpu);
    const nothing: Candidate = { name: 'nothing', calls: () => [] };
    const sites = [[{ ...site, candidates: [nothing, ...site.candidates] }]];
    expect(await tuneSites(gpu, sites, { ...options, watch: clockOf([]).watch })).toEqual([]);
  });

  test('what has the largest share in its plan comes first; when time is up the rest stays', async () => {
    const [small, large] = [product(gpu).site, product(gpu).site];
    const plans = [[{ ...small, key: 'once' }, ...[1, 2, 3].map(() => ({ ...large, key: 'thrice' }))]];
    const keys = (tuned: readonly TunedClass[]): string[] => tuned.map(({ key }) => key);
    const { watch } = clockOf([]);
    expect(keys(await tuneSites(gpu, plans, { ...options, watch }))).toEqual(['thrice', 'once']);
    let looks = 0;
    const expired = (): boolean => looks++ > 0;
    expect(keys(await tuneSites(gpu, plans, { ...options, expired, watch }))).toEqual(['thrice']);
  });

  test('when time is up one rival was looked at, and the next call goes on behind it', async () => {
    const { site } = product(gpu);
    const names = site.candidates.map(({ name }) => name);
    const more = [...site.candidates, ...['one more', 'two more'].map((name) => ({ ...site.candidates[1], name }))];
    const plans = [[{ ...site, candidates: more as Candidate[] }]];
    const { watch } = clockOf(['one more']);
    let known: TunedClass | undefined;
    const tried: number[] = [];
    for (let call = 0; call <= names.length + 1; call++) {
      let looks = 0;
      const expired = (): boolean => looks++ > 0;
      const [tuned] = await tuneSites(gpu, plans, { watch, expired, known: () => known });
      known = tuned ?? known;
      tried.push(known?.tried.length ?? 0);
    }
    expect(tried[0]).toBe(2);
    expect(known?.tried.toSorted()).toEqual([...names, 'one more', 'two more'].toSorted());
    expect(known?.chosen, 'found by a later call, and kept by the ones behind it').toBe('one more');
  });

  test('candidates are those of linearCandidates', () => {
    const { site, args } = product(gpu);
    expect(site.candidates.map(({ name }) => name)).toEqual(linearCandidates(args).map(({ name }) => name));
  });
});
