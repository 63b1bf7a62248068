import { melBands, MelFilterbank, melSampleRate, melWindow } from './melFilterbank.ts';
import { Resampler } from './resampler.ts';

const audioSlices = 8;
/** 8 slices of 64 bands, band by band within a slice. */
export const audioFeatureCount = audioSlices * melBands;

/** Samples between two spectra: 12.5 ms, ten spectra a slice of 125 ms. */
const hop = 200;
/** A window begins this many samples before its hop, so that its middle is the hop's middle. */
const lead = (melWindow - hop) / 2;
/** dB under a sine of amplitude 1: this and less is 0, the sine itself 1. */
const floorDb = 80;
/** Seconds by which timestamps may stray (encoders round them) before the sound is moved. */
const straySeconds = 0.02;

/** Seconds of sound behind a step that its last window and the resampler's kernel want. */
export const audioLookahead = 0.05;

/**
 * Audio features of a stream, step by step. One step is f32 [512]: 8 slices of time, each with the log-mel power of 64 bands,
 * max(0, 1 + dB / 80), where 0 dB is a sine of amplitude 1 within the band. Silence is 0, and so is sound that is not there.
 */
export class AudioFeatures {
  readonly #filterbank = new MelFilterbank();
  readonly #sliceSamples: number;
  /** Sums of powers [64] and how many, by slice. */
  readonly #slices = new Map<number, { readonly powers: Float64Array; count: number }>();
  #resampler: Resampler | undefined;
  #rate = 0;
  /** Seconds at which the next sample is expected. */
  #expected = 0;
  /** Mono at 16 kHz, from sample `#first` of the stream on. Before the stream is silence. */
  #sound = new Float32Array(lead);
  #first = -lead;
  #nextWindow = 0;

  constructor(stepSeconds: number) {
    this.#sliceSamples = (stepSeconds * melSampleRate) / audioSlices;
  }

  /** Mono samples that begin at `seconds`. Parts come in order; what overlaps an earlier part is left out, gaps are silence. */
  push(seconds: number, rate: number, samples: Float32Array): void {
    // Codecs warm up before the first sound that counts.
    const early = Math.min(samples.length, Math.max(0, Math.round(-seconds * rate)));
    if (early === samples.length) return;
    this.#pushFrom(Math.max(0, seconds), rate, samples.subarray(early));
  }

  #pushFrom(seconds: number, rate: number, samples: Float32Array): void {
    let part = samples;
    const moved = seconds - this.#expected;
    if (!this.#resampler || rate !== this.#rate || moved > straySeconds) {
      this.#endPart();
      const start = Math.round(seconds * melSampleRate);
      this.#silenceUpTo(start);
      const late = Math.max(0, this.#end - start);
      part = part.subarray(Math.round((late / melSampleRate) * rate));
      this.#resampler = new Resampler(rate, melSampleRate);
      this.#rate = rate;
      this.#expected = seconds;
    } else if (moved < -straySeconds) {
      const overlap = Math.min(part.length, Math.round(-moved * rate));
      part = part.subarray(overlap);
      this.#expected -= overlap / rate;
    }
    this.#expected += samples.length / rate;
    this.#append(this.#resampler.push(part));
    this.#analyse();
  }

  /** f32 [512] of the step `index`; steps are taken in order. What has not been pushed by then is silence. */
  take(index: number): Float32Array {
    const end = Math.ceil((index + 1) * audioSlices * this.#sliceSamples);
    if (this.#end < end + melWindow / 2) {
      this.#endPart();
      this.#silenceUpTo(end + melWindow / 2);
      this.#analyse();
    }
    const features = new Float32Array(audioFeatureCount);
    for (let slice = 0; slice < audioSlices; slice++) {
      const sums = this.#slices.get(index * audioSlices + slice);
      this.#slices.delete(index * audioSlices + slice);
      if (!sums) continue;
      for (let band = 0; band < melBands; band++)
        features[slice * melBands + band] = level((sums.powers[band] ?? 0) / sums.count);
    }
    return features;
  }

  get #end(): number {
    return this.#first + this.#sound.length;
  }

  /** The sound stops here, for now: its last samples come out of the resampler. */
  #endPart(): void {
    if (this.#resampler) this.#append(this.#resampler.flush());
    this.#resampler = undefined;
  }

  #append(samples: Float32Array): void {
    const sound = new Float32Array(this.#sound.length + samples.length);
    sound.set(this.#sound);
    sound.set(samples, this.#sound.length);
    this.#sound = sound;
  }

  #silenceUpTo(sample: number): void {
    if (sample > this.#end) this.#append(new Float32Array(sample - this.#end));
  }

  /** Spectra of all windows that are whole; their sound is let go. */
  #analyse(): void {
    for (;;) {
      const start = this.#nextWindow * hop - lead;
      const window = this.#sound.subarray(start - this.#first, start - this.#first + melWindow);
      if (window.length < melWindow) break;
      const slice = Math.floor((start + melWindow / 2) / this.#sliceSamples);
      const sums = this.#slices.get(slice) ?? { powers: new Float64Array(melBands), count: 0 };
      this.#filterbank.addPowers(window, sums.powers);
      sums.count++;
      this.#slices.set(slice, sums);
      this.#nextWindow++;
    }
    const keep = this.#nextWindow * hop - lead;
    this.#sound = this.#sound.slice(keep - this.#first);
    this.#first = keep;
  }
}

const level = (power: number): number => Math.max(0, 1 + (10 * Math.log10(Math.max(power, 1e-12))) / floorDb);
