import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, Engine, Optimizations } from '../../src/engine/api.ts';
import { brandCheckpoint } from '../support/brandCheckpoint.ts';
import { openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { hashedCheckpoint } from '../support/hashedNumbers.ts';
import { losableGpu } from '../support/losableGpu.ts';
import { clipFeatures, filesOfGolden, networkGolden } from '../support/networkGoldens.ts';
import { watchedGpu } from '../support/watchedGpu.ts';

const tier = testTiers[0] ?? 'baseline';
const clip = networkGolden('clip-small');
const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));
const keyBytes = 64;
const unchanged = { ...clipFeatures(clip, 0) };
const steps = unchanged.visual.length / 37;

const loadClip = (engine: Engine, source = filesOfGolden(clip)) =>
  engine.load('viral-clipper', { source, precision: 'f32' });

describe.skipIf(testTiers.length === 0)('windows of ViralClipper', () => {
  test('the same features are not scored again; others are; what a caller does to a result stays his', async () => {
    const { gpu, calls } = watchedGpu();
    const engine = await openEngine(tier, { gpu });
    const model = await loadClip(engine);
    const first = await model.score(unchanged);
    const dispatches = calls.dispatch;
    const again = await model.score(structuredClone(unchanged));
    expect(again).toEqual(first);
    again.virality.fill(0);
    expect(await model.score(unchanged)).toEqual(first);
    expect(calls.dispatch, 'no kernel ran').toBe(dispatches);
    expect((await model.metrics()).cache).toEqual({ hits: 2, misses: 1, entries: 1, bytes: keyBytes + 3 * 4 * steps });
    const other = { ...unchanged, audio: unchanged.audio.map((value) => value * 0.5) };
    expect(await model.score(other)).not.toEqual(first);
    expect(calls.dispatch).toBeGreaterThan(dispatches);
    const bad = { ...unchanged, audio: unchanged.audio.slice().fill(Number.NaN) };
    for (let i = 0; i < 2; i++) await expect(model.score(bad)).rejects.toMatchObject({ code: 'non-finite-input' });
    const late = model.score(unchanged, { signal: AbortSignal.abort() });
    await expect(late).rejects.toMatchObject({ code: 'aborted' });
    await model.dispose();
    await expect(model.score(unchanged)).rejects.toMatchObject({ code: 'disposed' });
  });

  test('without the flag every window is scored; maxEntries and maxBytes bound what is remembered', async () => {
    const cacheOf = async (optimizations: Optimizations) => {
      const engine = await openEngine(tier, { optimizations });
      const model = await loadClip(engine);
      for (const index of [0, 1, 0, 0]) await model.score(clipFeatures(clip, index));
      return (await model.metrics()).cache;
    };
    expect(await cacheOf({ caching: false })).toEqual({ hits: 0, misses: 0, entries: 0, bytes: 0 });
    expect(await cacheOf({ caching: true })).toMatchObject({ hits: 2, misses: 2, entries: 2 });
    expect(await cacheOf({ caching: { maxEntries: 1 } })).toMatchObject({ hits: 1, misses: 3, entries: 1 });
    expect(await cacheOf({ caching: { maxBytes: 70 } })).toEqual({ hits: 0, misses: 4, entries: 0, bytes: 0 });
  });

  test('another checkpoint has another memory; so have weights that were loaded again', async () => {
    const { gpu, lose } = losableGpu();
    const engine = await openEngine(tier, { gpu });
    const source = filesOfGolden(clip);
    const model = await loadClip(engine, source);
    const first = await model.score(unchanged);
    const other = await loadClip(engine, hashedCheckpoint({ ...clip.config, layer_norm_eps: 0.1 }, clip.tensors));
    expect(await other.score(unchanged)).not.toEqual(first);
    // The files change, and then the device is lost.
    source.splice(0, source.length, ...hashedCheckpoint({ ...clip.config, layer_norm_eps: 0.1 }, clip.tensors));
    lose();
    await model.forward(new Float32Array(Number(clip.config['hidden_size'])), [
      1,
      1,
      Number(clip.config['hidden_size']),
    ]);
    expect((await model.score(unchanged)).virality).not.toEqual(first.virality);
    await Promise.all([model.dispose(), other.dispose()]);
  });
});

describe.skipIf(testTiers.length === 0)('analysed brands', () => {
  test('are forgotten when the weights are loaded again', async () => {
    const { gpu, lose } = losableGpu();
    const engine = await openEngine(tier, { gpu });
    const model = await engine.load('brandkit', { source: brandCheckpoint(), precision: 'f32' });
    await model.analyze({ text: 'One.' });
    expect((await model.analyze({ text: 'One.' })).cached).toBe(true);
    lose();
    const hidden = Number(model.config['hidden_size']);
    await model.forward(new Float32Array(hidden), [1, 1, hidden]);
    expect((await model.analyze({ text: 'One.' })).cached).toBe(false);
    expect((await model.metrics()).cache).toMatchObject({ entries: 1 });
    await model.dispose();
  });
});

describe.skipIf(testTiers.length === 0)('beginnings of prompts', () => {
  const question = 'What is 417 + 286?';
  const load = (engine: Engine): Promise<DeepSeekModel> =>
    engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 256 });
  const ask = async (model: DeepSeekModel, text = question): Promise<number> =>
    (await model.generate(text, { maxTokens: 2 }).result).usage.cachedTokens;

  test('are found again, and counted with what they take', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    expect(await ask(model)).toBe(0);
    const cached = await ask(model);
    expect(cached).toBeGreaterThan(5);
    const { promptTokens } = (await model.generate(question, { maxTokens: 2 }).result).usage;
    // Keys and values of 6 layers with 2 heads of 64, f32, of the prompt and the first new token.
    const bytes = (promptTokens + 1) * 2 * 6 * 2 * 64 * 4;
    expect((await model.metrics()).cache).toEqual({ hits: 2, misses: 1, entries: 1, bytes });
    await model.dispose();
  });

  test('are forgotten over maxEntries or maxBytes, and without the flag', async () => {
    for (const caching of [{ maxBytes: 1 }, false] as const) {
      const engine = await openEngine(tier, { optimizations: { caching } });
      const model = await load(engine);
      expect([await ask(model), await ask(model)]).toEqual([0, 0]);
      expect((await model.metrics()).cache).toMatchObject({ hits: 0, entries: 0, bytes: 0 });
    }
    const both = async (caching: { maxEntries: number }): Promise<number> => {
      const model = await load(await openEngine(tier, { optimizations: { caching } }));
      await Promise.all([ask(model), ask(model, '9 - 4 is what, please?')]);
      return (await model.metrics()).cache.entries;
    };
    expect(await both({ maxEntries: 1 })).toBe(1);
    expect(await both({ maxEntries: 2 })).toBe(2);
  });

  test('are gone with the device that had them', async () => {
    const { gpu, lose } = losableGpu();
    const model = await load(await openEngine(tier, { gpu }));
    await ask(model);
    lose();
    expect(await ask(model)).toBe(0);
    expect(await ask(model)).toBeGreaterThan(5);
    await model.dispose();
  });
});
