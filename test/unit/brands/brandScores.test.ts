import { describe, expect, it } from 'vitest';
import { brandTones as ordered } from '../../../src/variants/brandTones.ts';
import { brandTones, confusionLines, rankAuc } from '../../../scripts/eval/brandScores.mjs';

const page = (consistent: boolean, consistency: number): { consistent: boolean; consistency: number } => ({
  consistent,
  consistency,
});

describe('figures of an evaluation of brands', () => {
  it('count how often a fitting page scores over a clashing one', () => {
    expect(rankAuc([page(true, 0.9), page(true, 0.6), page(false, 0.5), page(false, 0.1)])).toBe(1);
    expect(rankAuc([page(true, 0.1), page(false, 0.5)])).toBe(0);
    expect(rankAuc([page(true, 0.5), page(false, 0.5)])).toBe(0.5);
    expect(rankAuc([page(true, 0.9), page(true, 0.3), page(false, 0.5)])).toBe(0.5);
    expect(rankAuc([page(true, 0.9)])).toBeNaN();
  });

  it('show what was taken for what', () => {
    expect(brandTones).toEqual(ordered);
    const lines = confusionLines([
      { tone: 'calm', found: 'calm' },
      { tone: 'calm', found: 'formal' },
    ]);
    const calm = lines.find((line) => line.startsWith('calm'))?.split(/\s+/);
    expect(calm?.[1 + ordered.indexOf('calm')]).toBe('1');
    expect(calm?.[1 + ordered.indexOf('formal')]).toBe('1');
    expect(calm?.[1 + ordered.indexOf('bold')]).toBe('·');
  });
});
