import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Engine, EngineOptions, Level } from '../../src/engine/api.ts';
import { flagNames, resolveFlags } from '../../src/engine/flags.ts';
import { LocalBrandkit } from '../../src/engine/localBrandkit.ts';
import { openEngine, relativeError } from '../support/engine.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { brandFeatures, clipFeatures, filesOfGolden, networkGolden } from '../support/networkGoldens.ts';
import { watchedGpu } from '../support/watchedGpu.ts';

// Each flag alone and each level: the same results, from all three variants, whatever is switched.

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const trunkFolder = folderOf('../goldens/trunk/tiny/');
const llmFolder = folderOf('../goldens/llm/llama-gqa');
const reasoner = folderOf('../../demo/public/models/reasoner');
const clip = networkGolden('clip-small');
const brand = networkGolden('brand-small');
const checkpointOnly = (file: string): boolean => file.startsWith('config') || file.startsWith('model');

type Precision = 'f32' | 'f16';
/** Of the goldens' own tests. `adaptive`: what int8 has, the most that a matrix loses under an error budget of 0.01. */
const tolerances = {
  trunk: { f32: 5e-5, f16: 2e-3, adaptive: 2.5e-2 },
  networks: { f32: 1e-5, f16: 5e-3, adaptive: 5e-2 },
  logits: { f32: 5e-6, f16: 6e-3, adaptive: 0.1 },
} as const;

/** ‖got − want‖ / ‖want − its mean‖ */
function spreadError(got: readonly number[], want: readonly number[]): number {
  const mean = want.reduce((a, b) => a + b, 0) / want.length;
  const error = want.reduce((sum, value, i) => sum + ((got[i] ?? Number.NaN) - value) ** 2, 0);
  return Math.sqrt(error / want.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}

async function checkTrunk(engine: Engine, precision: Precision): Promise<number> {
  const model = await engine.load('deepseek', { source: filesOf(trunkFolder, checkpointOnly), precision });
  // Kernels that were measured against each other.
  if (engine.info.level === 'aggressive') await model.warmUp();
  const { shape } = readJsonFile(`${trunkFolder}case_0.json`) as { shape: [number, number, number] };
  const x = readF32(`${trunkFolder}case_0.x.f32`);
  const want = readF32(`${trunkFolder}case_0.y.f32`);
  // Once alone, and three at once.
  const results = [await model.forward(x, shape), ...(await Promise.all([1, 2, 3].map(() => model.forward(x, shape))))];
  await model.dispose();
  return Math.max(...results.map((y) => relativeError(y, want, x)));
}

async function checkClip(engine: Engine, precision: Precision): Promise<number> {
  const model = await engine.load('viral-clipper', { source: filesOfGolden(clip), precision });
  const got: number[] = [];
  const want: number[] = [];
  for (let round = 0; round < 2; round++) {
    for (const [index, golden] of clip.cases.entries()) {
      got.push(...(await model.score(clipFeatures(clip, index))).virality);
      want.push(...golden.virality);
    }
  }
  await model.dispose();
  return spreadError(got, want);
}

async function checkBrand(engine: Engine, precision: Precision): Promise<number> {
  const model = await engine.load('brandkit', { source: filesOfGolden(brand), precision });
  if (!(model instanceof LocalBrandkit)) throw new Error('Not in this thread.');
  const got: number[] = [];
  const want: number[] = [];
  for (const [index, golden] of brand.cases.entries()) {
    got.push(...(await model.scoreFeatures(brandFeatures(brand, index))).profile);
    want.push(...golden.profile);
  }
  await model.dispose();
  return spreadError(got, want);
}

async function checkLogits(engine: Engine, precision: Precision): Promise<number> {
  const source = filesOf(llmFolder, (file) => !file.startsWith('case'));
  const model = await engine.load('deepseek', { source, precision });
  const golden = readJsonFile(`${llmFolder}/case.json`) as { tokenIds: number[]; logits: string };
  const bytes = Buffer.from(golden.logits, 'base64');
  const want = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const got = await model.logits(golden.tokenIds);
  await model.dispose();
  const error = want.reduce((sum, value, i) => sum + ((got[i] ?? Number.NaN) - value) ** 2, 0);
  return Math.sqrt(error / want.reduce((sum, value) => sum + value ** 2, 0));
}

/** Two questions at once, one of them again: greedy, so that every setting must give the same text. */
async function answers(engine: Engine): Promise<string[]> {
  const model = await engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 128 });
  const ask = async (question: string) => (await model.generate(question, { maxTokens: 10 }).result).text;
  const texts = await Promise.all(['What is 417 + 286?', 'What is 9 * 8?'].map(ask));
  texts.push(await ask('What is 417 + 286?'));
  await model.dispose();
  return texts;
}

const levels: readonly Level[] = ['default', 'memory', 'aggressive'];
/** Each flag against what `default` says, and alone at the level where it is off. */
const settings: readonly EngineOptions[] = [
  ...levels.map((level) => ({ level })),
  ...flagNames.map((flag) => ({ optimizations: { [flag]: !resolveFlags({})[flag] } })),
  ...flagNames
    .filter((flag) => resolveFlags({})[flag] && !resolveFlags({ level: 'memory' })[flag])
    .map((flag) => ({ level: 'memory' as const, optimizations: { [flag]: true } })),
];

describe.skipIf(testTiers.length === 0)('results', async () => {
  const tier = testTiers.at(-1) ?? 'baseline';
  const plain = await openEngine(tier);
  const want = await answers(plain);

  test.each(settings)('with %j are the goldens', async (options) => {
    const engine = await openEngine(tier, options);
    const adaptive = engine.info.flags.adaptivePrecision;
    for (const precision of ['f32', 'f16'] as const) {
      const tolerance = adaptive ? 'adaptive' : precision;
      expect(await checkTrunk(engine, precision), `trunk ${precision}`).toBeLessThan(tolerances.trunk[tolerance]);
      expect(await checkClip(engine, precision), `clip ${precision}`).toBeLessThan(tolerances.networks[tolerance]);
      expect(await checkBrand(engine, precision), `brand ${precision}`).toBeLessThan(tolerances.networks[tolerance]);
      expect(await checkLogits(engine, precision), `logits ${precision}`).toBeLessThan(tolerances.logits[tolerance]);
    }
    if (!adaptive) expect(await answers(engine)).toEqual(want);
    await engine.dispose();
  });

  test('of one row with the kernels that GPUs get: fused and unfused the same, fused in fewer dispatches', async () => {
    const seen: { dispatches: number; y: Float32Array }[] = [];
    for (const ultraFusion of [true, false]) {
      const { gpu, calls } = watchedGpu({ hardware: true });
      const engine = await openEngine(tier, { gpu, optimizations: { ultraFusion } });
      const model = await engine.load('deepseek', { source: filesOf(trunkFolder, checkpointOnly), precision: 'f32' });
      const x = new Float32Array(64).map((_, index) => Math.cos(index));
      await model.forward(x, [1, 1, 64]);
      const before = calls.dispatch;
      const y = await model.forward(x, [1, 1, 64]);
      seen.push({ y, dispatches: calls.dispatch - before });
      await engine.dispose();
    }
    const [fused, unfused] = seen;
    // Two layers with two norms each.
    expect(unfused?.dispatches).toBe((fused?.dispatches ?? 0) + 4);
    const difference = fused?.y.map((value, index) => Math.abs(value - (unfused?.y[index] ?? Number.NaN))) ?? [];
    expect(Math.max(...difference)).toBeLessThan(1e-5);
  });
});
