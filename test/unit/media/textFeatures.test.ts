import { describe, expect, it } from 'vitest';
import { textFeatureCount, textFeatures, textManners } from '../../../src/media/textFeatures.ts';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const manner = (text: string, name: (typeof textManners)[number]): number =>
  textFeatures(text)[textFeatureCount - textManners.length + textManners.indexOf(name)] ?? Number.NaN;

describe('textFeatures', () => {
  it('gives 768 values of length 1, and zeros for a text that says nothing', () => {
    const features = textFeatures('And now the goal of the year!');
    expect(features).toHaveLength(768);
    expect(dot(features, features)).toBeCloseTo(1, 5);
    for (const empty of ['', '   \n', '—']) expect(textFeatures(empty).every((value) => value === 0)).toBe(true);
  });

  it('is the same for the same text, whatever was asked before', () => {
    const first = textFeatures('What a save');
    textFeatures('something else');
    expect(textFeatures('What a save')).toEqual(first);
  });

  it('holds forms of a word closer than other words', () => {
    const near = dot(textFeatures('amazing goal'), textFeatures('amazingly goals'));
    const far = dot(textFeatures('amazing goal'), textFeatures('quarterly budget'));
    expect(near).toBeGreaterThan(far + 0.2);
  });

  it('tells the order within words, not of words', () => {
    expect(dot(textFeatures('dog bites man'), textFeatures('man bites dog'))).toBeCloseTo(1, 5);
    expect(dot(textFeatures('god'), textFeatures('dog'))).toBeLessThan(0.5);
  });

  it('folds case and compatible forms in the hashed part', () => {
    expect(textFeatures('ﬁne')).toEqual(textFeatures('fine'));
    const loud = textFeatures('WOW').subarray(0, 760);
    const quiet = textFeatures('wow').subarray(0, 760);
    expect(dot(loud, quiet) / Math.sqrt(dot(loud, loud) * dot(quiet, quiet))).toBeCloseTo(1, 5);
  });

  it('tells an excited text from a calm one by its manner', () => {
    expect(manner('WOW! NO WAY!', 'exclamations')).toBeGreaterThan(manner('wow, no way', 'exclamations') + 0.05);
    expect(manner('WOW NO WAY', 'upperCase')).toBeGreaterThan(manner('wow no way', 'upperCase') + 0.05);
    expect(manner('sooooo good', 'stretching')).toBeGreaterThan(manner('so good', 'stretching') + 0.05);
    expect(manner('really?', 'questions')).toBeGreaterThan(0.05);
    expect(manner('now 🔥🔥', 'symbols')).toBeGreaterThan(0.05);
    expect(manner('now 12345', 'digits')).toBeGreaterThan(0.05);
  });

  it('hashes evenly: a thousand words leave few of the 760 places empty, and signs balance', () => {
    const sum = new Float32Array(760);
    const seen = new Uint8Array(760);
    for (let i = 0; i < 1000; i++)
      textFeatures(`w${i.toString(36)}x`)
        .subarray(0, 760)
        .forEach((value, at) => {
          sum[at] = (sum[at] ?? 0) + value;
          if (value !== 0) seen[at] = 1;
        });
    expect(seen.reduce((count, value) => count + value, 0)).toBeGreaterThan(740);
    // Positive and negative features are equally likely: of 760 sums, within five standard deviations (13.8) of half.
    const positive = sum.filter((value) => value > 0).length;
    expect(Math.abs(positive - 380)).toBeLessThan(70);
  });

  it('reads scripts without spaces and a text of a megabyte', () => {
    expect(dot(textFeatures('素晴らしいゴール'), textFeatures('素晴らしい'))).toBeGreaterThan(0.2);
    expect(dot(textFeatures('a '.repeat(500_000)), textFeatures('a'))).toBeGreaterThan(0);
  });
});
