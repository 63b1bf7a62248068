import type { TimeRange } from '../../../../src/engine/clipApi.ts';
import type {
  Cue,
  Distractor,
  DistractorKind,
  Highlight,
  PictureEffect,
  PictureKind,
  SoundEffect,
  SoundKind,
} from './plan.ts';
import type { Random } from './random.ts';

/** What the rest of the video is like. */
export interface Circumstances {
  readonly heldOut: boolean;
  /** Whether there is something to hear. */
  readonly audio: boolean;
  readonly captioned: boolean;
  /** Loudest of the sounds that are there all the time. */
  readonly bedDb: number;
  /** How much moves all the time, about 0 to 1. */
  readonly busy: number;
  /** Loudest that the video gets. */
  readonly ceilingDb: number;
}

/** A highlight or distractor with all that it brings. */
export interface Planned {
  readonly highlight?: Highlight;
  readonly distractor?: Distractor;
  readonly picture: readonly PictureEffect[];
  readonly sound: readonly SoundEffect[];
  /** Times of excited captions. */
  readonly excited: readonly TimeRange[];
}

const trainingMotion = [
  'movers',
  'shake',
  'zoom',
  'scroll',
  'particles',
  'blocks',
  'strobe',
  'snow',
  'replacement',
] as const;
const heldOutMotion = ['spin', 'bars', 'balls', 'movers', 'shake', 'particles'] as const;
const trainingLoud = ['cheer', 'beat', 'siren', 'impacts', 'white', 'pink', 'tones', 'chords', 'tremolo'] as const;
const heldOutLoud = ['gallop', 'melody', 'cheer', 'beat', 'impacts', 'pink'] as const;

export function planHighlight(random: Random, slot: TimeRange, about: Circumstances): Planned {
  const cues = chooseCues(random, about);
  const picture: PictureEffect[] = [];
  const sound: SoundEffect[] = [];
  // Fewer cues must each say more.
  const least = 0.35 + 0.1 * Math.max(0, 3 - cues.length) + 0.3 * Math.min(1, about.busy);
  const strength = () => random.between(Math.min(0.9, least), 1);
  if (cues.includes('motion')) {
    picture.push(motion(random, slot, about, strength()));
    if (random.chance(0.35)) picture.push(motion(random, slot, about, strength()));
  }
  if (cues.includes('cuts'))
    picture.push(pictureEffect(random, 'cuts', loose(random, slot), 1, random.scale(0.5, about.heldOut ? 3 : 2)));
  const levelDb = Math.max(about.bedDb + random.between(10, 26), about.ceilingDb - random.between(0, 12));
  const kept = Math.min(levelDb, about.ceilingDb);
  if (cues.includes('loudness'))
    sound.push(soundEffect(random, random.pick(about.heldOut ? heldOutLoud : trainingLoud), loose(random, slot), kept));
  if (cues.includes('speech'))
    sound.push(
      soundEffect(
        random,
        about.heldOut ? 'shouting' : random.pick(['excitedSpeech', 'excitedSpeech', 'tremolo']),
        loose(random, slot),
        kept - random.between(0, 5),
      ),
    );
  const excited = cues.includes('caption') ? [slot] : [];
  return { highlight: { ...slot, cues }, picture, sound, excited };
}

/** At least two cues, mostly of two senses. */
function chooseCues(random: Random, { audio, captioned }: Circumstances): Cue[] {
  const seen = () => random.pick<Cue[]>([['motion'], ['motion'], ['cuts'], ['motion', 'cuts']]);
  const heard = () => random.pick<Cue[]>([['loudness'], ['loudness'], ['speech'], ['loudness', 'speech']]);
  const draw = random.next();
  if (!audio && (!captioned || draw < 0.5)) return ['motion', 'cuts', ...(captioned && draw < 0.3 ? captionCue : [])];
  if (!audio) return [...seen(), 'caption'];
  if (captioned && draw < 0.12) return [...seen(), 'caption'];
  if (captioned && draw < 0.22) return [...heard(), 'caption'];
  if (draw > 0.96) return ['motion', 'cuts'];
  if (draw > 0.92) return ['loudness', 'speech'];
  return [...seen(), ...heard(), ...(captioned && random.chance(0.6) ? captionCue : [])];
}
const captionCue: readonly Cue[] = ['caption'];

export function planDistractor(random: Random, slot: TimeRange, about: Circumstances): Planned {
  const kind = random.pick(possibleDistractors(about));
  if (kind === 'motionAlone') {
    const picture = [motion(random, slot, about, random.between(0.3, 1))];
    return { distractor: { ...slot, kind }, picture, sound: [], excited: [] };
  }
  const length = { flash: random.between(0.15, 0.8), bang: random.between(0.2, 1.2), singleCut: 1 }[kind as string];
  const at = length === undefined ? slot : { start: slot.start, end: slot.start + length };
  const loud = Math.min(about.ceilingDb, random.between(-24, -6));
  const sounds: Partial<Record<DistractorKind, SoundKind>> = {
    hum: 'hum',
    humAndPan: 'hum',
    loudNoise: random.pick(['white', 'pink', 'brown']),
    steadyTones: 'tones',
    chords: about.heldOut ? 'melody' : 'chords',
    calmSpeech: 'calmSpeech',
    bang: 'bang',
    soundAlone: random.pick(about.heldOut ? heldOutLoud : trainingLoud),
  };
  const pictures: Partial<Record<DistractorKind, PictureKind>> = {
    pan: 'pan',
    humAndPan: 'pan',
    slowZoom: 'slowZoom',
    flash: 'flash',
    singleCut: 'cuts',
    quietMotion: 'wander',
  };
  const soundKind = sounds[kind];
  const pictureKind = pictures[kind];
  const quieter = kind === 'calmSpeech' || kind === 'chords' ? random.between(6, 16) : 0;
  return {
    distractor: { ...at, kind },
    picture: pictureKind ? [pictureEffect(random, pictureKind, at, random.between(0.3, 1), 0)] : [],
    sound: soundKind ? [soundEffect(random, soundKind, at, loud - quieter)] : [],
    excited: kind === 'excitedCaption' ? [at] : [],
  };
}

function possibleDistractors({ audio, captioned }: Circumstances): [DistractorKind, ...DistractorKind[]] {
  const heard: DistractorKind[] = [
    'hum',
    'hum',
    'loudNoise',
    'steadyTones',
    'chords',
    'calmSpeech',
    'bang',
    'humAndPan',
    'soundAlone',
    'motionAlone',
  ];
  return [
    'pan',
    'pan',
    'slowZoom',
    'flash',
    'flash',
    'singleCut',
    'quietMotion',
    ...(audio ? heard : []),
    ...(captioned ? (['excitedCaption'] as const) : []),
  ];
}

function motion(random: Random, slot: TimeRange, { heldOut }: Circumstances, strength: number): PictureEffect {
  return pictureEffect(
    random,
    random.pick(heldOut ? heldOutMotion : trainingMotion),
    loose(random, slot),
    strength,
    random.scale(0.5, 2.5),
  );
}

function pictureEffect(
  random: Random,
  kind: PictureKind,
  { start, end }: TimeRange,
  strength: number,
  rate: number,
): PictureEffect {
  return { kind, start, end, rampSeconds: ramp(random, end - start), seed: random.seed(), strength, rate };
}

function soundEffect(random: Random, kind: SoundKind, { start, end }: TimeRange, levelDb: number): SoundEffect {
  return { kind, start, end, rampSeconds: ramp(random, end - start), seed: random.seed(), levelDb };
}

function ramp(random: Random, seconds: number): number {
  return random.chance(0.6) ? 0.02 : random.between(0.1, Math.min(2, seconds / 5));
}

/** Cues of a highlight rarely begin and end at the same moment. */
function loose(random: Random, { start, end }: TimeRange): TimeRange {
  if (random.chance(0.5)) return { start, end };
  return { start: start + random.between(0, 1), end: end - random.between(0, 1) };
}
