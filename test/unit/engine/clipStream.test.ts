import { describe, expect, it } from 'vitest';
import { clipStream } from '../../../src/engine/clip/clipStream.ts';
import type { ScoreWindows } from '../../../src/engine/clip/windowScorer.ts';
import { planWindows } from '../../../src/engine/clip/windows.ts';
import type { ClipEvent, ClipFeatures, ClipOptions, ClipScores } from '../../../src/engine/clipApi.ts';
import type { MediaCode } from '../../../src/engine/mediaCode.ts';
import type { StepFeatures } from '../../../src/media/index.ts';

// A reader and a network of arithmetic, so that windows, order and ends can be held against a plain loop.

const row = (step: number, width: number): Float32Array =>
  Float32Array.from({ length: width }, (_, i) => Math.sin(step * 0.7 + i));
const features = (step: number): StepFeatures => ({
  step,
  visual: row(step, 4),
  audio: row(step + 1, 3),
  text: row(step + 2, 2),
  engagement: row(step + 3, 1),
});

/** Every score depends on the whole window, as attention makes it. */
function scoreOne({ visual, audio, text, engagement }: ClipFeatures): ClipScores {
  const all = [visual, audio, text ?? new Float32Array(0), engagement ?? new Float32Array(0)];
  let context = 0;
  for (const values of all) for (const value of values) context += value;
  const steps = visual.length / 4;
  const virality = Float32Array.from(
    { length: steps },
    (_, i) => 0.5 + 0.5 * Math.sin(context + (visual[i * 4] ?? 0) * 3 + (audio[i * 3] ?? 0)),
  );
  return {
    virality,
    start: virality.map((v, i) => Math.cos(v * 9 + i)),
    end: virality.map((v, i) => Math.cos(v * 7 - i)),
  };
}
const score: ScoreWindows = async (windows) => windows.map(scoreOne);

interface Watch {
  read: number;
  closed: boolean;
}

function setup(
  steps: number,
  positions: number,
  watch: Watch = { read: 0, closed: false },
  scoring: ScoreWindows = score,
  overlap = true,
) {
  const open = async () => ({
    durationSeconds: steps,
    stepSeconds: 1,
    stepCount: steps,
    modalities: ['visual', 'audio'],
    close: () => (watch.closed = true),
    async *steps() {
      try {
        for (; watch.read < steps; watch.read++) yield features(watch.read);
      } finally {
        watch.closed = true;
      }
    },
  });
  return {
    media: { StepReader: { open } } as unknown as MediaCode,
    score: scoring,
    windows: planWindows(positions),
    overlap,
  };
}

async function collect(steps: number, positions: number, options: ClipOptions = {}): Promise<ClipEvent[]> {
  const events: ClipEvent[] = [];
  for await (const event of clipStream(new Blob(), options, setup(steps, positions))) events.push(event);
  return events;
}
const scoresOf = (events: ClipEvent[]) => events.filter((event) => event.type === 'scores');

/** The same windows in one pass each, and the steps that each answers for. */
function onePass(steps: number, length: number, overlap: number): ClipScores {
  const want = { virality: new Float32Array(steps), start: new Float32Array(steps), end: new Float32Array(steps) };
  for (let first = 0; first === 0 || first + overlap < steps; first += length - overlap) {
    const last = Math.min(steps, first + length);
    const rows = Array.from({ length: last - first }, (_, i) => features(first + i));
    const join = (of: (step: StepFeatures) => Float32Array): Float32Array =>
      Float32Array.from(rows.flatMap((step) => [...of(step)]));
    const scores = scoreOne({
      visual: join(({ visual }) => visual),
      audio: join(({ audio }) => audio),
      text: join(({ text }) => text),
      engagement: join(({ engagement }) => engagement),
    });
    // Later windows overwrite from the middle of the overlap on.
    const from = first === 0 ? 0 : first + Math.floor(overlap / 2);
    for (const name of ['virality', 'start', 'end'] as const) want[name].set(scores[name].subarray(from - first), from);
  }
  return want;
}

describe('clipStream', () => {
  it.each([
    ...[1, 2, 99, 100, 101, 109, 110, 111, 190, 191, 275].map((steps) => [steps, 1024, 100, 10] as const),
    ...[1, 6, 7, 8, 50].map((steps) => [steps, 7, 7, 0] as const),
    ...[63, 64, 65, 70, 128].map((steps) => [steps, 64, 64, 6] as const),
  ])(
    '%i steps, %i positions: streamed scores are those of one pass over the same windows',
    async (steps, positions, length, overlap) => {
      const parts = scoresOf(await collect(steps, positions));
      const want = onePass(steps, length, overlap);
      let told = 0;
      for (const { firstStep, virality, start, end } of parts) {
        expect(firstStep).toBe(told);
        for (const [got, whole] of [
          [virality, want.virality],
          [start, want.start],
          [end, want.end],
        ] as const)
          expect(got).toEqual(whole.slice(firstStep, firstStep + got.length));
        told += virality.length;
      }
      expect(told).toBe(steps);
    },
  );

  it('tells progress for every step, scores while it reads, and segments that are what the scores say', async () => {
    const events = await collect(400, 1024, { threshold: 0.5 });
    const progress = events.filter((event) => event.type === 'progress');
    expect(progress.map(({ steps }) => steps)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect(progress.at(-1)).toMatchObject({ seconds: 400, durationSeconds: 400, fraction: 1 });
    expect(events.findIndex((event) => event.type === 'scores')).toBeLessThan(110);
    const virality = scoresOf(events).flatMap((part) => [...part.virality]);
    const runs: number[][] = [];
    virality.forEach((value, step) => {
      if (!(value > 0.5)) return;
      if (runs.at(-1)?.at(-1) === step - 1) runs.at(-1)?.push(step);
      else runs.push([step]);
    });
    const long = runs.filter((run) => run.length > 3);
    const segments = events.filter((event) => event.type === 'segment');
    expect(segments).toHaveLength(long.length);
    segments.forEach((segment, i) => {
      const run = long[i] ?? [];
      expect(segment.score).toBeCloseTo(run.reduce((sum, step) => sum + (virality[step] ?? 0), 0) / run.length, 6);
      expect(Math.abs(segment.start - (run[0] ?? 0))).toBeLessThanOrEqual(2);
      expect(Math.abs(segment.end - 1 - (run.at(-1) ?? 0))).toBeLessThanOrEqual(2);
    });
  });

  it('explains by what each modality of the video would score alone', async () => {
    const [part] = scoresOf(await collect(5, 1024, { explain: true }));
    expect(Object.keys(part?.contributions ?? {})).toEqual(['visual', 'audio']);
    const rows = Array.from({ length: 5 }, (_, step) => features(step));
    const join = (of: (step: StepFeatures) => Float32Array): Float32Array =>
      Float32Array.from(rows.flatMap((step) => [...of(step)]));
    const zeros = (of: (step: StepFeatures) => Float32Array): Float32Array => join(of).fill(0);
    const alone = scoreOne({
      visual: zeros(({ visual }) => visual),
      audio: join(({ audio }) => audio),
      text: zeros(({ text }) => text),
      engagement: zeros(({ engagement }) => engagement),
    });
    expect(part?.contributions.audio).toEqual(alone.virality);
  });

  it('reads no further than it is asked: a slow consumer holds it', async () => {
    const watch = { read: 0, closed: false };
    const iterator = clipStream(new Blob(), {}, setup(3000, 1024, watch));
    for (let asked = 1; asked <= 250; asked++) {
      await iterator.next();
      expect(watch.read).toBeLessThanOrEqual(asked);
    }
    await iterator.return();
    expect(watch.closed).toBe(true);
  });

  it('stops when its consumer leaves, and waits for what is on the GPU', async () => {
    const watch = { read: 0, closed: false };
    let running = 0;
    const slow: ScoreWindows = async (windows, signal) => {
      running++;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      running--;
      return windows.map(scoreOne);
    };
    for await (const event of clipStream(new Blob(), {}, setup(3000, 50, watch, slow)))
      if (event.type === 'progress' && event.steps === 60) break;
    expect(watch).toEqual({ read: 59, closed: true });
    expect(running).toBe(0);
  });

  it('tells the error of a window and lets go of the file', async () => {
    const watch = { read: 0, closed: false };
    const failing: ScoreWindows = () => Promise.reject(new Error('no'));
    const all = async (): Promise<void> => {
      for await (const _ of clipStream(new Blob(), {}, setup(3000, 50, watch, failing)));
    };
    await expect(all()).rejects.toThrow('no');
    expect(watch.closed).toBe(true);
    expect(watch.read).toBeLessThan(101);
  });

  it('refuses more than an hour', async () => {
    const watch = { read: 0, closed: false };
    const iterator = clipStream(new Blob(), {}, setup(3700, 1024, watch));
    await expect(iterator.next()).rejects.toMatchObject({ code: 'input-too-long' });
    expect(watch.closed).toBe(true);
  });
});

describe('computeOverlap', () => {
  it('reads on while a window is scored, and without overlap waits for it', async () => {
    const readMeanwhile = async (overlap: boolean): Promise<number> => {
      const watch = { read: 0, closed: false };
      let most = 0;
      const slow: ScoreWindows = async (windows) => {
        const begun = watch.read;
        for (let i = 0; i < 500; i++) await Promise.resolve();
        most = Math.max(most, watch.read - begun);
        return windows.map(scoreOne);
      };
      const scores = [];
      for await (const event of clipStream(new Blob(), {}, setup(120, 50, watch, slow, overlap)))
        if (event.type === 'scores') scores.push(...event.virality);
      expect(scores).toHaveLength(120);
      return most;
    };
    expect(await readMeanwhile(true)).toBeGreaterThan(20);
    expect(await readMeanwhile(false)).toBe(0);
  });
});
