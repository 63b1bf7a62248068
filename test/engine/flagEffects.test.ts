import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, Engine, EngineOptions, Optimizations } from '../../src/engine/api.ts';
import { openEngine } from '../support/engine.ts';
import { fakeClock } from '../support/fakeClock.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { clipFeatures, filesOfGolden, networkGolden } from '../support/networkGoldens.ts';

// What each flag can be seen by, on and off. computeOverlap: decoding.test.ts; ultraFusion: flags.test.ts.

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const reasoner = folderOf('../../demo/public/models/reasoner');
const tiny = filesOf(
  folderOf('../goldens/trunk/tiny'),
  (file) => file.startsWith('config') || file.startsWith('model'),
);
const tier = testTiers.at(-1) ?? 'baseline';
const rows = (batch: number): [number, number, number] => [batch, 16, 64];
const input = (batch: number): Float32Array =>
  new Float32Array(batch * 16 * 64).map((_, index) => Math.sin(index * 0.7));

const loadTrunk = (engine: Engine) => engine.load('brandkit', { source: tiny, precision: 'f32' });
const loadReasoner = (engine: Engine): Promise<DeepSeekModel> =>
  engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 128 });

/** What `look` sees with the flag on and off. */
async function onAndOff<T>(flag: keyof Optimizations, look: (engine: Engine) => Promise<T>): Promise<[on: T, off: T]> {
  const seen = async (on: boolean): Promise<T> => {
    const engine = await openEngine(tier, { optimizations: { [flag]: on } });
    try {
      return await look(engine);
    } finally {
      await engine.dispose();
    }
  };
  return [await seen(true), await seen(false)];
}

describe.skipIf(testTiers.length === 0)('the effect of', () => {
  test('memoryPooling: released buffers serve again, and plans of earlier shapes are kept', async () => {
    const [on, off] = await onAndOff('memoryPooling', async (engine) => {
      const model = await loadTrunk(engine);
      for (const batch of [1, 2, 1]) await model.forward(input(batch), rows(batch));
      const { hits, pooledBytes, byOwner } = await engine.memory();
      return { hits, pooledBytes, activations: byOwner['activations'] ?? 0 };
    });
    expect(on.hits).toBeGreaterThan(0);
    expect(on.pooledBytes).toBeGreaterThan(0);
    expect([off.hits, off.pooledBytes]).toEqual([0, 0]);
    expect(off.activations, 'of one shape instead of two').toBeLessThan(on.activations);
  });

  test('caching: a window that is scored again is remembered', async () => {
    const clip = networkGolden('clip-small');
    const [on, off] = await onAndOff('caching', async (engine) => {
      const model = await engine.load('viral-clipper', { source: filesOfGolden(clip), precision: 'f32' });
      for (let i = 0; i < 2; i++) await model.score(clipFeatures(clip, 0));
      return (await model.metrics()).cache.hits;
    });
    expect([on, off]).toEqual([1, 0]);
  });

  test('dynamicBatching: places for several answers at once', async () => {
    const [on, off] = await onAndOff('dynamicBatching', async (engine) => {
      const model = await loadReasoner(engine);
      const before = (await engine.memory()).byOwner['kv'] ?? 0;
      await Promise.all([1, 2].map((n) => model.generate(`What is ${n} + 5?`, { maxTokens: 3 }).result));
      return ((await engine.memory()).byOwner['kv'] ?? 0) / before;
    });
    expect(on).toBeGreaterThan(1.9);
    expect(off).toBe(1);
  });

  test('dynamicBatching: a batch too large for memory is cut, with the same results; without it is refused', async () => {
    const free = await openEngine(tier);
    const model = await loadTrunk(free);
    const want = await model.forward(input(64), rows(64));
    const { throughput } = await model.findBatchSize({ seq: 16 });
    // Room for eight items, and for what loading needs.
    const memoryBudgetBytes = throughput.find(({ batchSize }) => batchSize === 8)?.peakBytes ?? 0;
    expect(memoryBudgetBytes).toBeGreaterThan(0);
    const bounded = async (options: EngineOptions) => {
      const engine = await openEngine(tier, options);
      try {
        const cut = await loadTrunk(engine);
        const y = await cut.forward(input(64), rows(64));
        expect(await cut.forward(input(64), rows(64)), 'the same again').toEqual(y);
        expect(Math.max(...y.map((value, index) => Math.abs(value - (want[index] ?? Number.NaN))))).toBeLessThan(1e-5);
        return await engine.memory();
      } finally {
        await engine.dispose();
      }
    };
    expect((await bounded({ memoryBudgetBytes })).peakBytes).toBeLessThanOrEqual(memoryBudgetBytes);
    await expect(bounded({ memoryBudgetBytes, optimizations: { dynamicBatching: false } })).rejects.toMatchObject({
      code: 'out-of-memory',
    });
    const dynamicBatching = { memoryThresholdBytes: memoryBudgetBytes };
    const { inUseBytes } = await bounded({ optimizations: { dynamicBatching } });
    expect(inUseBytes).toBeLessThanOrEqual(memoryBudgetBytes);
    await free.dispose();
  });

  test('adaptivePrecision: weights take less, and it says why', async () => {
    const [on, off] = await onAndOff('adaptivePrecision', async (engine) => {
      const model = await loadTrunk(engine);
      const { adaptivePrecision, memory } = await model.metrics();
      return { plan: adaptivePrecision, weights: memory.byOwner['weights'] ?? 0 };
    });
    expect(on.plan?.matrices.length).toBeGreaterThan(0);
    expect(off.plan).toBeUndefined();
    expect(on.weights).toBeLessThan(off.weights / 2);
  });

  test('kernelOptimization: what a warm-up measures is chosen by measuring; off, by rules alone', async () => {
    const from = async (optimizations: Optimizations) => {
      const engine = await openEngine(tier, { optimizations }, fakeClock().tuning);
      const model = await loadTrunk(engine);
      const { tuneMs } = await model.warmUp();
      const { kernelChoices } = await model.metrics();
      await engine.dispose();
      return { kinds: new Set(kernelChoices.map((choice) => choice.from)), tuneMs };
    };
    // By a clock of the test's own, so that a busy machine has measured as much; its times make others than the rules' win.
    const on = await from({ kernelOptimization: { tune: true, tuneBudgetMs: 60_000 } });
    expect(on.kinds).toEqual(new Set(['tuned']));
    expect(on.tuneMs).toBeGreaterThan(0);
    expect((await from({ kernelOptimization: false })).kinds).toEqual(new Set(['heuristic']));
  });

  test('a level: memory holds least, aggressive decodes most at once', async () => {
    const at = async (level: EngineOptions['level'] & string) => {
      const engine = await openEngine(tier, { level });
      const model = await loadReasoner(engine);
      const before = (await engine.memory()).byOwner['kv'] ?? 0;
      const asked = Array.from({ length: 6 }, (_, n) => model.generate(`What is ${n} + 5?`, { maxTokens: 3 }).result);
      await Promise.all(asked);
      const memory = await engine.memory();
      await engine.dispose();
      return { places: Math.round((memory.byOwner['kv'] ?? 0) / before), pooledBytes: memory.pooledBytes };
    };
    const [memory, standard, aggressive] = [await at('memory'), await at('default'), await at('aggressive')];
    expect([memory.places, standard.places, aggressive.places]).toEqual([1, 4, 6]);
    expect(memory.pooledBytes).toBe(0);
    expect(standard.pooledBytes).toBeGreaterThan(0);
  });
});
