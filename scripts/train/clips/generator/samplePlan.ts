import type { Caption, Encoding, PictureEffect, PictureKind, SoundEffect, SoundKind, VideoPlan } from './plan.ts';

const encoding: Encoding = {
  width: 320,
  height: 180,
  frameRate: 12,
  container: 'webm',
  videoCodec: 'vp9',
  videoBitsPerSecond: 100_000,
  audioBitsPerSecond: 32_000,
  sampleRate: 24_000,
  channels: 1,
  keyFrameSeconds: 5,
};

/** The video that the demo shows: two highlights, and between them a loud hum over a picture that stays as it was. */
export function planSample(): VideoPlan {
  const first = { start: 14, end: 27 };
  const second = { start: 52, end: 65 };
  const hum = { start: 35, end: 45 };
  const seconds = 75;
  return {
    name: 'highlights',
    seed: 20,
    domain: 'training',
    seconds,
    encoding,
    style: {
      sceneKinds: ['court', 'clouds', 'gradient'],
      hue: 0.58,
      saturation: 0.5,
      lightness: 0.45,
      contrast: 0.35,
      grain: 0,
      idlers: 1,
      idlerSpeed: 0.04,
      drift: 0,
      tremble: 0,
      clock: true,
      letterbox: false,
    },
    audio: 'sound',
    picture: [
      picture('particles', first, 0.9, 1.2),
      picture('cuts', first, 1, 0.7),
      picture('movers', second, 0.6, 1.6),
      picture('zoom', second, 0.5, 0.6),
    ],
    sound: [
      sound('pink', { start: 0, end: seconds }, -52),
      sound('calmSpeech', { start: 2, end: 12 }, -34),
      sound('cheer', first, -15),
      sound('impacts', first, -18),
      sound('hum', hum, -16),
      sound('beat', second, -16),
      sound('excitedSpeech', second, -15),
    ],
    captions: sampleCaptions,
    engagement: undefined,
    highlights: [
      { ...first, cues: ['motion', 'cuts', 'loudness', 'caption'] },
      { ...second, cues: ['motion', 'loudness', 'speech', 'caption'] },
    ],
    distractors: [{ ...hum, kind: 'hum' }],
  };
}

const sampleCaptions: readonly Caption[] = [
  { start: 2, end: 6, text: 'Both teams are still warming up.' },
  { start: 7, end: 11, text: 'We wait for the second half to begin.' },
  { start: 14.5, end: 17, text: 'WOW, did you see that?!' },
  { start: 17.5, end: 20.5, text: 'WHAT A GOAL!!!' },
  { start: 21, end: 23.5, text: 'Unbelievable! The crowd goes wild!' },
  { start: 24, end: 26.5, text: "LET'S GOOOO!!" },
  { start: 31, end: 34, text: 'Now they walk back to their places.' },
  { start: 37, end: 42, text: 'There is some noise on the line.' },
  { start: 47, end: 50, text: 'Only a few minutes are left.' },
  { start: 52.5, end: 55, text: 'Here they come again!' },
  { start: 55.5, end: 58.5, text: 'NO WAY! RUN, RUN!!!' },
  { start: 59, end: 61.5, text: 'YES!! THEY DID IT!!!' },
  { start: 62, end: 64.5, text: 'Best moment ever!!' },
  { start: 68, end: 72, text: 'That is all for today.' },
];

interface Span {
  readonly start: number;
  readonly end: number;
}

function picture(kind: PictureKind, { start, end }: Span, strength: number, rate: number): PictureEffect {
  return { kind, start, end, rampSeconds: 0.3, seed: kind.length * 101 + start, strength, rate };
}

function sound(kind: SoundKind, { start, end }: Span, levelDb: number): SoundEffect {
  return { kind, start, end, rampSeconds: 0.3, seed: kind.length * 103 + start, levelDb };
}
