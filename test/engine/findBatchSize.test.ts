import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { BatchSizeResult, DeepSeekModel, Engine, VariantName } from '../../src/engine/api.ts';
import { sizeClass } from '../../src/gpu/pool.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { filesOfGolden, networkGolden } from '../support/networkGoldens.ts';

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const reasoner = folderOf('../../demo/public/models/reasoner');
const tiny = filesOf(
  folderOf('../goldens/trunk/tiny'),
  (file) => file.startsWith('config') || file.startsWith('model'),
);
const tier = testTiers.at(-1) ?? 'baseline';

const load = (engine: Engine): Promise<DeepSeekModel> =>
  engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 256 });

function expectSearch({ batchSize, throughput }: BatchSizeResult): void {
  const measured = throughput.map((row) => row.batchSize);
  expect(measured[0]).toBe(1);
  expect(measured, 'ascending').toEqual(measured.toSorted((a, b) => a - b));
  expect(measured).toContain(batchSize);
  for (const { itemsPerSecond, peakBytes } of throughput) {
    expect(itemsPerSecond).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(0);
  }
}

describe.skipIf(testTiers.length === 0)('findBatchSize', () => {
  test('measures the trunk of every variant and gives back what it took', async () => {
    const engine = await openEngine(tier);
    const sources: readonly (readonly [VariantName, File[]])[] = [
      ['deepseek', tiny],
      ['viral-clipper', tiny],
      ['viral-clipper', filesOfGolden(networkGolden('clip-small'))],
      ['brandkit', filesOfGolden(networkGolden('brand-small'))],
    ];
    for (const [variant, source] of sources) {
      const model = await engine.load(variant, { source, precision: 'f32' });
      await expectNoLeak(engine, async () => {
        const found = await model.findBatchSize({ seq: 4 });
        expectSearch(found);
        expect(found.item).toBe('sequence');
      });
      await model.dispose();
    }
  });

  test('what it predicts of memory is what a forward then takes', async () => {
    const engine = await openEngine(tier);
    const model = await engine.load('brandkit', { source: tiny, precision: 'f32' });
    const { throughput } = await model.findBatchSize({ seq: 16 });
    await model.dispose();
    for (const { batchSize, peakBytes } of throughput) {
      const own = await openEngine(tier);
      const other = await own.load('brandkit', { source: tiny, precision: 'f32' });
      const loaded = await own.memory();
      await other.forward(new Float32Array(batchSize * 16 * 64), [batchSize, 16, 64]);
      const { inUseBytes, peakBytes: peak } = await own.memory();
      // In use behind it, and the result's copy; what loading has left in the pool may serve for some of it.
      expect(peakBytes, `batch ${batchSize}`).toBe(inUseBytes + sizeClass(batchSize * 16 * 64 * 4));
      expect(peak - loaded.pooledBytes).toBeLessThanOrEqual(peakBytes);
      await other.dispose();
    }
  });

  test('stays under the memory budget: the next size is not even begun', async () => {
    const free = await openEngine(tier);
    const unbounded = await free.load('deepseek', { source: tiny, precision: 'f32' });
    const { inUseBytes } = await free.memory();
    const { throughput } = await unbounded.findBatchSize({ seq: 64 });
    const two = throughput[1]?.peakBytes ?? 0;
    expect(two).toBeGreaterThan(inUseBytes);
    await unbounded.dispose();
    const engine = await openEngine(tier, { memoryBudgetBytes: two + 100 });
    const model = await engine.load('deepseek', { source: tiny, precision: 'f32' });
    await expectNoLeak(engine, async () => {
      const found = await model.findBatchSize({ seq: 64 });
      expect(found.stoppedBy).toBe('memory');
      expect(found.throughput.map(({ batchSize }) => batchSize)).toEqual([1, 2]);
      expect((await engine.memory()).peakBytes).toBeLessThanOrEqual(two + 100);
    });
    await model.dispose();
  });

  test('of a language model: sequences that decode together, tokens a second, and the same answers behind it', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    const before = (await model.generate('What is 417 + 286?').result).text;
    const kept = async () => {
      const { kv, activations, weights } = (await engine.memory()).byOwner;
      return { kv, activations, weights };
    };
    const held = await kept();
    const first = await model.findBatchSize({ seq: 64 });
    expectSearch(first);
    expect(first.item).toBe('token');
    expect(first.throughput.length).toBeGreaterThan(1);
    const [one, two] = first.throughput;
    expect(two?.peakBytes, 'a cache each').toBeGreaterThan(one?.peakBytes ?? 0);
    expect(await kept()).toEqual(held);
    expect((await model.generate('What is 417 + 286?').result).text).toBe(before);
    const both = await Promise.all(['What is 417 + 286?', 'What is 9 * 8?'].map((q) => model.generate(q).result));
    expect(both[0]?.text).toBe(before);
    // With more places than one, too.
    const found = await model.findBatchSize({ seq: 200 });
    expectSearch(found);
    expect((await model.generate('What is 417 + 286?').result).text).toBe(before);
    await model.dispose();
  });

  test('memoryThresholdBytes bounds it, too', async () => {
    const engine = await openEngine(tier, { optimizations: { dynamicBatching: { memoryThresholdBytes: 1 } } });
    const model = await load(engine);
    expect(await model.findBatchSize({ seq: 16 })).toMatchObject({ batchSize: 1, stoppedBy: 'memory' });
    await model.dispose();
  });

  test('refuses what it cannot measure, by code, and ends when it is told to', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    const trunk = await engine.load('brandkit', { source: tiny, precision: 'f32' });
    await expectNoLeak(engine, async () => {
      for (const seq of [0, -1, 1.5, Number.NaN, '8', undefined]) {
        const options = { seq } as { seq: number };
        await expect(model.findBatchSize(options), String(seq)).rejects.toMatchObject({ code: 'invalid-option' });
      }
      await expect(trunk.findBatchSize(undefined as never)).rejects.toMatchObject({ code: 'invalid-option' });
      await expect(trunk.findBatchSize({ seq: 4, batch: 2 } as never)).rejects.toMatchObject({
        code: 'unknown-option',
      });
      await expect(model.findBatchSize({ seq: 257 })).rejects.toMatchObject({ code: 'input-too-long' });
      await expect(trunk.findBatchSize({ seq: 1e6 })).rejects.toMatchObject({ code: 'input-too-long' });
      await expect(model.findBatchSize({ seq: 4, signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'aborted',
      });
      const stop = new AbortController();
      const searching = model.findBatchSize({ seq: 4, signal: stop.signal });
      setTimeout(() => stop.abort(), 30);
      await expect(searching).rejects.toMatchObject({ code: 'aborted' });
    });
    await trunk.dispose();
    await model.dispose();
    await expect(model.findBatchSize({ seq: 4 })).rejects.toMatchObject({ code: 'disposed' });
  });
});
