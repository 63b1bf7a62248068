import { describe, expect, it } from 'vitest';
import { AudioFeatures } from '../../../src/media/audioFeatures.ts';
import { bandMiddleHz, MelFilterbank, melSampleRate, melWindow } from '../../../src/media/melFilterbank.ts';
import { Resampler } from '../../../src/media/resampler.ts';

/** Power by mel band, from the definitions: Hann window, discrete Fourier transform of 512 points, triangles on HTK's mel scale. */
function reference(samples: Float32Array): Float64Array {
  const size = 512;
  const mel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
  const spacing = (mel(7500) - mel(125)) / 65;
  const powers = new Float64Array(64);
  for (let k = 1; k <= size / 2; k++) {
    let re = 0;
    let im = 0;
    for (let n = 0; n < 400; n++) {
      const x = (samples[n] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 400));
      re += x * Math.cos((2 * Math.PI * k * n) / size);
      im -= x * Math.sin((2 * Math.PI * k * n) / size);
    }
    for (let band = 0; band < 64; band++) {
      const weight = 1 - Math.abs((mel((k * 16000) / size) - mel(125)) / spacing - (band + 1));
      if (weight > 0) powers[band] = (powers[band] ?? 0) + (weight * (re * re + im * im)) / 1e4;
    }
  }
  return powers;
}

/** Noise and two tones, the same each time. */
function sound(length: number): Float32Array {
  let state = 7;
  return Float32Array.from({ length }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 0.2 * (state / 2 ** 31 - 1) + 0.3 * Math.sin(i * 0.3) + 0.3 * Math.sin(i * 1.1);
  });
}

const sine = (hz: number, rate: number, seconds: number, amplitude = 1): Float32Array =>
  Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate),
  );

describe('MelFilterbank', () => {
  it('agrees with the definitions in float64', () => {
    const samples = sound(melWindow);
    const powers = new Float64Array(64);
    new MelFilterbank().addPowers(samples, powers);
    const want = reference(samples);
    // The filters' weights are kept in f32: 2^-24 relative each.
    powers.forEach((power, band) => expect(Math.abs(power / (want[band] ?? 0) - 1), `band ${band}`).toBeLessThan(1e-5));
  });

  it('hears a sine loudest in the band around its frequency, wherever that is', () => {
    for (const band of [0, 1, 17, 40, 63]) {
      const powers = new Float64Array(64);
      new MelFilterbank().addPowers(sine(bandMiddleHz(band), melSampleRate, 0.025), powers);
      expect(powers.indexOf(Math.max(...powers)), `band ${band}`).toBe(band);
    }
  });
});

describe('Resampler', () => {
  it.each([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 7919])(
    'brings a tone from %i Hz to 16 kHz in time and in tune, in parts of any size',
    (rate) => {
      const tone = sine(997, rate, 0.5);
      const resampler = new Resampler(rate, 16_000);
      const outputs: number[] = [];
      for (let at = 0, size = 1; at < tone.length; at += size, size = (size * 3) % 1009)
        outputs.push(...resampler.push(tone.subarray(at, at + size)));
      outputs.push(...resampler.flush());
      expect(Math.abs(outputs.length - 8000)).toBeLessThanOrEqual(2);
      const want = sine(997, 16_000, 0.5);
      let worst = 0;
      for (let i = 200; i < 7800; i++) worst = Math.max(worst, Math.abs((outputs[i] ?? Number.NaN) - (want[i] ?? 0)));
      // -54 dB: the ripple of a Hann-windowed sinc.
      expect(worst).toBeLessThan(2e-3);
    },
  );

  it('lets nothing fold back: a tone of 11 kHz is gone at 16 kHz', () => {
    const resampler = new Resampler(48_000, 16_000);
    const outputs = resampler.push(sine(11_000, 48_000, 0.5)).subarray(200, 7000);
    expect(Math.max(...outputs.map(Math.abs))).toBeLessThan(1e-3);
  });
});

describe('AudioFeatures', () => {
  const rate = 44_100;
  const feed = (features: AudioFeatures, samples: Float32Array, from = 0, size = 1024): void => {
    for (let at = 0; at < samples.length; at += size)
      features.push(from + at / rate, rate, samples.subarray(at, at + size));
  };

  it('is 1 for a sine of full scale, 1 - 20 / 80 for one of a tenth, 0 for silence', () => {
    for (const [amplitude, want] of [
      [1, 1],
      [0.1, 0.75],
    ] as const) {
      const features = new AudioFeatures(1);
      feed(features, sine(bandMiddleHz(30), rate, 2, amplitude));
      expect(Math.abs(Math.max(...features.take(0)) - want)).toBeLessThan(0.03);
    }
    const silence = new AudioFeatures(1);
    feed(silence, new Float32Array(rate * 2));
    expect(silence.take(0).every((value) => value === 0)).toBe(true);
    expect(new AudioFeatures(1).take(0).every((value) => value === 0)).toBe(true);
  });

  it('puts a click into its slice', () => {
    const click = new Float32Array(rate * 3);
    click.fill(1, Math.round(1.45 * rate), Math.round(1.46 * rate));
    const features = new AudioFeatures(1);
    feed(features, click);
    const loud = [0, 1, 2].flatMap((step) => {
      const values = features.take(step);
      return Array.from({ length: 8 }, (_, slice) => Math.max(...values.subarray(slice * 64, slice * 64 + 64)) > 0.3);
    });
    // 1.45 s lies in slice 3 of step 1, which begins at 1.375 s.
    expect(loud.flatMap((is, slice) => (is ? [slice] : []))).toEqual([11]);
  });

  it('is the same however the sound is cut into parts', () => {
    const samples = sound(rate * 3);
    const takeAll = (size: number): Float32Array[] => {
      const features = new AudioFeatures(1);
      feed(features, samples, 0, size);
      return [0, 1, 2].map((step) => features.take(step));
    };
    expect(takeAll(777)).toEqual(takeAll(100_000));
  });

  it('takes sound as it comes, step by step, with what it asks for ahead', () => {
    const samples = sound(rate * 3);
    const whole = new AudioFeatures(1);
    feed(whole, samples);
    const parts = new AudioFeatures(1);
    const until = Math.round(1.05 * rate);
    feed(parts, samples.subarray(0, until));
    const first = parts.take(0);
    feed(parts, samples.subarray(until), until / rate);
    expect(first).toEqual(whole.take(0));
    const second = parts.take(1);
    whole.take(1).forEach((value, i) => expect(Math.abs((second[i] ?? 0) - value)).toBeLessThan(1e-3));
  });

  it('keeps sound at its time over gaps, overlaps, a late start and a codec that warms up', () => {
    const tone = sine(1000, rate, 0.5);
    const loudSteps = (features: AudioFeatures): boolean[] =>
      [0, 1, 2, 3].map((step) => Math.max(...features.take(step).subarray(64, 448)) > 0.5);
    const gap = new AudioFeatures(1);
    gap.push(-0.25, rate, tone);
    gap.push(2.2, rate, tone);
    expect(loudSteps(gap)).toEqual([true, false, true, false]);
    const late = new AudioFeatures(1);
    late.push(3.3, 48_000, sine(1000, 48_000, 0.4));
    expect(loudSteps(late)).toEqual([false, false, false, true]);
    const overlap = new AudioFeatures(1);
    for (let i = 0; i < 8; i++) overlap.push(1.2 + i * 0.01, rate, tone);
    expect(loudSteps(overlap)).toEqual([false, true, false, false]);
  });
});
