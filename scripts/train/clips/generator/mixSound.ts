import { envelope, type SoundEffect, type VideoPlan } from './plan.ts';
import { makeVoice } from './voices.ts';

/** f32 [seconds × rate]: the sound of a plan in one channel, within -1 to 1. Zeros for a silent one. */
export function mixSound({ seconds, sound, encoding: { sampleRate } }: VideoPlan): Float32Array<ArrayBuffer> {
  const mixed = new Float32Array(Math.ceil(seconds * sampleRate));
  for (const effect of sound) addSound(mixed, effect, sampleRate);
  // What is too loud is rounded off, as a recorder would.
  for (let i = 0; i < mixed.length; i++) mixed[i] = Math.tanh(mixed[i] ?? 0);
  return mixed;
}

function addSound(mixed: Float32Array, effect: SoundEffect, sampleRate: number): void {
  const first = Math.round(effect.start * sampleRate);
  const count = Math.min(mixed.length, Math.round(effect.end * sampleRate)) - first;
  if (count <= 0) return;
  const voice = makeVoice(effect.kind, effect.seed, sampleRate);
  const samples = new Float32Array(count);
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const sample = voice();
    samples[i] = sample;
    squares += sample * sample;
  }
  const gain = 10 ** (effect.levelDb / 20) / Math.sqrt(squares / count + 1e-12);
  for (let i = 0; i < count; i++) {
    const share = envelope(effect, effect.start + i / sampleRate);
    mixed[first + i] = (mixed[first + i] ?? 0) + (samples[i] ?? 0) * gain * share;
  }
}
