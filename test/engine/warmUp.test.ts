import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/api.ts';
import { LocalBrandkit } from '../../src/engine/localBrandkit.ts';
import { openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { outerTiers } from '../support/gpu.ts';
import { brandFeatures, clipFeatures, filesOfGolden, networkGolden } from '../support/networkGoldens.ts';
import { watchedGpu } from '../support/watchedGpu.ts';

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const reasoner = folderOf('../../demo/public/models/reasoner');
const tiny = filesOf(
  folderOf('../goldens/trunk/tiny'),
  (file) => file.startsWith('config') || file.startsWith('model'),
);

const compiled = async (engine: Engine): Promise<number> => (await engine.metrics()).pipelines.compiled;

describe.each(outerTiers)('a warm-up in tier %s', async (tier) => {
  test.each(['f32', 'int8'] as const)('of a trunk in %s: no forward compiles anything behind it', async (precision) => {
    const { gpu, mostCompiling, reset } = watchedGpu();
    const engine = await openEngine(tier, { gpu });
    const model = await engine.load('brandkit', { source: tiny, precision });
    reset();
    const times = await model.warmUp();
    expect(mostCompiling(), 'compilations at once').toBeGreaterThanOrEqual(8);
    expect(times.compileMs).toBeGreaterThan(0);
    expect(times.runMs).toBeGreaterThan(0);
    expect(times.totalMs).toBeGreaterThanOrEqual(times.compileMs + times.runMs - 1e-6);
    const before = await compiled(engine);
    for (const [batch, seq] of [
      [1, 1],
      [1, 2],
      [3, 1],
      [1, 5],
      [1, 7],
      [2, 9],
      [1, 33],
      [5, 64],
    ] as const) {
      await model.forward(new Float32Array(batch * seq * 64).fill(0.5), [batch, seq, 64], { causal: seq % 2 === 0 });
      expect(await compiled(engine), `[${batch}, ${seq}]`).toBe(before);
    }
    await model.forward(new Float32Array(6 * 64).fill(0.5), [1, 6, 64], { mask: new Uint8Array(36).fill(1) });
    expect(await compiled(engine), 'with a mask').toBe(before);
    await model.dispose();
  });

  test('of ViralClipper: encoders, fusion and heads for windows of any length', async () => {
    const golden = networkGolden('clip-small');
    const engine = await openEngine(tier);
    const model = await engine.load('viral-clipper', { source: filesOfGolden(golden), precision: 'f16' });
    await model.warmUp();
    const before = await compiled(engine);
    for (const index of golden.cases.keys()) await model.score(clipFeatures(golden, index));
    for (const steps of [1, 2, 3, 6, 11, 24])
      await model.score({ visual: new Float32Array(steps * 37), audio: new Float32Array(steps * 21) });
    expect(await compiled(engine)).toBe(before);
    await model.dispose();
  });

  test('of Brandkit: brands of any size', async () => {
    const golden = networkGolden('brand-small');
    const engine = await openEngine(tier);
    const model = await engine.load('brandkit', { source: filesOfGolden(golden), precision: 'f16' });
    await model.warmUp();
    const before = await compiled(engine);
    if (!(model instanceof LocalBrandkit)) throw new Error('Not in this thread.');
    for (const index of golden.cases.keys()) await model.scoreFeatures(brandFeatures(golden, index));
    expect(await compiled(engine)).toBe(before);
    await model.dispose();
  });

  test('of a language model: prompts of any length, several at once, logits', async () => {
    const { gpu, mostCompiling } = watchedGpu();
    const engine = await openEngine(tier, { gpu });
    const model = await engine.load('deepseek', { source: filesOf(reasoner), precision: 'f16', contextLength: 160 });
    expect(mostCompiling(), 'compilations at once').toBeGreaterThanOrEqual(8);
    await model.warmUp();
    const before = await compiled(engine);
    for (const words of [1, 4, 40]) {
      await model.generate('plus '.repeat(words), { maxTokens: 2, temperature: words % 2 }).result;
      expect(await compiled(engine), `${words} words`).toBe(before);
    }
    await Promise.all([1, 2].map((n) => model.generate(`What is ${n} + ${n}?`, { maxTokens: 2 }).result));
    for (const count of [1, 7, 70]) await model.logits(Array.from({ length: count }, (_, index) => index + 1));
    await model.forward(new Float32Array(5 * 256), [1, 5, 256]);
    expect(await compiled(engine)).toBe(before);
    await model.dispose();
  });
});
