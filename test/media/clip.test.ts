import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import type { ClipEvent, ClipFeatures, ClipScores, Engine, ViralClipperModel } from '../../src/engine/api.ts';
import { StepReader, type StepFeatures } from '../../src/media/index.ts';
import { countLiveMedia } from '../support/liveMedia.ts';
import { makeVideo } from '../support/makeVideo.ts';
import { smallClipper } from '../support/smallClipper.ts';

const positions = 16;
const seconds = 40;
const captions = 'WEBVTT\n\n00:05.000 --> 00:08.000\nWow! Look at that!\n\n00:20.000 --> 00:22.000\nhm\n';

let video: Blob;
beforeAll(async () => {
  video = await makeVideo({
    container: 'webm',
    seconds,
    video: {
      frameRate: 4,
      draw: (context, second, width, height) => {
        context.fillStyle = `hsl(${second * 40} 80% 50%)`;
        context.fillRect(0, 0, width, height);
        context.fillStyle = '#fff';
        context.fillRect(((second * second) % 7) * 15, 10, 30, 30);
      },
    },
    audio: { at: (second) => Math.sin(second) * Math.sin(2 * Math.PI * 440 * second) },
  });
});

async function collect(model: ViralClipperModel, source: Blob | string = video, options = {}): Promise<ClipEvent[]> {
  const events: ClipEvent[] = [];
  for await (const event of model.clip(source, { captions, ...options })) events.push(event);
  return events;
}
const joined = (events: readonly ClipEvent[], name: keyof ClipScores): number[] =>
  events.flatMap((event) => (event.type === 'scores' ? [...event[name]] : []));

/** Scores of the same windows, one at a time by `score()`, with features read in one go. */
async function onePass(model: ViralClipperModel): Promise<Record<keyof ClipScores, number[]>> {
  const reader = await StepReader.open(video, { captions });
  const steps: StepFeatures[] = [];
  for await (const step of reader.steps()) steps.push(step);
  const overlap = Math.floor(positions / 10);
  const want: Record<keyof ClipScores, number[]> = { virality: [], start: [], end: [] };
  for (let first = 0; first === 0 || first + overlap < steps.length; first += positions - overlap) {
    const rows = steps.slice(first, first + positions);
    const join = (of: keyof ClipFeatures): Float32Array => Float32Array.from(rows.flatMap((step) => [...step[of]]));
    const scores = await model.score({
      visual: join('visual'),
      audio: join('audio'),
      text: join('text'),
      engagement: join('engagement'),
    });
    const from = first === 0 ? 0 : first + Math.floor(overlap / 2);
    for (const name of ['virality', 'start', 'end'] as const) {
      want[name].length = from;
      want[name].push(...scores[name].subarray(from - first));
    }
  }
  return want;
}

describe.each([true, false])('clip() of a real file, worker: %s', (worker) => {
  let engine: Engine;
  let model: ViralClipperModel;
  beforeAll(async () => {
    engine = await createEngine({ worker });
    model = await engine.load('viral-clipper', { source: smallClipper(positions), precision: 'f32' });
  });
  afterAll(() => engine.dispose());

  it('streams what one pass over the same windows gives, exactly', async () => {
    const events = await collect(model);
    const want = await onePass(model);
    for (const name of ['virality', 'start', 'end'] as const) expect(joined(events, name)).toEqual(want[name]);
    expect(joined(events, 'virality')).toHaveLength(seconds);
    expect(new Set(joined(events, 'virality')).size).toBeGreaterThan(seconds / 2);
    const firstScores = events.findIndex((event) => event.type === 'scores');
    expect(events.slice(firstScores).some((event) => event.type === 'progress')).toBe(true);
  });

  it('finds segments, explains, and cuts them', async () => {
    const sorted = joined(await collect(model), 'virality').sort((a, b) => a - b);
    const events = await collect(model, video, { threshold: sorted[seconds / 2], clipSeconds: 10, explain: true });
    const segments = events.filter((event) => event.type === 'segment');
    expect(segments.length).toBeGreaterThan(0);
    for (const { start, end, clip, score } of segments) {
      expect(end).toBeGreaterThan(start);
      expect(clip.end - clip.start).toBeCloseTo(10, 5);
      expect(score).toBeGreaterThan(sorted[seconds / 2] ?? 1);
    }
    const explained = events.flatMap((event) => (event.type === 'scores' ? [event.contributions] : []));
    expect(Object.keys(explained[0] ?? {}).sort()).toEqual(['audio', 'text', 'visual']);
    const clip = segments[0]?.clip ?? { start: 0, end: 1 };
    const blob = await model.cut(video, clip);
    const reader = await StepReader.open(blob);
    // From the key frame before: at most two seconds early.
    expect(reader.durationSeconds).toBeGreaterThan(9.5);
    expect(reader.durationSeconds).toBeLessThan(12.6);
    reader.close();
  });

  it('can be aborted and left at any moment, and works again each time', async () => {
    const want = joined(await collect(model), 'virality');
    const used = await engine.memory();
    for (const at of [1, 9, 17, 33]) {
      const controller = new AbortController();
      const aborted = async (): Promise<void> => {
        let seen = 0;
        for await (const _ of model.clip(video, { captions, signal: controller.signal }))
          if (++seen === at) controller.abort();
      };
      await expect(aborted()).rejects.toMatchObject({ code: 'aborted' });
      let seen = 0;
      for await (const _ of model.clip(video, { captions })) if (++seen === at) break;
    }
    const early = new AbortController();
    const waiting = collect(model, video, { signal: early.signal });
    early.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    expect(joined(await collect(model), 'virality')).toEqual(want);
    expect((await engine.memory()).byOwner).toEqual(used.byOwner);
  });

  it('tells bad input by code, on this side too, and goes on', async () => {
    const codes: Record<string, () => Promise<unknown>> = {
      'media-invalid': () => collect(model, new Blob(['nothing of that kind'])),
      'media-unsupported': () => collect(model, new Blob(['OggS', new Uint8Array(99)])),
      'captions-invalid': () => collect(model, video, { captions: 'none' }),
      'invalid-option': () => collect(model, video, { clipSeconds: 5 }),
      'unknown-option': () => collect(model, video, { treshold: 0.5 }),
    };
    for (const [code, call] of Object.entries(codes)) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      expect(error, code).toMatchObject({ name: 'EngineError', code });
      expect((error as Error).message.endsWith((error as { remedy: string }).remedy)).toBe(true);
    }
    await expect(model.cut(video, { start: 5, end: 4 })).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(model.cut(new Blob(['x']), { start: 0, end: 4 })).rejects.toMatchObject({ code: 'media-invalid' });
    expect(joined(await collect(model), 'virality')).toHaveLength(seconds);
  });

  it('a trunk alone says which weights are missing, and cuts all the same', async () => {
    const trunk = await engine.load('viral-clipper', { source: { init: 'random', seed: 1 } });
    await expect(collect(trunk)).rejects.toMatchObject({ code: 'weights-missing' });
    expect((await trunk.cut(video, { start: 4, end: 8 })).size).toBeGreaterThan(1000);
    await trunk.dispose();
  });

  it('two at once on one model do not disturb each other', async () => {
    const [one, other] = await Promise.all([collect(model), collect(model)]);
    expect(joined(one, 'virality')).toEqual(joined(other, 'virality'));
  });
});

it('lets go of every frame and sound, also when left in the middle', async () => {
  const live = countLiveMedia();
  const engine = await createEngine({ worker: false });
  try {
    const before = await engine.memory();
    const model = await engine.load('viral-clipper', { source: smallClipper(positions), precision: 'f32' });
    for (const at of [1, 5, 20]) {
      let seen = 0;
      for await (const _ of model.clip(video)) if (++seen === at) break;
    }
    await collect(model);
    // What a decoder was still working on comes a moment later, and is closed then.
    await expect.poll(() => live.now(), { timeout: 5000 }).toMatchObject({ frames: 0, sounds: 0 });
    await model.dispose();
    expect((await engine.memory()).byOwner).toEqual(before.byOwner);
  } finally {
    await engine.dispose();
    live.restore();
  }
});
