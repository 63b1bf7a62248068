import { describe, expect, it } from 'vitest';
import { highestDuring, matchSegments, overlapOf, scoresOf } from '../../scripts/eval/clipScores.mjs';
import { envelope, type Domain } from '../../scripts/train/clips/generator/plan.ts';
import { toVtt } from '../../scripts/train/clips/generator/planCaptions.ts';
import { planVideo } from '../../scripts/train/clips/generator/planVideo.ts';

const seeds = Array.from({ length: 120 }, (_, index) => index + 1);
const domains: readonly Domain[] = ['training', 'held-out'];

describe.each(domains)('plans of generated videos, %s', (domain) => {
  const plans = seeds.map((seed) => planVideo(seed, domain));

  it('are the same for the same seed, and others for others', () => {
    expect(seeds.map((seed) => planVideo(seed, domain))).toEqual(plans);
    expect(new Set(plans.map((plan) => JSON.stringify({ ...plan, seed: 0, name: '' }))).size).toBe(plans.length);
  });

  it('hold zero to four highlights of 8 to 40 s, of at least two cues each, apart from everything else', () => {
    expect(new Set(plans.map(({ highlights }) => highlights.length))).toEqual(new Set([0, 1, 2, 3, 4]));
    for (const { seconds, highlights, distractors } of plans) {
      for (const { start, end, cues } of highlights) {
        expect(end - start).toBeGreaterThanOrEqual(8);
        expect(end - start).toBeLessThanOrEqual(40.5);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(seconds);
        expect(new Set(cues).size).toBe(cues.length);
        expect(cues.length).toBeGreaterThanOrEqual(2);
      }
      const ranges = [...highlights, ...distractors].sort((one, other) => one.start - other.start);
      for (const [index, { end }] of ranges.entries())
        expect(ranges[index + 1]?.start ?? seconds).toBeGreaterThanOrEqual(end);
    }
  });

  it('bring each cue of a highlight in it, and nothing to hear where there is no sound', () => {
    for (const { audio, picture, sound, captions, highlights } of plans) {
      if (audio !== 'sound') expect(sound).toEqual([]);
      for (const { start, end, cues } of highlights) {
        const within = (effect: { start: number; end: number }): boolean => effect.start >= start && effect.end <= end;
        const seen = picture.filter(within);
        const heard = sound.filter(within);
        expect(seen.some(({ kind }) => kind === 'cuts')).toBe(cues.includes('cuts'));
        expect(seen.some(({ kind }) => kind !== 'cuts')).toBe(cues.includes('motion'));
        expect(heard.length).toBe(cues.filter((cue) => cue === 'loudness' || cue === 'speech').length);
        if (cues.includes('caption')) expect(captions).toBeDefined();
      }
    }
  });
});

it('let effects grow and fall', () => {
  const effect = { start: 10, end: 20, rampSeconds: 2, seed: 1 };
  expect([9, 10, 11, 15, 19, 20].map((second) => envelope(effect, second))).toEqual([0, 0, 0.5, 1, 0.5, 0]);
});

it('write captions as WebVTT', () => {
  expect(toVtt([{ start: 61.5, end: 3723.25, text: 'Wow!' }])).toBe('WEBVTT\n\n00:01:01.500 --> 01:02:03.250\nWow!\n');
});

describe('the measure of npm run eval -- clips', () => {
  const range = (start: number, end: number) => ({ start, end });

  it('takes segments as found from an overlap of one half, each once', () => {
    expect(overlapOf(range(0, 10), range(5, 15))).toBeCloseTo(1 / 3);
    expect(matchSegments([range(0, 10)], [range(0, 20)]).matched).toBe(1);
    expect(matchSegments([range(0, 9)], [range(0, 20)]).matched).toBe(0);
    // Both found ones overlap the planted one by half or more: one of them is wrong.
    expect(matchSegments([range(0, 10), range(0, 8)], [range(0, 10)])).toEqual({ matched: 1, found: 2, planted: 1 });
    expect(matchSegments([range(0, 10), range(12, 20)], [range(13, 20), range(0, 6)]).matched).toBe(2);
  });

  it('counts over all videos together', () => {
    const scores = scoresOf([
      { matched: 3, found: 4, planted: 3 },
      { matched: 0, found: 0, planted: 2 },
    ]);
    expect(scores.precision).toBeCloseTo(3 / 4);
    expect(scores.recall).toBeCloseTo(3 / 5);
    expect(scores.f1).toBeCloseTo(2 / 3);
    expect(scoresOf([{ matched: 0, found: 0, planted: 0 }])).toEqual({ f1: 1, precision: 1, recall: 1 });
  });

  it('looks at the steps of a distractor that no highlight touches', () => {
    const virality = [0.1, 0.2, 0.3, 0.9, 0.95];
    expect(highestDuring(range(0.2, 3), [], virality, 1)).toBe(0.3);
    expect(highestDuring(range(0.2, 5), [range(3.5, 9)], virality, 1)).toBe(0.3);
    expect(highestDuring(range(2.6, 2.8), [], virality, 1)).toBe(0.3);
    expect(highestDuring(range(3, 5), [range(2, 9)], virality, 1)).toBe(-1);
  });
});
