import { expect, it } from 'vitest';
import { StepReader } from '../../src/media/index.ts';
import { countLiveMedia } from '../support/liveMedia.ts';
import { makeLongVideo } from '../support/makeLongVideo.ts';

declare const gc: () => void;
const heapBytes = (): number => {
  gc();
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
      if (steps % 300 === 0) heaps.push(heapBytes());
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
  'a long %s (%i s) is read in the memory of its first ten minutes',
  async (container, seconds) => {
    const { steps, heaps, frames, sounds } = await measure(await makeLongVideo(container, seconds));
    console.log(
      `${container}, ${seconds} s: heap MB ${heaps.map((heap) => (heap / 1e6).toFixed(1)).join(' ')}; ${frames} frames, ${sounds} sounds`,
    );
    expect(steps).toBe(seconds);
    expect(frames).toBeLessThan(mostLive);
    expect(sounds).toBeLessThan(mostLive);
    const [, first = 0, ...later] = heaps;
    for (const heap of later) expect(heap - first).toBeLessThan(4 * 2 ** 20);
  },
  600_000,
);
