import { expect, it } from 'vitest';
import { StepReader } from '../../src/media/index.ts';
import { countLiveMedia } from '../support/liveMedia.ts';
import { makeLongVideo } from '../support/makeLongVideo.ts';

declare const gc: () => void;
const heapBytes = async (): Promise<number> => {
  // Buffers of streams are let go by a second collection, after what waited for the first has run.
  for (let time = 0; time < 2; time++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
};

/** Reads all of it: the heap every 300 steps, and the most frames and pieces of sound that were open at once. */
async function measure(video: Blob): Promise<{ steps: number; heaps: number[]; frames: number; sounds: number }> {
  const live = countLiveMedia();
  const heaps: number[] = [];
  let steps = 0;
  try {
    const reader = await StepReader.open(video);
    for await (const { visual, audio } of reader.steps()) {
      steps++;
      expect(visual[0]).toBeGreaterThanOrEqual(0);
      expect(Math.max(...audio)).toBeGreaterThan(0.5);
      if (steps % 300 === 0) heaps.push(await heapBytes());
    }
    const { frames, sounds, mostFrames, mostSounds } = live.now();
    expect({ frames, sounds }).toEqual({ frames: 0, sounds: 0 });
    return { steps, heaps, frames: mostFrames, sounds: mostSounds };
  } finally {
    live.restore();
  }
}

// The library decodes at most 8 samples ahead of what is taken; the decoder itself may hold some more, and the reader one of each.
const mostLive = 50;

it.each([
  ['webm', 3600],
  ['mp4', 1800],
] as const)(
  'a long %s (%i s) is read in memory that does not grow',
  async (container, seconds) => {
    const { steps, heaps, frames, sounds } = await measure(await makeLongVideo(container, seconds));
    console.log(
      `${container}, ${seconds} s: heap MB ${heaps.map((heap) => (heap / 1e6).toFixed(1)).join(' ')}; ${frames} frames, ${sounds} sounds`,
    );
    expect(steps).toBe(seconds);
    expect(frames).toBeLessThan(mostLive);
    expect(sounds).toBeLessThan(mostLive);
    // Measured: 32 MB in the first quarter of an hour of WebM and 36 in the last (the library notes where clusters lie), 32 to 33 in half
    // an hour of MP4. The features alone of an hour would be 49 MB.
    const third = Math.floor(heaps.length / 3);
    expect(Math.min(...heaps.slice(-third)) - Math.min(...heaps.slice(0, third))).toBeLessThan(8e6);
  },
  600_000,
);
