import { describe, expect, it } from 'vitest';
import { type FoundSegment, SegmentFinder, type SegmentPlan } from '../../../src/engine/clip/segments.ts';
import { firstOwned, hopOf, planWindows } from '../../../src/engine/clip/windows.ts';

const plan: SegmentPlan = { threshold: 0.8, stepSeconds: 1, clipSeconds: 10, durationSeconds: 40 };

/** '#': 0.9, '.': 0.1; logits 0 but where `starts` and `ends` say 5. Fed in pieces of `size` steps. */
function find(
  shape: string,
  {
    starts = [],
    ends = [],
    size = 7,
    ...over
  }: Partial<SegmentPlan> & { starts?: number[]; ends?: number[]; size?: number } = {},
): FoundSegment[] {
  const finder = new SegmentFinder({ ...plan, durationSeconds: shape.length, ...over });
  const virality = Float32Array.from(shape, (c) => (c === '#' ? 0.9 : 0.1));
  const logits = (at: number[]): Float32Array => virality.map((_, step) => (at.includes(step) ? 5 : 0));
  const found: FoundSegment[] = [];
  for (let from = 0; from < shape.length; from += size) {
    const part = (values: Float32Array): Float32Array => values.subarray(from, from + size);
    found.push(...finder.push({ virality: part(virality), start: part(logits(starts)), end: part(logits(ends)) }));
  }
  return [...found, ...finder.finish()];
}
const ranges = (found: FoundSegment[]): string[] => found.map(({ start, end }) => `${start}-${end}`);

describe('planWindows', () => {
  it('is 100 steps with 10 of overlap, and fits a network with fewer positions', () => {
    expect(planWindows(1024)).toEqual({ steps: 100, overlap: 10 });
    expect(planWindows(100)).toEqual({ steps: 100, overlap: 10 });
    expect(planWindows(64)).toEqual({ steps: 64, overlap: 6 });
    expect(planWindows(1)).toEqual({ steps: 1, overlap: 0 });
    expect(hopOf(planWindows(512))).toBe(90);
  });

  it('gives the first half of an overlap to the earlier window', () => {
    const windows = planWindows(100);
    expect([0, 1, 2].map((index) => firstOwned(windows, index))).toEqual([0, 95, 185]);
  });
});

describe('SegmentFinder', () => {
  it.each([1, 2, 3, 7, 100])('finds runs over the threshold in pieces of %i steps', (size) => {
    const shape = '..####......######....##.#..............####';
    expect(ranges(find(shape, { size }))).toEqual(['2-6', '12-18', '40-44']);
  });

  it('bridges nothing and drops what is over in three steps', () => {
    expect(ranges(find('...#....####.#####..###..##'))).toEqual(['8-12', '13-18']);
  });

  it('holds a threshold to be passed, not met', () => {
    expect(ranges(find('..####..', { threshold: Math.fround(0.9) }))).toEqual([]);
    expect(ranges(find('..####..', { threshold: 0 }))).toEqual(['0-8']);
  });

  it('moves the ends to where the segment head sees them, two steps at most', () => {
    expect(ranges(find('....######......', { starts: [2], ends: [11] }))).toEqual(['2-12']);
    expect(ranges(find('....######......', { starts: [6], ends: [7] }))).toEqual(['6-8']);
    expect(ranges(find('....######......', { starts: [1], ends: [12] }))).toEqual(['4-10']);
    expect(ranges(find('######', { starts: [0], ends: [5] }))).toEqual(['0-6']);
  });

  it('never lets two segments overlap', () => {
    const found = find('...####.####....', { starts: [6, 7], ends: [8, 9] });
    for (let i = 1; i < found.length; i++) expect(found[i]?.start).toBeGreaterThanOrEqual(found[i - 1]?.end ?? 0);
    expect(found).toHaveLength(2);
    expect(found.every(({ start, end }) => end > start)).toBe(true);
  });

  it('tells the mean of the run, wherever the ends have moved', () => {
    expect(find('....######......', { starts: [2], ends: [11] })[0]?.score).toBeCloseTo(0.9, 6);
  });

  it('tells a segment as soon as what is behind it is known', () => {
    const finder = new SegmentFinder(plan);
    const step = (value: number): ReturnType<SegmentFinder['push']> =>
      finder.push({ virality: Float32Array.of(value), start: new Float32Array(1), end: new Float32Array(1) });
    const told = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1].map((value) => step(value).length);
    expect(told).toEqual([0, 0, 0, 0, 0, 1, 0]);
  });

  it('makes clips of the asked length within the video', () => {
    expect(find('..............####......................')[0]?.clip).toEqual({ start: 11, end: 21 });
    expect(find('####....................................')[0]?.clip).toEqual({ start: 0, end: 10 });
    expect(find('....................................####')[0]?.clip).toEqual({ start: 30, end: 40 });
    expect(find('..####')[0]?.clip).toEqual({ start: 0, end: 6 });
    expect(find('...####', { durationSeconds: 6.5 })[0]).toMatchObject({ end: 6.5, clip: { start: 0, end: 6.5 } });
  });

  it('cuts a segment that is too long to its strongest part', () => {
    const finder = new SegmentFinder(plan);
    const virality = Float32Array.from({ length: 40 }, (_, step) =>
      step < 2 || step > 37 ? 0.1 : step >= 20 && step < 30 ? 0.99 : 0.85,
    );
    const none = new Float32Array(40);
    const found = [...finder.push({ virality, start: none, end: none }), ...finder.finish()];
    expect(found.map(({ start, end }) => [start, end])).toEqual([[2, 38]]);
    expect(found[0]?.clip).toEqual({ start: 20, end: 30 });
  });

  it('counts in seconds where a step is not one', () => {
    expect(ranges(find('..########..', { stepSeconds: 0.5, durationSeconds: 6 }))).toEqual(['1-5']);
    expect(ranges(find('..#######...', { stepSeconds: 0.5, durationSeconds: 6 }))).toEqual([]);
  });
});
