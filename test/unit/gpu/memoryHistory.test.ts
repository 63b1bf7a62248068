import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryHistory } from '../../../src/gpu/memoryHistory.ts';

describe('the history of GPU memory', () => {
  let now = 0;
  beforeEach(() => {
    now = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => vi.restoreAllMocks());

  test('a sample for each change, with everybody’s bytes at that time', () => {
    const history = new MemoryHistory();
    expect(history.originMs).toBe(1000);
    expect(history.samples()).toEqual([]);
    now = 1005;
    history.change('weights', 100, 100, 0);
    now = 1105;
    history.change('kv', 50, 150, 8);
    now = 1205;
    history.change('weights', 0, 50, 8);
    expect(history.samples()).toEqual([
      { timeMs: 5, byOwner: { weights: 100 }, pooledBytes: 0, peakBytes: 100 },
      { timeMs: 105, byOwner: { weights: 100, kv: 50 }, pooledBytes: 8, peakBytes: 158 },
      { timeMs: 205, byOwner: { kv: 50 }, pooledBytes: 8, peakBytes: 58 },
    ]);
  });

  test('changes close together are one sample: the last state, and the highest peak', () => {
    const history = new MemoryHistory();
    for (const bytes of [10, 900, 20]) {
      now += 1;
      history.change('readback', bytes, bytes, 0);
    }
    expect(history.samples()).toEqual([{ timeMs: 3, byOwner: { readback: 20 }, pooledBytes: 0, peakBytes: 900 }]);
  });

  test('it stays bounded, reaches back to the beginning, and loses no peak', () => {
    const history = new MemoryHistory();
    for (let change = 0; change < 20_000; change++) {
      now += 20;
      history.change('activations', change === 4321 ? 1e6 : change, change === 4321 ? 1e6 : change, 0);
    }
    const samples = history.samples();
    expect(samples.length).toBeLessThanOrEqual(512);
    expect(samples.length).toBeGreaterThan(200);
    expect(samples[0]?.timeMs).toBeLessThan(20_000 * 20 * 0.01);
    expect(samples.at(-1)).toMatchObject({ timeMs: 400_000, byOwner: { activations: 19_999 } });
    expect(Math.max(...samples.map(({ peakBytes }) => peakBytes))).toBe(1e6);
    const times = samples.map(({ timeMs }) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('owners over sixteen count as other, and no byte is lost', () => {
    const history = new MemoryHistory();
    for (let owner = 0; owner < 20; owner++) history.change(`owner ${owner}`, 10, 10 * (owner + 1), 0);
    history.change('owner 19', 4, 194, 0);
    const { byOwner = {} } = history.samples().at(-1) ?? {};
    expect(Object.keys(byOwner)).toHaveLength(16);
    expect(byOwner['other']).toBe(44);
    expect(Object.values(byOwner).reduce((sum, bytes) => sum + bytes, 0)).toBe(194);
  });
});
