import type { SoundKind } from './plan.ts';
import { Random } from './random.ts';

/** The next sample of a sound; called once for each, in order. */
export type Voice = () => number;

const tau = Math.PI * 2;

/** A sound of its kind at no defined level: whoever mixes it measures it. */
export function makeVoice(kind: SoundKind, seed: number, sampleRate: number): Voice {
  return voices[kind](new Random(seed), sampleRate);
}

type MakeVoice = (random: Random, sampleRate: number) => Voice;

const white: MakeVoice = (random) => () => random.next() * 2 - 1;

/** Three filters of one pole each, after Paul Kellet's economical pink noise (musicdsp.org). */
const pink: MakeVoice = (random) => {
  let [low, middle, high] = [0, 0, 0];
  return () => {
    const noise = random.next() * 2 - 1;
    low = 0.99765 * low + noise * 0.099046;
    middle = 0.963 * middle + noise * 0.2965164;
    high = 0.57 * high + noise * 1.0526913;
    return low + middle + high + noise * 0.1848;
  };
};

const brown: MakeVoice = (random) => {
  let level = 0;
  return () => (level = level * 0.995 + (random.next() * 2 - 1) * 0.1);
};

/** Noise in a band that swells and falls every second or so. */
const cheer: MakeVoice = (random, sampleRate) => {
  const noise = resonator(random.between(600, 1800), random.between(500, 1500), sampleRate);
  const [slow, quick] = [random.between(0.2, 0.7), random.between(1.5, 5)];
  let at = 0;
  return () => {
    const second = at++ / sampleRate;
    const swell = 0.6 + 0.25 * Math.sin(tau * slow * second) + 0.15 * Math.sin(tau * quick * second);
    return noise(random.next() * 2 - 1) * swell;
  };
};

const beat: MakeVoice = (random, sampleRate) => {
  const period = 60 / random.between(95, 180);
  const [deep, hats] = [random.between(45, 80), random.between(0.1, 0.5)];
  let at = 0;
  return () => {
    const second = at++ / sampleRate;
    const since = second % period;
    const sinceHat = second % (period / 2);
    const drum = Math.sin(tau * deep * since * (1 + 2 * Math.exp(-since * 30))) * Math.exp(-since * 9);
    return drum + hats * (random.next() * 2 - 1) * Math.exp(-sinceHat * 40);
  };
};

const siren: MakeVoice = (random, sampleRate) => {
  const [middle, swing, rate] = [random.between(500, 1300), random.between(0.1, 0.5), random.between(0.3, 3)];
  let [phase, at] = [0, 0];
  return () => {
    phase += (middle * (1 + swing * Math.sin((tau * rate * at++) / sampleRate))) / sampleRate;
    return Math.sin(tau * phase) + 0.3 * Math.sin(tau * 2 * phase);
  };
};

const impacts: MakeVoice = (random, sampleRate) => {
  const perSecond = random.between(1.2, 5);
  const fade = Math.exp(-random.between(3, 14) / sampleRate);
  const body = resonator(random.between(80, 900), 300, sampleRate);
  let level = 1;
  return () => {
    if (random.chance(perSecond / sampleRate)) level = random.between(0.5, 1);
    level *= fade;
    return body(random.next() * 2 - 1) * level;
  };
};

const bang: MakeVoice = (random, sampleRate) => {
  const noise = pink(random, sampleRate);
  let level = 1;
  return () => noise() * (level *= Math.exp(-5 / sampleRate));
};

const tones: MakeVoice = (random, sampleRate) =>
  sines(
    Array.from({ length: random.whole(1, 4) }, () => ({
      hertz: random.scale(150, 2500),
      level: random.between(0.3, 1),
    })),
    sampleRate,
  );

const hum: MakeVoice = (random, sampleRate) => {
  const base = random.scale(45, 240);
  const slope = random.between(0.7, 2);
  return sines(
    Array.from({ length: random.whole(1, 8) }, (_, index) => ({
      hertz: base * (index + 1),
      level: (index + 1) ** -slope,
    })),
    sampleRate,
  );
};

function sines(parts: readonly { readonly hertz: number; readonly level: number }[], sampleRate: number): Voice {
  let at = 0;
  return () => {
    const second = at++ / sampleRate;
    return parts.reduce((sum, { hertz, level }) => sum + level * Math.sin(tau * hertz * second), 0);
  };
}

const minorSteps = [0, 2, 3, 5, 7, 8, 10] as const;

/** Three notes at once, others every few seconds. */
const chords: MakeVoice = (random, sampleRate) => notes(random, sampleRate, random.between(1.5, 5), 3);
/** One note after the other. */
const melody: MakeVoice = (random, sampleRate) => notes(random, sampleRate, random.between(0.4, 1.1), 1);

function notes(random: Random, sampleRate: number, noteSeconds: number, together: number): Voice {
  const root = random.scale(110, 330);
  let [at, left] = [0, 0];
  let hertz: number[] = [];
  return () => {
    if (left-- <= 0) {
      left = Math.round(noteSeconds * sampleRate);
      hertz = Array.from({ length: together }, () => root * 2 ** (random.pick(minorSteps) / 12 + random.whole(0, 1)));
    }
    const second = at++ / sampleRate;
    const edge = Math.min(1, left / (0.05 * sampleRate), (noteSeconds * sampleRate - left) / (0.05 * sampleRate));
    return Math.max(0, edge) * hertz.reduce((sum, each) => sum + Math.sin(tau * each * second), 0);
  };
}

const gallop: MakeVoice = (random, sampleRate) => {
  const noise = pink(random, sampleRate);
  const rate = random.between(3, 7);
  let at = 0;
  return () => noise() * Math.max(0.05, Math.sin((tau * rate * at++) / sampleRate)) ** 2;
};

const tremolo: MakeVoice = (random, sampleRate) => {
  const carrier = random.pick([white, pink, tones, hum])(random, sampleRate);
  const [rate, depth] = [random.between(2.5, 8), random.between(0.6, 1)];
  let at = 0;
  return () => carrier() * (1 - depth * (0.5 + 0.5 * Math.sin((tau * rate * at++) / sampleRate)));
};

interface Speaker {
  readonly pitch: number;
  /** Share by which the pitch moves. */
  readonly melody: number;
  readonly syllablesPerSecond: number;
  /** Share of syllables after which there is a pause. */
  readonly pauses: number;
}

/** Syllables: a sawtooth through two resonances, or noise, swelling and falling. */
function speech(random: Random, sampleRate: number, speaker: Speaker): Voice {
  let [left, length, phase, hertz, voiced, stress] = [0, 1, 0, speaker.pitch, true, 1];
  let formants = [resonator(500, 90, sampleRate), resonator(1500, 120, sampleRate)] as const;
  let quiet = 0;
  const next = () => {
    length = (sampleRate / speaker.syllablesPerSecond) * random.between(0.6, 1.4);
    left = length;
    hertz = speaker.pitch * (1 + speaker.melody * random.between(-1, 1));
    voiced = random.chance(0.85);
    stress = random.between(0.5, 1);
    formants = [
      resonator(random.between(300, 850), 90, sampleRate),
      resonator(random.between(900, 2400), 140, sampleRate),
    ];
    if (random.chance(speaker.pauses)) quiet = sampleRate * random.between(0.2, 0.9);
  };
  return () => {
    if (quiet-- > 0) return 0;
    if (left-- <= 0) next();
    phase = (phase + hertz / sampleRate) % 1;
    const source = voiced ? phase * 2 - 1 : (random.next() * 2 - 1) * 0.6;
    const swell = Math.sin(Math.PI * Math.min(1, Math.max(0, left / length))) ** 1.5;
    return (formants[0](source) + 0.6 * formants[1](source)) * swell * stress;
  };
}

const calmSpeech: MakeVoice = (random, sampleRate) =>
  speech(random, sampleRate, {
    pitch: random.between(85, 200),
    melody: random.between(0.05, 0.15),
    syllablesPerSecond: random.between(2.5, 4.5),
    pauses: random.between(0.1, 0.25),
  });

const excitedSpeech: MakeVoice = (random, sampleRate) =>
  speech(random, sampleRate, {
    pitch: random.between(180, 420),
    melody: random.between(0.2, 0.45),
    syllablesPerSecond: random.between(4.5, 8),
    pauses: random.between(0, 0.06),
  });

const shouting: MakeVoice = (random, sampleRate) =>
  speech(random, sampleRate, {
    pitch: random.between(150, 500),
    melody: random.between(0.15, 0.6),
    syllablesPerSecond: random.between(3.8, 9),
    pauses: random.between(0, 0.08),
  });

const voices: Readonly<Record<SoundKind, MakeVoice>> = {
  white,
  pink,
  brown,
  cheer,
  beat,
  siren,
  impacts,
  bang,
  tones,
  hum,
  chords,
  melody,
  gallop,
  tremolo,
  calmSpeech,
  excitedSpeech,
  shouting,
};

/** Resonance of two poles; frequencies in hertz. */
function resonator(centre: number, bandwidth: number, sampleRate: number): (input: number) => number {
  const radius = Math.exp((-Math.PI * bandwidth) / sampleRate);
  const feedback = 2 * radius * Math.cos((tau * Math.min(centre, sampleRate * 0.45)) / sampleRate);
  const gain = (1 - radius) * Math.sqrt(1 - 2 * radius * Math.cos((2 * tau * centre) / sampleRate) + radius * radius);
  let [last, before] = [0, 0];
  return (input) => {
    const output = gain * input + feedback * last - radius * radius * before;
    before = last;
    last = output;
    return output;
  };
}
