import FFT from 'fft.js';

/** Hz. What speech and most of music's energy need; all audio is brought to it. */
export const melSampleRate = 16_000;
/** Samples: 25 ms, as AudioSet's features take them (Hershey et al. 2017, arXiv:1609.09430). */
export const melWindow = 400;
export const melBands = 64;
const fftSize = 512;
/** Hz, likewise of AudioSet's features. */
const lowestHz = 125;
const highestHz = 7500;

/** The mel scale of HTK (Young et al., The HTK Book). */
const toMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700);
const toHz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Triangles on the mel scale, each 1 at its middle and 0 at its neighbours' middles: f32 [64, 257], and the bins that are not 0. */
function triangles(): { readonly weights: Float32Array; readonly from: Int32Array; readonly to: Int32Array } {
  const bins = fftSize / 2 + 1;
  const weights = new Float32Array(melBands * bins);
  const from = new Int32Array(melBands).fill(bins);
  const to = new Int32Array(melBands);
  const step = (toMel(highestHz) - toMel(lowestHz)) / (melBands + 1);
  for (let band = 0; band < melBands; band++) {
    const middle = toMel(lowestHz) + (band + 1) * step;
    for (let bin = 1; bin < bins; bin++) {
      const weight = 1 - Math.abs(toMel((bin * melSampleRate) / fftSize) - middle) / step;
      if (weight <= 0) continue;
      weights[band * bins + bin] = weight;
      from[band] = Math.min(from[band] ?? bins, bin);
      to[band] = bin + 1;
    }
  }
  return { weights, from, to };
}

/** Power of short pieces of sound in 64 mel bands from 125 to 7,500 Hz. */
export class MelFilterbank {
  readonly #fft = new FFT(fftSize);
  /** Hann, periodic. */
  readonly #window = Float64Array.from(
    { length: melWindow },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / melWindow),
  );
  readonly #filters = triangles();
  readonly #input: number[] = Array.from({ length: fftSize }, () => 0);
  readonly #spectrum: number[] = this.#fft.createComplexArray() as number[];

  /**
   * Adds the power of `samples` [400], at 16 kHz, to `powers` f64 [64]. A sine of amplitude 1 in the middle of a band is about 1.
   */
  addPowers(samples: Float32Array, powers: Float64Array): void {
    for (let i = 0; i < melWindow; i++) this.#input[i] = (samples[i] ?? 0) * (this.#window[i] ?? 0);
    this.#fft.realTransform(this.#spectrum, this.#input);
    const { weights, from, to } = this.#filters;
    const bins = fftSize / 2 + 1;
    // The window's sum is 200: a sine of amplitude 1 has the magnitude 100 at its frequency.
    const scale = 1 / (melWindow / 4) ** 2;
    for (let band = 0; band < melBands; band++) {
      let power = 0;
      for (let bin = from[band] ?? 0; bin < (to[band] ?? 0); bin++) {
        const re = this.#spectrum[2 * bin] ?? 0;
        const im = this.#spectrum[2 * bin + 1] ?? 0;
        power += (weights[band * bins + bin] ?? 0) * (re * re + im * im);
      }
      powers[band] = (powers[band] ?? 0) + power * scale;
    }
  }
}

/** Hz of the middle of a band. */
export function bandMiddleHz(band: number): number {
  const step = (toMel(highestHz) - toMel(lowestHz)) / (melBands + 1);
  return toHz(toMel(lowestHz) + (band + 1) * step);
}
