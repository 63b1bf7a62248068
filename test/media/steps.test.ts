import { describe, expect, it } from 'vitest';
import { StepReader, type StepFeatures, type StepOptions } from '../../src/media/index.ts';
import { makeVideo, type VideoPlan } from '../support/makeVideo.ts';

async function read(video: Blob, options: StepOptions = {}): Promise<StepFeatures[]> {
  const reader = await StepReader.open(video, options);
  const steps: StepFeatures[] = [];
  for await (const step of reader.steps()) steps.push(step);
  return steps;
}
const mean = (values: Float32Array, from = 0, stride = 1): number => {
  let sum = 0;
  let count = 0;
  for (let i = from; i < values.length; i += stride, count++) sum += values[i] ?? Number.NaN;
  return sum / count;
};
const cell = (visual: Float32Array | undefined, x: number, y: number, channel: number): number =>
  visual?.[4 * (32 * y + x) + channel] ?? Number.NaN;

/** Left half red, right half blue; from second 3 to 5 a white bar runs through. A tone of 1 kHz from second 2 to 4. */
const plan = (container: VideoPlan['container']): VideoPlan => ({
  container,
  seconds: 6,
  video: {
    draw: (context, second, width, height) => {
      context.fillStyle = '#f00';
      context.fillRect(0, 0, width / 2, height);
      context.fillStyle = '#00f';
      context.fillRect(width / 2, 0, width / 2, height);
      if (second < 3 || second >= 5) return;
      context.fillStyle = '#fff';
      context.fillRect(((second * 2) % 1) * width, 0, width / 4, height);
    },
  },
  audio: { channels: 2, at: (second) => (second >= 2 && second < 4 ? 0.5 * Math.sin(2 * Math.PI * 1000 * second) : 0) },
});

describe.each(['webm', 'mp4'] as const)('features of a real %s file', (container) => {
  it('show the colours, the motion and the tone where they were planted', async () => {
    const steps = await read(await makeVideo(plan(container)));
    expect(steps.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    const still = steps[1]?.visual;
    // BT.709: red has luma 0.2126 and Cr ½, blue 0.0722 and Cb ½. Lossy coding in 4:2:0 costs some hundredths.
    expect(cell(still, 4, 8, 0)).toBeCloseTo(0.21, 1);
    expect(cell(still, 4, 8, 2)).toBeGreaterThan(0.4);
    expect(cell(still, 28, 8, 0)).toBeCloseTo(0.07, 1);
    expect(cell(still, 28, 8, 1)).toBeGreaterThan(0.4);
    const motion = steps.map(({ visual }) => mean(visual, 3, 4));
    for (const quiet of [0, 1, 2]) expect(motion[quiet], `step ${quiet}`).toBeLessThan(0.01);
    for (const moving of [3, 4]) expect(motion[moving], `step ${moving}`).toBeGreaterThan(0.05);
    // Slices 1 to 6: at the ends of a step a window, and the codec, reach over.
    const loud = steps.map(({ audio }) => Math.max(...audio.subarray(64, 7 * 64)));
    for (const silent of [0, 1, 5]) expect(loud[silent], `step ${silent}`).toBeLessThan(0.1);
    // -6 dB under full scale is 1 - 6 / 80.
    for (const sounding of [2, 3]) expect(loud[sounding], `step ${sounding}`).toBeCloseTo(0.92, 1);
  });
});

describe('a file without one of its tracks', () => {
  it('without sound has zeros for it', async () => {
    const { audio: _, ...silent } = plan('webm');
    const steps = await read(await makeVideo(silent));
    expect(steps).toHaveLength(6);
    expect(steps.every(({ audio }) => audio.every((value) => value === 0))).toBe(true);
    expect(mean(steps[3]?.visual ?? new Float32Array(1), 3, 4)).toBeGreaterThan(0.05);
  });

  it('without frames has zeros for them', async () => {
    const { video: _, ...heard } = plan('webm');
    const steps = await read(await makeVideo(heard));
    expect(steps).toHaveLength(6);
    expect(steps.every(({ visual }) => visual.every((value) => value === 0))).toBe(true);
    expect(Math.max(...(steps[2]?.audio ?? []))).toBeCloseTo(0.92, 1);
  });
});

it('captions and engagement stand at their steps', async () => {
  const captions = 'WEBVTT\n\n00:02.500 --> 00:03.500\n<b>Wow</b> &amp; wow\n';
  const steps = await read(await makeVideo(plan('webm')), {
    captions,
    engagement: [
      { second: 0, share: 1 },
      { second: 6, share: 0.4 },
    ],
  });
  const spoken = steps.map(({ text }) => text.some((value) => value !== 0));
  expect(spoken).toEqual([false, false, true, true, false, false]);
  expect(steps.map(({ engagement }) => engagement[17]?.toFixed(2))).toEqual([
    '0.95',
    '0.85',
    '0.75',
    '0.65',
    '0.55',
    '0.45',
  ]);
});
