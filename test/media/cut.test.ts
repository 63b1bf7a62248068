import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input, VideoSampleSink } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import { cutVideo, StepReader } from '../../src/media/index.ts';
import { makeVideo, type VideoPlan } from '../support/makeVideo.ts';

const seconds = 12;
/** Every frame's grey says its time; a tone rises by 100 Hz each second, from 500 Hz on. */
const plan = (container: VideoPlan['container'], keyFrameSeconds = 2): VideoPlan => ({
  container,
  seconds,
  video: {
    keyFrameSeconds,
    draw: (context, second, width, height) => {
      const grey = Math.round(40 + (second / seconds) * 180);
      context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
      context.fillRect(0, 0, width, height);
    },
  },
  audio: { at: (second) => 0.5 * Math.sin(2 * Math.PI * (500 + 100 * Math.floor(second)) * second) },
});
const timeOf = (grey: number): number => ((grey - 40) / 180) * seconds;

interface Frame {
  readonly at: number;
  /** Second of the original that the picture shows. */
  readonly shows: number;
}

async function framesOf(blob: Blob): Promise<{ frames: Frame[]; duration: number; packets: number }> {
  const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(blob) });
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error('There is no video.');
  const context = new OffscreenCanvas(8, 8).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('There is no canvas.');
  const frames: Frame[] = [];
  for await (const sample of new VideoSampleSink(track).samples()) {
    sample.draw(context, 0, 0, 8, 8);
    const [grey = Number.NaN] = context.getImageData(4, 4, 1, 1).data;
    if (sample.timestamp + sample.duration > 0) frames.push({ at: sample.timestamp, shows: timeOf(grey) });
    sample.close();
  }
  let packets = 0;
  for await (const _ of new EncodedPacketSink(track).packets()) packets++;
  const duration = await input.computeDuration();
  input.dispose();
  return { frames, duration, packets };
}

/** What a player shows: the length of a media element that loads the file. */
function playedLength(blob: Blob): Promise<number> {
  const video = document.createElement('video');
  return new Promise((resolve, reject) => {
    video.addEventListener('loadeddata', () => resolve(video.duration), { once: true });
    video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'The element refuses it.')), {
      once: true,
    });
    video.src = URL.createObjectURL(blob);
  });
}

const near = (value: number | undefined, want: number, tolerance: number, what: string): void =>
  expect(Math.abs((value ?? Number.NaN) - want), `${what}: ${value}, not ${want}`).toBeLessThan(tolerance);

describe('cutVideo', () => {
  it('copies from an MP4 and plays exactly from the start of the range', async () => {
    const clip = await cutVideo(await makeVideo(plan('mp4')), { start: 5, end: 9 });
    expect(clip.type).toBe('video/mp4');
    const { frames, duration, packets } = await framesOf(clip);
    near(duration, 4, 0.15, 'length');
    near(frames[0]?.at, 0, 0.06, 'first frame');
    near(frames[0]?.shows, 5, 0.25, 'first picture');
    near(frames.at(-1)?.shows, 8.9, 0.25, 'last picture');
    // From the key frame at 4 s on: 50 frames at 10 a second, copied.
    expect(packets).toBeGreaterThanOrEqual(49);
    near(await playedLength(clip), 4, 0.15, 'length in a player');
  });

  it('copies from a WebM beginning at the key frame before, with its sound', async () => {
    const clip = await cutVideo(await makeVideo(plan('webm')), { start: 5, end: 9 });
    expect(clip.type).toBe('video/webm');
    const { frames, duration } = await framesOf(clip);
    near(duration, 5, 0.15, 'length');
    near(frames[0]?.shows, 4, 0.25, 'first picture');
    near(frames.at(-1)?.shows, 8.9, 0.25, 'last picture');
    near(await playedLength(clip), 5, 0.15, 'length in a player');
    // Sound and picture still belong together: second 6 of the original, with 1,100 Hz, is second 2 of the clip.
    const reader = await StepReader.open(clip);
    const loudest: number[] = [];
    for await (const { audio } of reader.steps()) {
      const slice = audio.subarray(4 * 64, 5 * 64);
      loudest.push(slice.indexOf(Math.max(...slice)));
    }
    expect([...loudest].sort((a, b) => a - b)).toEqual(loudest);
    expect(new Set(loudest).size).toBeGreaterThan(2);
  });

  it.each(['webm', 'mp4'] as const)(
    'encodes anew where a %s has no key frame near, and begins exactly',
    async (container) => {
      const clip = await cutVideo(await makeVideo(plan(container, 100)), { start: 11, end: 11.9 });
      const { frames, duration, packets } = await framesOf(clip);
      near(duration, 0.9, 0.15, 'length');
      near(frames[0]?.shows, 11, 0.25, 'first picture');
      expect(packets).toBeLessThanOrEqual(10);
      near(await playedLength(clip), 0.9, 0.2, 'length in a player');
    },
  );

  it('keeps to the video: an end behind its end is its end, a start behind it is refused', async () => {
    const video = await makeVideo({ ...plan('webm'), seconds: 4 });
    const { duration, frames } = await framesOf(await cutVideo(video, { start: 2, end: 60 }));
    near(duration, 2, 0.15, 'length');
    near(frames[0]?.shows, 2, 0.25, 'first picture');
    await expect(cutVideo(video, { start: 4.5, end: 6 })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  it('cuts sound alone and pictures alone', async () => {
    const { video: _, ...sound } = plan('webm');
    const heard = await cutVideo(await makeVideo(sound), { start: 3, end: 5 });
    expect(heard.type).toBe('audio/webm');
    const { audio: __, ...pictures } = plan('mp4');
    const seen = await framesOf(await cutVideo(await makeVideo(pictures), { start: 3, end: 5 }));
    near(seen.duration, 2, 0.15, 'length');
  });

  it('stops when it is aborted', async () => {
    const video = await makeVideo(plan('webm', 100));
    const controller = new AbortController();
    const cut = cutVideo(video, { start: 10.5, end: 12 }, controller.signal);
    setTimeout(() => controller.abort());
    await expect(cut).rejects.toMatchObject({ code: 'aborted' });
    await expect(cutVideo(video, { start: 0, end: 1 }, controller.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect((await cutVideo(video, { start: 0, end: 1 })).size).toBeGreaterThan(0);
  });
});
