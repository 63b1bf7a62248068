import { describe, expect, it } from 'vitest';
import { EngagementFeatures } from '../../../src/media/engagementFeatures.ts';

describe('EngagementFeatures', () => {
  it('is zero where nothing is known', () => {
    const { length } = new EngagementFeatures(undefined, 60, 1).at(3);
    expect(length).toBe(64);
    for (const nothing of [undefined, []])
      expect(new EngagementFeatures(nothing, 60, 1).at(3).every((value) => value === 0)).toBe(true);
  });

  it('tells the rates of the numbers, the same at every step, and which are known', () => {
    const features = new EngagementFeatures({ views: 10_000, likes: 500, shares: 5000, averageViewSeconds: 15 }, 60, 1);
    const first = features.at(0);
    expect(first).toEqual(features.at(59));
    expect(first[1]).toBeCloseTo(0.5, 4);
    expect(first[2]).toBeCloseTo(0.5, 5);
    expect(first[3]).toBe(0);
    expect(first[4]).toBe(1);
    expect(first[5]).toBeCloseTo(0.25, 5);
    expect([...first.subarray(6, 11)]).toEqual([1, 1, 0, 1, 1]);
    expect(first.subarray(16).every((value) => value === 0)).toBe(true);
  });

  it('knows no rate without views', () => {
    expect(new EngagementFeatures({ likes: 7 }, 60, 1).at(0)[2]).toBe(0);
  });

  it('tells a retention curve around each step, between its points on straight lines', () => {
    // 1 at the beginning, 0.5 from second 10 on; given out of order.
    const curve = [
      { second: 10, share: 0.5 },
      { second: 0, share: 1 },
    ];
    const features = new EngagementFeatures(curve, 20, 1);
    const falling = features.at(4);
    expect(falling[16]).toBe(1);
    expect(falling[17]).toBeCloseTo(1 - 4.5 * 0.05, 5);
    expect(falling[18]).toBeCloseTo(-0.5, 5);
    expect(falling[32 + 16]).toBe(0);
    expect(falling[32 + 15]).toBeCloseTo(0.05, 5);
    expect(falling[32 + 17]).toBeCloseTo(-0.05, 5);
    const flat = features.at(15);
    expect(flat[17]).toBeCloseTo(0.5, 5);
    expect(flat[18]).toBe(0);
    expect(flat[19]).toBeCloseTo(0.5 - 0.975, 5);
    expect(flat[20]).toBeLessThan(0);
  });

  it('is finite on a curve of one point and on points at the same second', () => {
    for (const curve of [[{ second: 5, share: 0.7 }], [1, 2, 3].map((i) => ({ second: 5, share: i / 10 }))])
      for (const step of [0, 5, 30])
        expect(new EngagementFeatures(curve, 20, 1).at(step).every(Number.isFinite)).toBe(true);
  });
});
