import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/core/errors.ts';
import { type BatchProbe, type BatchRoom, searchBatchSize } from '../../../src/engine/batchSearch.ts';

/** A device on a clock of its own: a run of a batch takes `ms(batch)`. */
function device(ms: (batch: number) => number, over: Partial<BatchProbe> = {}) {
  const state = { time: 0, prepared: [] as number[], runs: [] as number[] };
  const probe: BatchProbe = {
    item: 'sequence',
    most: 1000,
    nested: false,
    bytes: (batch) => Promise.resolve({ heldBytes: batch * 100, peakBytes: batch * 100 }),
    prepare: (batch) => Promise.resolve(void state.prepared.push(batch)),
    run: (batch) => {
      state.time += ms(batch);
      state.runs.push(batch);
      return Promise.resolve(batch);
    },
    ...over,
  };
  return { probe, state, now: () => state.time };
}

const unlimited: BatchRoom = {
  inUseBytes: 7,
  peakBytes: Number.POSITIVE_INFINITY,
  heldBytes: Number.POSITIVE_INFINITY,
};
const sizes = (throughput: readonly { readonly batchSize: number }[]): number[] =>
  throughput.map(({ batchSize }) => batchSize);

describe('searchBatchSize', () => {
  it('stops where throughput grows no more, and tells what it measured', async () => {
    // 10 ms a run up to 8 items, and then in proportion.
    const { probe, now } = device((batch) => 10 * Math.max(1, batch / 8));
    const found = await searchBatchSize(probe, unlimited, { now });
    expect(found).toMatchObject({ batchSize: 8, item: 'sequence', stoppedBy: 'throughput' });
    expect(found.throughput.map(({ batchSize, itemsPerSecond }) => [batchSize, Math.round(itemsPerSecond)])).toEqual([
      [1, 100],
      [2, 200],
      [4, 400],
      [8, 800],
      [16, 800],
      [32, 800],
    ]);
    expect(found.throughput.at(-1)?.peakBytes).toBe(7 + 3200);
  });

  it('goes past a single size that brings nothing', async () => {
    const { probe, now } = device((batch) => (batch === 4 ? 40 : 10), { most: 16 });
    expect(await searchBatchSize(probe, unlimited, { now })).toMatchObject({ batchSize: 16, stoppedBy: 'device' });
  });

  it('compares by pairs: a machine that becomes slower meanwhile changes nothing', async () => {
    let slow = 1;
    const { probe, now } = device((batch) => (slow *= 1.1) * 10 * Math.max(1, batch / 4));
    const found = await searchBatchSize(probe, unlimited, { now, budgetMs: 1e9 });
    expect(found.batchSize).toBe(4);
    const rates = found.throughput.map(({ itemsPerSecond }) => itemsPerSecond);
    expect(rates[2], 'the table says the same').toBe(Math.max(...rates));
  });

  it('tries the largest size that the bindings allow, if it is no power of two', async () => {
    const { probe, now } = device(() => 10, { most: 6 });
    const found = await searchBatchSize(probe, unlimited, { now });
    expect(sizes(found.throughput)).toEqual([1, 2, 4, 6]);
    expect(found).toMatchObject({ batchSize: 6, stoppedBy: 'device' });
  });

  it('does not begin what will not fit, at the peak or for long', async () => {
    for (const room of [
      { ...unlimited, peakBytes: 799 },
      { ...unlimited, heldBytes: 799 },
    ]) {
      const { probe, state, now } = device(() => 10);
      const found = await searchBatchSize(probe, room, { now });
      expect(found).toMatchObject({ batchSize: 4, stoppedBy: 'memory' });
      expect(state.prepared).toEqual([1, 2, 4]);
    }
  });

  it('lets go of the best so far where both do not fit', async () => {
    const kept: (number | undefined)[] = [];
    const { probe, now } = device(() => 10, { prepare: (_, beside) => Promise.resolve(void kept.push(beside)) });
    await searchBatchSize(probe, { ...unlimited, peakBytes: 1100 }, { now });
    expect(kept).toEqual([undefined, 1, 2, undefined]);
  });

  it('takes out-of-memory for too large, but for the first', async () => {
    const full = new EngineError('out-of-memory', 'Full.', 'Less.');
    const { probe, now } = device(() => 10, {
      prepare: (batch) => (batch > 2 ? Promise.reject(full) : Promise.resolve()),
    });
    expect(await searchBatchSize(probe, unlimited, { now })).toMatchObject({ batchSize: 2, stoppedBy: 'memory' });
    const nothing = device(() => 10, { prepare: () => Promise.reject(full) });
    await expect(searchBatchSize(nothing.probe, unlimited, { now })).rejects.toBe(full);
  });

  it('ends when its time is up', async () => {
    const { probe, state, now } = device(() => 400);
    const found = await searchBatchSize(probe, unlimited, { now, budgetMs: 5000 });
    expect(found).toMatchObject({ batchSize: 2, stoppedBy: 'time' });
    expect(state.time).toBeLessThan(5000);
    const slow = device(() => 60_000);
    expect(await searchBatchSize(slow.probe, unlimited, { now: slow.now, budgetMs: 5000 })).toMatchObject({
      batchSize: 1,
      stoppedBy: 'time',
    });
    expect(slow.state.runs, 'a first one and a measured one').toHaveLength(2);
  });

  it('hears an abort between runs', async () => {
    const stop = new AbortController();
    const { probe, state, now } = device((batch) => {
      if (batch === 4) stop.abort();
      return 10;
    });
    await expect(searchBatchSize(probe, unlimited, { now, signal: stop.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(state.runs.filter((batch) => batch === 4)).toHaveLength(1);
  });
});
