import { afterEach, describe, expect, it } from 'vitest';
import { cutVideo, StepReader, type StepFeatures, type StepOptions } from '../../src/media/index.ts';
import { makeVideo, type VideoPlan } from '../support/makeVideo.ts';

const plan = (container: VideoPlan['container'], seconds = 10): VideoPlan => ({
  container,
  seconds,
  video: {
    codec: container === 'webm' ? 'vp8' : 'vp9',
    keyFrameSeconds: 1,
    // Noise, so that packets are large and a hole hits several.
    draw: (context, second, width, height) => {
      const image = context.createImageData(width, height);
      let state = Math.round(second * 10) + 1;
      for (let i = 0; i < image.data.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        image.data[i] = i % 4 === 3 ? 255 : state >>> 24;
      }
      context.putImageData(image, 0, 0);
    },
  },
  audio: { at: (second) => 0.3 * Math.sin(2 * Math.PI * 700 * second) },
});

async function read(
  video: Blob | string,
  options: StepOptions = {},
): Promise<{ steps: StepFeatures[]; warnings: string[] }> {
  const warnings: string[] = [];
  const reader = await StepReader.open(video, { onWarning: (message) => warnings.push(message), ...options });
  const steps: StepFeatures[] = [];
  for await (const step of reader.steps()) steps.push(step);
  return { steps, warnings };
}
const bytesOf = async (blob: Blob): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await blob.arrayBuffer());

describe('files that are no video', () => {
  const cases: Record<string, [Blob, string]> = {
    'an empty file': [new Blob([]), 'media-invalid'],
    'a text': [new Blob(['This is not a video.'.repeat(100)]), 'media-invalid'],
    'random bytes': [new Blob([crypto.getRandomValues(new Uint8Array(50_000))]), 'media-invalid'],
    'one byte': [new Blob(['x']), 'media-invalid'],
    'a PNG': [new Blob([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), new Uint8Array(500)]), 'media-invalid'],
    'an AVI': [new Blob(['RIFF', Uint8Array.of(0, 1, 0, 0), 'AVI LIST', new Uint8Array(500)]), 'media-unsupported'],
    'an MP3': [new Blob(['ID3', new Uint8Array(500)]), 'media-unsupported'],
    'only an MP4 header': [
      new Blob([Uint8Array.of(0, 0, 0, 24), 'ftypisom', new Uint8Array(4), 'isommp42']),
      'media-invalid',
    ],
    'only an EBML header': [new Blob([Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0x80)]), 'media-invalid'],
  };
  it.each(Object.entries(cases))('%s is refused by name', async (_name, [blob, code]) => {
    await expect(read(blob)).rejects.toMatchObject({ code });
    await expect(cutVideo(blob, { start: 0, end: 1 })).rejects.toMatchObject({ code });
  });

  it('captions that are none are refused before the video is read', async () => {
    await expect(read(new Blob(['x']), { captions: 'no times here' })).rejects.toMatchObject({
      code: 'captions-invalid',
    });
  });
});

describe.each(['webm', 'mp4'] as const)('a broken %s', (container) => {
  it('with a hole in the middle is read up to it and behind it', async () => {
    const bytes = await bytesOf(await makeVideo(plan(container)));
    const from = Math.floor(bytes.length * 0.45);
    bytes.fill(0x5a, from, from + Math.floor(bytes.length * 0.1));
    const { steps, warnings } = await read(new Blob([bytes]));
    expect(steps).toHaveLength(10);
    const moving = steps.map(({ visual }) => visual.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0) > 5);
    for (const step of [0, 1, 2, 3, 7, 8]) expect(moving[step], `step ${step}`).toBe(true);
    expect(steps.every(({ visual, audio }) => [...visual, ...audio].every(Number.isFinite))).toBe(true);
    // WebM's reader finds the next cluster by itself, and skips what is between as players do. MP4's decoder fails, once and not a packet at a time.
    if (container === 'mp4')
      expect(warnings.join()).toMatch(/^The video cannot be decoded from [45]\.\d s to [56]\.\d s: [^\n]*$/);
  });

  it('that ends too early is read as far as it goes', async () => {
    const whole = await makeVideo(plan(container));
    const { steps, warnings } = await read(whole.slice(0, Math.floor(whole.size / 2)));
    expect(steps.length).toBeGreaterThanOrEqual(3);
    expect(steps.length).toBeLessThanOrEqual(7);
    expect(warnings.join()).toMatch(/^The video ends at [3-6]\.\d s, though it says it lasts 10\.0 s\.$/);
  });

  it('is refused or read, and never hangs, wherever it is cut off', async () => {
    const whole = await makeVideo(plan(container, 3));
    for (const share of [0.001, 0.01, 0.1, 0.3, 0.7, 0.95, 0.999]) {
      const part = whole.slice(0, Math.ceil(whole.size * share));
      const outcome = await read(part).then(
        ({ steps }) => steps.length,
        (error: { code?: string }) => error.code,
      );
      expect(outcome === 'media-invalid' || (typeof outcome === 'number' && outcome <= 4), `${share}: ${outcome}`).toBe(
        true,
      );
    }
  });
});

describe('addresses', () => {
  const original = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = original;
  });
  /** A server that has the file; `answer` may say something else. Counts its answers. */
  function serve(video: Blob, answer: (from: number) => Response | undefined): { count: number } {
    const seen = { count: 0 };
    globalThis.fetch = async (_input, init) => {
      seen.count++;
      const from = Number(/bytes=(\d+)-/.exec(new Headers(init?.headers).get('Range') ?? '')?.[1] ?? 0);
      const other = answer(from);
      if (other) return other;
      const headers = { 'Content-Range': `bytes ${from}-${video.size - 1}/${video.size}` };
      return new Response(video.slice(from), { status: 206, headers });
    };
    return seen;
  }
  const short = (): Promise<Blob> => makeVideo(plan('webm', 2));
  const address = 'https://videos.example/a.webm';

  it('are read in ranges', async () => {
    serve(await short(), () => undefined);
    expect((await read(address)).steps).toHaveLength(2);
    expect((await cutVideo(address, { start: 0, end: 1 })).size).toBeGreaterThan(0);
  });

  it('may be of a blob', async () => {
    expect((await read(URL.createObjectURL(await short()))).steps).toHaveLength(2);
  });

  it('of a server without ranges are read as a whole', async () => {
    const video = await short();
    serve(video, () => new Response(video, { status: 200 }));
    expect((await read(address)).steps).toHaveLength(2);
  });

  it.each([
    [404, 'source-not-found'],
    [410, 'source-not-found'],
    [403, 'source-unreadable'],
    [500, 'source-unreadable'],
    [416, 'media-invalid'],
  ])('that answer %i are told at once, as %s', async (status, code) => {
    const seen = serve(new Blob(['x']), () => new Response('', { status }));
    await expect(read(address)).rejects.toMatchObject({ code });
    expect(seen.count).toBe(1);
  });

  it('that answer with a page are no video', async () => {
    serve(new Blob(['x']), () => new Response('<!doctype html><p>Not found</p>', { status: 200 }));
    await expect(read(address)).rejects.toMatchObject({ code: 'media-invalid' });
  });

  it('that cannot be reached are tried again, and then told', async () => {
    const video = await short();
    serve(video, () => undefined);
    globalThis.fetch = failing(globalThis.fetch, 1);
    expect((await read(address)).steps).toHaveLength(2);
    const seen = serve(video, () => undefined);
    globalThis.fetch = failing(globalThis.fetch, Number.POSITIVE_INFINITY);
    await expect(read(address)).rejects.toMatchObject({ code: 'source-unreadable' });
    expect(seen.count).toBe(0);
  });

  it('that go away in the middle end the reading with that, not as a short video', async () => {
    const video = await makeVideo(plan('webm', 20));
    const served = 300_000;
    expect(video.size).toBeGreaterThan(2 * served);
    serve(video, (from) => {
      if (from >= served) return new Response('', { status: 503 });
      const headers = { 'Content-Range': `bytes ${from}-${video.size - 1}/${video.size}` };
      return new Response(video.slice(from, served), { status: 206, headers });
    });
    await expect(read(address)).rejects.toMatchObject({ code: 'source-unreadable' });
  });
});

/** The first `times` calls find no connection. */
function failing(inner: typeof fetch, times: number): typeof fetch {
  let left = times;
  return (...args) => (left-- > 0 ? Promise.reject(new TypeError('Failed to fetch')) : inner(...args));
}

describe('aborting', () => {
  it('ends the reading wherever it is, and another reading works', async () => {
    const video = await makeVideo(plan('webm'));
    for (const after of [0, 1, 5, 20]) {
      const controller = new AbortController();
      const reading = read(video, { signal: controller.signal });
      setTimeout(() => controller.abort(), after);
      await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    }
    expect((await read(video)).steps).toHaveLength(10);
  });
});
