import { planCaptions } from './planCaptions.ts';
import { planEngagement } from './planEngagement.ts';
import { planDistractor, planHighlight, type Circumstances, type Planned } from './planEvents.ts';
import type { Domain, Encoding, PictureStyle, SoundEffect, VideoPlan } from './plan.ts';
import { Random } from './random.ts';
import { layOut } from './timeline.ts';

const trainingScenes = ['flat', 'gradient', 'stripes', 'checker', 'blobs', 'clouds', 'stars', 'face', 'court'] as const;
const heldOutScenes = ['rings', 'page', 'skyline', 'mosaic', 'weave'] as const;

/** The video of a seed. */
export function planVideo(seed: number, domain: Domain): VideoPlan {
  const random = new Random(domain === 'held-out' ? seed ^ 0x5bd1e995 : seed);
  const heldOut = domain === 'held-out';
  const seconds = Math.round(random.between(60, heldOut ? 180 : 150));
  const encoding = planEncoding(random, heldOut);
  const style = planStyle(random, heldOut);
  const audio = random.pick(['none', 'silent', ...Array<'sound'>(12).fill('sound')] as const);
  const captioned = random.chance(0.5);
  const bed = audio === 'sound' ? planBed(random, seconds, heldOut) : [];
  const circumstances: Circumstances = {
    heldOut,
    audio: audio === 'sound',
    captioned,
    bedDb: Math.max(-60, ...bed.map(({ levelDb }) => levelDb)),
    busy: style.idlers * style.idlerSpeed + style.drift * 2 + style.grain * 2 + style.tremble * 10,
    ceilingDb: random.between(-16, -5),
  };
  const slots = layOut(random, seconds);
  const planned: Planned[] = [
    ...slots.highlights.map((slot) => planHighlight(random, slot, circumstances)),
    ...slots.gaps.map((slot) => planDistractor(random, slot, circumstances)),
  ];
  const highlights = planned.flatMap(({ highlight }) => (highlight ? [highlight] : []));
  return {
    name: `${domain}-${seed}`,
    seed,
    domain,
    seconds,
    encoding,
    style,
    audio,
    picture: planned.flatMap(({ picture }) => picture),
    sound: [...bed, ...planned.flatMap(({ sound }) => sound)],
    captions: captioned
      ? planCaptions(
          random,
          seconds,
          planned.flatMap(({ excited }) => excited),
          heldOut,
        )
      : undefined,
    engagement: planEngagement(random, seconds, highlights),
    highlights,
    distractors: planned.flatMap(({ distractor }) => (distractor ? [distractor] : [])),
  };
}

function planEncoding(random: Random, heldOut: boolean): Encoding {
  const [width, height] = heldOut
    ? random.pick([
        [256, 144],
        [320, 240],
        [180, 320],
        [240, 240],
      ])
    : random.pick([
        [160, 90],
        [192, 108],
        [160, 120],
        [128, 128],
        [96, 160],
        [240, 136],
      ]);
  const frameRate = heldOut ? random.pick([6, 9, 11, 13, 15, 24]) : random.pick([5, 5, 6, 7, 8, 8, 10, 10, 12, 15, 25]);
  const pixelsPerSecond = width * height * frameRate;
  return {
    width,
    height,
    frameRate,
    container: random.chance(0.25) ? 'mp4' : 'webm',
    videoCodec: random.pick(['vp8', 'vp8', 'vp9', 'avc']),
    videoBitsPerSecond: Math.round(pixelsPerSecond * random.scale(0.15, 1.2)),
    audioBitsPerSecond: random.pick([24_000, 32_000, 48_000, 64_000]),
    sampleRate: random.pick([16_000, 24_000, 24_000, 48_000]),
    channels: random.chance(0.2) ? 2 : 1,
    keyFrameSeconds: random.pick([1, 2, 5, 10]),
  };
}

function planStyle(random: Random, heldOut: boolean): PictureStyle {
  const kind = () => (heldOut ? random.pick(heldOutScenes) : random.pick(trainingScenes));
  const restless = random.chance(0.5);
  return {
    sceneKinds: [kind(), kind(), kind()],
    hue: random.next(),
    saturation: random.between(0, 1),
    lightness: random.between(0.15, 0.8),
    contrast: random.between(0.08, 0.6),
    grain: random.chance(0.3) ? random.between(0.02, 0.2) : 0,
    idlers: restless ? random.whole(1, random.chance(0.2) ? 9 : 4) : 0,
    idlerSpeed: random.scale(0.01, random.chance(0.2) ? 0.5 : 0.15),
    drift: random.chance(0.25) ? random.between(0.002, 0.03) : 0,
    tremble: random.chance(0.2) ? random.between(0.001, 0.008) : 0,
    clock: random.chance(0.2),
    letterbox: random.chance(0.1),
  };
}

/** The sounds that are there all the time. */
function planBed(random: Random, seconds: number, heldOut: boolean): SoundEffect[] {
  const whole = (kind: SoundEffect['kind'], levelDb: number): SoundEffect => ({
    kind,
    start: 0,
    end: seconds,
    rampSeconds: 0,
    seed: random.seed(),
    levelDb,
  });
  const bed = random.chance(0.75)
    ? [whole(random.pick(['white', 'pink', 'pink', 'brown']), random.between(-75, -36))]
    : [];
  const levelDb = random.chance(0.2) ? random.between(-28, -20) : random.between(-48, -28);
  const second = random.next();
  if (second < 0.2) bed.push(whole('calmSpeech', levelDb));
  else if (second < 0.35) bed.push(whole(heldOut ? 'melody' : 'chords', levelDb));
  else if (second < 0.5) bed.push(whole(random.pick(['hum', 'tones']), levelDb));
  return bed;
}
