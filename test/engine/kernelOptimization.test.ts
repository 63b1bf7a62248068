import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, Engine, KernelChoice, ModelMetrics } from '../../src/engine/api.ts';
import type { KernelSettings } from '../../src/engine/flags.ts';
import { KernelChoices } from '../../src/engine/tune/kernelChoices.ts';
import { tuneModel, type Tuning } from '../../src/engine/tune/tuneModel.ts';
import { outOfMemoryError } from '../../src/gpu/errorScopes.ts';
import type { Candidate, Site } from '../../src/gpu/kernel.ts';
import { linear } from '../../src/kernels/chooseLinear.ts';
import { randomNumbers } from '../support/compare.ts';
import { expectNoLeak, openEngine, relativeError } from '../support/engine.ts';
import { fakeClock } from '../support/fakeClock.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { openGpu, testTiers, upload } from '../support/gpu.ts';
import { losableGpu } from '../support/losableGpu.ts';
import { mapStore } from '../support/mapStore.ts';
import { uploadWeight } from '../support/weights.ts';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const trunk = folder('../goldens/trunk/odd');
const llama = folder('../goldens/llm/llama-gqa');
const reasoner = folder('../../demo/public/models/reasoner');
const tune = { kernelOptimization: { tune: true, tuneBudgetMs: 60_000 } } as const;

const loadTrunk = (engine: Engine, precision: 'f32' | 'f16' | 'int8' | 'int4' = 'f32') =>
  engine.load('deepseek', {
    source: filesOf(trunk, (file) => file.startsWith('config') || file.startsWith('model')),
    precision,
  });

/** Warms the trunk up; what was chosen for it. */
async function choices(engine: Engine): Promise<readonly KernelChoice[]> {
  const model = await loadTrunk(engine);
  await model.warmUp();
  const { kernelChoices }: ModelMetrics = await model.metrics();
  await model.dispose();
  return kernelChoices;
}
const froms = (all: readonly KernelChoice[]): string[] => [...new Set(all.map(({ from }) => from))];

/**
 * Formats of weights, types of activations and ways to sum over lanes are parts of a kernel that know nothing of each other, and each
 * pipeline of each candidate takes a second to compile: so each precision in two tiers, and f16, whose halves baseline packs, in all.
 */
const measured = [
  ['baseline', 'f32', 5e-5],
  ['baseline', 'f16', 2e-3],
  ['baseline', 'int4', 0.14],
  ['f16', 'f16', 2e-3],
  ['f16', 'int8', 2.5e-2],
  ['subgroups', 'f32', 5e-5],
  ['subgroups', 'f16', 2e-3],
  ['subgroups', 'int8', 2.5e-2],
  ['subgroups', 'int4', 0.14],
] as const;

describe.each(testTiers)('kernels chosen by measuring, in tier %s', async (tier) => {
  const here = measured.filter(([where]) => where === tier);
  test.each(here.map(([, precision, tolerance]) => [precision, tolerance] as const))(
    'whichever wins in %s, the trunk still gives its goldens',
    async (precision, tolerance) => {
      const engine = await openEngine(tier, { optimizations: tune }, fakeClock().tuning);
      await expectNoLeak(engine, async () => {
        const model = await loadTrunk(engine, precision);
        const { tuneMs, totalMs } = await model.warmUp();
        expect(tuneMs).toBeGreaterThan(0);
        expect(tuneMs).toBeLessThan(totalMs);
        const { kernelChoices } = await model.metrics();
        expect(froms(kernelChoices)).toEqual(['tuned']);
        expect(kernelChoices.every((one) => one.chosen !== one.heuristic && one.speedup > 1.05)).toBe(true);
        expect(kernelChoices.flatMap(({ rejected }) => rejected)).toEqual([]);
        for (const id of ['case_0', 'case_1', 'case_2']) {
          const { shape } = readJsonFile(`${trunk}/${id}.json`) as { shape: [number, number, number] };
          const [x, want] = [readF32(`${trunk}/${id}.x.f32`), readF32(`${trunk}/${id}.y.f32`)];
          expect(relativeError(await model.forward(x, shape), want, x), id).toBeLessThan(tolerance);
        }
        await model.dispose();
      });
    },
  );

  test('and a language model its logits', async () => {
    const engine = await openEngine(tier, { optimizations: tune }, fakeClock().tuning);
    const model = await engine.load('deepseek', {
      source: filesOf(llama, (file) => !file.startsWith('case')),
      precision: 'f32',
    });
    await model.warmUp();
    expect(froms((await model.metrics()).kernelChoices)).toEqual(['tuned']);
    const golden = readJsonFile(`${llama}/case.json`) as { tokenIds: number[]; logits: string };
    const want = new Float32Array(Uint8Array.from(Buffer.from(golden.logits, 'base64')).buffer);
    expect(relativeError(await model.logits(golden.tokenIds), want, new Float32Array(want.length))).toBeLessThan(5e-6);
    await model.dispose();
  });
});

const tier = testTiers.at(-1) ?? 'baseline';

describe.skipIf(testTiers.length === 0)('kernelOptimization', () => {
  test('each of several generations gets what it gets alone, by tuned kernels, too', async () => {
    const engine = await openEngine(tier, { optimizations: tune }, fakeClock().tuning);
    const model: DeepSeekModel = await engine.load('deepseek', { source: filesOf(reasoner), contextLength: 512 });
    await model.warmUp();
    const questions = ['What is 417 + 286?', 'What is 85 - 29?', 'What is 9 * 8?'];
    const ask = async (question: string): Promise<string> =>
      (await model.generate(question, { maxTokens: 12 }).result).text;
    const alone: string[] = [];
    for (const question of questions) alone.push(await ask(question));
    expect(await Promise.all(questions.map(ask))).toEqual(alone);
    await model.dispose();
  });

  test('a second engine uses what the first measured, and measures nothing; switched off it uses rules alone', async () => {
    const { store } = mapStore();
    const [first, second] = [fakeClock(), fakeClock()];
    const measured = await choices(await openEngine(tier, { optimizations: tune }, { ...first.tuning, store }));
    expect(first.runs()).toBeGreaterThan(0);
    expect(froms(measured)).toEqual(['tuned']);
    const again = await choices(await openEngine(tier, { optimizations: tune }, { ...second.tuning, store }));
    expect(second.runs()).toBe(0);
    expect(again).toEqual(measured.map((one) => ({ ...one, from: 'remembered' })));
    // Without tuning as well: that is the default level.
    expect(await choices(await openEngine(tier, {}, { ...second.tuning, store }))).toEqual(again);
    const off = { optimizations: { kernelOptimization: false } };
    const ruled = await choices(await openEngine(tier, off, { ...second.tuning, store }));
    expect(ruled.map(({ chosen }) => chosen)).toEqual(measured.map(({ heuristic }) => heuristic));
    expect(froms(ruled)).toEqual(['heuristic']);
    expect(second.runs()).toBe(0);
  });

  test('what was measured with other shaders is measured again', async () => {
    const { store, values } = mapStore();
    await choices(await openEngine(tier, { optimizations: tune }, { ...fakeClock().tuning, store }));
    for (const [key, value] of values) values.set(key, { ...(value as object), shaders: 'of an older version' });
    expect(froms(await choices(await openEngine(tier, {}, { store })))).toEqual(['heuristic']);
    const clock = fakeClock();
    expect(froms(await choices(await openEngine(tier, { optimizations: tune }, { ...clock.tuning, store })))).toEqual([
      'tuned',
    ]);
    expect(clock.runs()).toBeGreaterThan(0);
  });

  test('the budget is kept: what is left comes with the next warm-up', async () => {
    // 10 ms pass at each look at the clock, of which each candidate takes at least one.
    const clock = fakeClock(10);
    const optimizations = { kernelOptimization: { tune: true, tuneBudgetMs: 200 } };
    const engine = await openEngine(tier, { optimizations }, clock.tuning);
    const model = await loadTrunk(engine);
    const runs: number[] = [];
    for (let warmUp = 0; warmUp < 30; warmUp++) {
      const before = clock.runs();
      await model.warmUp();
      runs.push(clock.runs() - before);
    }
    // 20 looks are 20 classes at most, and 20 candidates beside the first two of each; 4 runs of each and 22 of each class.
    expect(Math.max(...runs)).toBeLessThanOrEqual(60 * 4 + 20 * 22);
    expect(runs.filter((count) => count > 0).length, 'warm-ups that measured').toBeGreaterThan(1);
    expect(runs.at(-1), 'in the end everything is measured').toBe(0);
    expect(froms((await model.metrics()).kernelChoices)).toEqual(['tuned']);
  });

  test('with the real clock and level aggressive it ends, and the answer stays', async () => {
    const engine = await openEngine(tier, { level: 'aggressive' });
    const model = await engine.load('deepseek', { source: filesOf(reasoner), contextLength: 512 });
    const { tuneMs } = await model.warmUp();
    expect(tuneMs).toBeGreaterThan(0);
    const { kernelChoices } = await model.metrics();
    console.log(kernelChoices.map((one) => `${one.label}: ${one.heuristic} > ${one.chosen}, ${one.from}`).join('\n'));
    expect((await model.generate('What is 417 + 286?').result).text.split('</think>').at(-1)?.trim()).toBe('703');
    await model.dispose();
  });

  test('what was measured stays when the device is lost', async () => {
    const { gpu, lose } = losableGpu();
    const clock = fakeClock();
    const engine = await openEngine(tier, { gpu, optimizations: tune }, clock.tuning);
    const model = await loadTrunk(engine);
    await model.warmUp();
    const before = (await model.metrics()).kernelChoices;
    const runs = clock.runs();
    lose();
    await model.warmUp();
    expect(clock.runs()).toBe(runs);
    expect((await model.metrics()).kernelChoices).toEqual(before);
    await model.dispose();
  });

  test('an ablation measures with what the engine has measured', async () => {
    const clock = fakeClock();
    const engine = await openEngine(tier, { optimizations: tune }, { ...clock.tuning, store: mapStore().store });
    await choices(engine);
    const runs = clock.runs();
    const source = filesOf(trunk, (file) => file.startsWith('config') || file.startsWith('model'));
    const { flags } = await engine.ablate(
      'deepseek',
      { source, precision: 'f32' },
      { flags: ['kernelOptimization'], rounds: 1, seq: 16 },
    );
    expect(flags).toMatchObject([{ flag: 'kernelOptimization', inForce: true, outputsAgree: true }]);
    expect(clock.runs()).toBe(runs);
  });
});

describe.skipIf(testTiers.length === 0)('tuning of a network', () => {
  /** A product of 8 rows, as a model's network would give it to the tuner. */
  async function oneSite(settings: KernelSettings) {
    const gpu = await openGpu(tier);
    const [call] = linear({
      label: 'test',
      device: gpu.info,
      x: upload(gpu, new Float32Array(8 * 96)),
      xElement: 'f32',
      weight: uploadWeight(gpu, { inDim: 96, outDim: 64, plain: randomNumbers(64 * 96, 2) }, 'f32'),
      y: upload(gpu, new Float32Array(8 * 64)),
      yElement: 'f32',
      rows: 8,
      none: gpu.none,
    });
    if (!call?.site) throw new Error('A product has no site.');
    const { store } = mapStore();
    const warnings: string[] = [];
    const kernelChoices = await KernelChoices.open(gpu.info, store);
    const warn = (message: string): void => void warnings.push(message);
    const tuning: Tuning = { ...fakeClock().tuning, settings, choices: kernelChoices, warn };
    /** Tunes a network that has what `sites` gives for a number of rows. */
    const run = (sites: (rows: number) => Promise<readonly Site[]>): Promise<void> =>
      tuneModel(
        { kind: 'trunk', gpu, network: { config: { maxSeq: 128 }, sites, forgetPlans: () => undefined } } as never,
        tuning,
      );
    return { gpu, store, site: call.site, warnings, kernelChoices, run };
  }

  test('a wrong kernel is told once, and remembered as wrong', async () => {
    const { gpu, store, site, warnings, run } = await oneSite({ tune: true, tuneBudgetMs: 1000 });
    const wrong = { name: 'wrong', calls: () => [] };
    const right = { ...site.candidates[0], name: 'new' } as Candidate;
    await run(() => Promise.resolve([{ ...site, candidates: [...site.candidates, wrong] }]));
    expect(warnings).toEqual([expect.stringContaining("'wrong'")]);
    await run(() => Promise.resolve([{ ...site, candidates: [...site.candidates, wrong, right] }]));
    expect(warnings.length).toBe(1);
    const remembered = (await KernelChoices.open(gpu.info, store)).get(site.key);
    expect(remembered?.tuned.rejected).toEqual(['wrong']);
    expect(remembered?.tuned.tried).toContain('new');
  });

  test('a shape that memory has no room for is not tuned, the others are', async () => {
    const { site, kernelChoices, run } = await oneSite({ tune: true, tuneBudgetMs: 1000 });
    await run((rows) =>
      rows > 16 ? Promise.reject(outOfMemoryError('a plan', 'the budget')) : Promise.resolve([site]),
    );
    expect(kernelChoices.get(site.key)).toBeDefined();
  });
});
