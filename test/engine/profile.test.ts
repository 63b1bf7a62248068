import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Engine, Profile, ProfiledRun } from '../../src/engine/api.ts';
import { checkChromeTrace } from '../support/chromeTrace.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { smallClipper } from '../support/smallClipper.ts';
import { testGpu, testTiers } from '../support/gpu.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const trunk = () =>
  filesOf(folder('goldens/trunk/odd'), (name) => name.startsWith('config') || name.startsWith('model'));
const language = () => filesOf(folder('goldens/llm/llama-gqa'), (name) => !name.startsWith('case'));
const tier = testTiers.at(-1) ?? 'baseline';

const hasTimestamps = (engine: Engine): boolean => engine.info.features.timestamps;

/** What holds for every run, whatever the machine. */
function expectPlausible(run: ProfiledRun, { ceilings }: Profile): void {
  const near = (value: number, of: number): void => expect(Math.abs(value - of)).toBeLessThan(1e-9 + of * 1e-9);
  for (const groups of [run.kernels, run.layers, run.byKernel]) {
    near(
      groups.reduce((sum, { ms }) => sum + ms, 0),
      run.gpuMs,
    );
    near(
      groups.reduce((sum, { flops }) => sum + flops, 0),
      run.flops,
    );
    near(
      groups.reduce((sum, { bytes }) => sum + bytes, 0),
      run.bytes,
    );
    expect(groups.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(run.dispatches);
  }
  expect(run.gpuMs).toBeGreaterThan(0);
  expect(run.rounds).toBeGreaterThan(0);
  const { runs, submits, wallMs, gpuBusyMs, utilisation } = run.plain;
  expect(runs).toBeGreaterThan(0);
  expect(submits).toBeGreaterThan(0);
  expect(wallMs).toBeGreaterThan(0);
  expect(gpuBusyMs).toBeGreaterThan(0);
  expect(utilisation).toBeGreaterThan(0);
  expect(utilisation).toBeLessThanOrEqual(1);
  expect(ceilings.streamGBps).toBeGreaterThan(0);
  expect(ceilings.fmaTflops.f32).toBeGreaterThan(0);
  expect(ceilings.dispatchUs).toBeGreaterThan(0);
}

const layersOf = ({ layers }: ProfiledRun): string[] => layers.map(({ layer }) => layer);

describe.skipIf(testTiers.length === 0)('profile', async () => {
  const engine = await openEngine(tier);

  test('a trunk: each layer and kernel with its time, the work that forward does, and a trace', async ({ skip }) => {
    if (!hasTimestamps(engine)) skip('this adapter has no timestamp-query');
    await expectNoLeak(engine, async () => {
      const model = await engine.load('deepseek', { source: trunk(), precision: 'f32' });
      const { hidden_size: hidden, num_layers: layers } = model.config as { hidden_size: number; num_layers: number };
      const profile = await model.profile({ seq: 9, rounds: 2 });
      const [run] = profile.runs;
      if (!run) throw new Error('No run.');
      expect(run).toMatchObject({ name: 'forward', rows: 9, keys: 0, rounds: 2 });
      expectPlausible(run, profile);
      expect(layersOf(run)).toEqual(Array.from({ length: layers }, (_, layer) => `layers.${layer}`));
      for (const part of ['qkv', 'attention', 'output', 'gateUp', 'down'])
        expect(run.kernels.map(({ label }) => label)).toContain(`layers.0.${part}`);
      await model.forward(new Float32Array(9 * hidden).fill(0.5), [1, 9, hidden]);
      const { flops, gpuTimeMs, profile: kept } = await model.metrics();
      expect(run.flops, 'as forward counts it').toBe(flops);
      expect(kept).toEqual({ runs: profile.runs, ceilings: profile.ceilings, clock: profile.clock });
      expect(Object.keys(gpuTimeMs).toSorted()).toEqual(run.byKernel.map(({ kernel }) => kernel).toSorted());

      const { complete, counters, names: tracks } = checkChromeTrace(JSON.parse(JSON.stringify(profile.trace)));
      const names = complete.map(({ name }) => name);
      expect(names.filter((name) => name === 'layers.0')).toHaveLength(1);
      expect(names).toContain('submit trunk');
      const gpu = complete.filter(({ tid }) => tracks.get(tid)?.startsWith('GPU: submits'));
      expect(gpu).toHaveLength(run.plain.submits);
      expect(names).toContain('trunk');
      expect(JSON.stringify(counters)).toContain('weights');
      await model.dispose();
    });
  });

  test('a language model: a chunk of its prompt and a decode step behind it; it answers as before', async ({
    skip,
  }) => {
    if (!hasTimestamps(engine)) skip('this adapter has no timestamp-query');
    const model = await engine.load('deepseek', { source: language(), precision: 'f32', contextLength: 64 });
    const before = await model.logits([1, 2, 3]);
    const profile = await model.profile({ seq: 20, tokens: 6, rounds: 1 });
    const [prefill, decode] = profile.runs;
    if (!prefill || !decode) throw new Error('Two runs are missing.');
    expect(prefill).toMatchObject({ name: 'prefill', rows: 20, keys: 0 });
    expect(decode).toMatchObject({ name: 'decode', rows: 1, keys: 20, plain: { runs: 5 } });
    for (const run of profile.runs) {
      expectPlausible(run, profile);
      const layers = Array.from({ length: Number(model.config['num_hidden_layers']) }, (_, layer) => `layers.${layer}`);
      expect(layersOf(run)).toEqual(['embedding', ...layers, 'head', 'sample']);
    }
    expect(prefill.flops).toBeGreaterThan(5 * decode.flops);
    expect(await model.logits([1, 2, 3])).toEqual(before);
    await model.dispose();
  });

  test('attention’s work grows with the keys that it reads', async ({ skip }) => {
    if (!hasTimestamps(engine)) skip('this adapter has no timestamp-query');
    const model = await engine.load('deepseek', { source: language(), precision: 'f32', contextLength: 64 });
    const attention = async (seq: number): Promise<number> => {
      const { runs } = await model.profile({ seq, tokens: 2, rounds: 1 });
      return runs[1]?.kernels.find(({ label }) => label === 'layers.0.attention')?.flops ?? 0;
    };
    const [few, many] = [await attention(4), await attention(49)];
    // 4 keys and the token's own against 49 and its own.
    expect(many / few).toBeCloseTo(10, 6);
    await model.dispose();
  });

  test('a whole network: its encoders and heads beside the layers', async ({ skip }) => {
    if (!hasTimestamps(engine)) skip('this adapter has no timestamp-query');
    const model = await engine.load('viral-clipper', { source: smallClipper(16) });
    const profile = await model.profile({ rounds: 1 });
    const [run] = profile.runs;
    if (!run) throw new Error('No run.');
    expect(run).toMatchObject({ name: 'score', rows: 16 });
    expectPlausible(run, profile);
    expect(layersOf(run)).toEqual(['encoder', 'layers.0', 'layer_norm', 'virality_head', 'segment_head']);
    await model.dispose();
  });

  test.each<[string, object]>([
    ['unknown-option', { rows: 4 }],
    ['invalid-option', { seq: 0 }],
    ['invalid-option', { rounds: 1.5 }],
    ['input-too-long', { seq: 17 }],
    ['aborted', { signal: AbortSignal.abort() }],
  ])('%s: %j', async (code, options) => {
    const model = await engine.load('viral-clipper', { source: smallClipper(16) });
    await expect(model.profile(options)).rejects.toMatchObject({ code });
    await model.dispose();
  });

  test('an abort in the middle leaves nothing behind, and the model works', async ({ skip }) => {
    if (!hasTimestamps(engine)) skip('this adapter has no timestamp-query');
    const model = await engine.load('deepseek', { source: language(), precision: 'f32', contextLength: 64 });
    const before = await model.logits([5]);
    // Plans of these shapes are kept.
    await model.profile({ seq: 30, rounds: 1 });
    await expectNoLeak(engine, async () => {
      const stop = new AbortController();
      const profiling = model.profile({ seq: 30, rounds: 100_000, signal: stop.signal });
      setTimeout(() => stop.abort(), 300);
      await expect(profiling).rejects.toMatchObject({ code: 'aborted' });
      expect(await model.logits([5])).toEqual(before);
    });
    await model.dispose();
  });
});

describe.skipIf(testTiers.length === 0)('beside a profile', () => {
  test('without timestamps it says what is missing and what to do', async () => {
    const gpu = {
      requestAdapter: async (options?: GPURequestAdapterOptions) => {
        const adapter = await testGpu?.requestAdapter(options);
        if (!adapter) return null;
        const { limits, info } = adapter;
        const features = new Set([...adapter.features].filter((name) => name !== 'timestamp-query'));
        return { features, limits, info, requestDevice: adapter.requestDevice.bind(adapter) } as unknown as GPUAdapter;
      },
    } as GPU;
    const blind = await openEngine(tier, { gpu });
    const model = await blind.load('viral-clipper', { source: smallClipper(16) });
    await expect(model.profile()).rejects.toMatchObject({ code: 'not-supported' });
    await expect(model.profile()).rejects.toThrow(/timestamp-query.*Chrome/);
    expect((await model.metrics()).gpuTimeMs).toEqual({});
    await model.dispose();
  });

  test('memory over time: loading and giving back show', async () => {
    const own = await openEngine(tier);
    const model = await own.load('viral-clipper', { source: smallClipper(16) });
    const loaded = await own.memory();
    const last = loaded.history.at(-1);
    expect(last?.byOwner).toEqual(loaded.byOwner);
    expect(last?.pooledBytes).toBe(loaded.pooledBytes);
    await model.dispose();
    const { history, peakBytes } = await own.memory();
    expect(history.at(-1)?.byOwner).not.toHaveProperty('weights');
    expect(Math.max(...history.map((sample) => sample.peakBytes))).toBe(peakBytes);
  });
});
