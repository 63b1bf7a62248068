/** Zero crossings of the sinc on each side, at the lower of the two rates: 60 dB and more into the stop band with the window below. */
const zeroCrossings = 16;
/** Of the lower rate's Nyquist frequency: what lies above fades out, so that nothing folds back. */
const passBand = 0.94;

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** The kernel at `x` input samples from its middle: a sinc under a Hann window that is `halfWidth` to each side. */
function kernelAt(x: number, cutoff: number, halfWidth: number): number {
  if (Math.abs(x) >= halfWidth) return 0;
  const angle = Math.PI * cutoff * x;
  const sinc = x === 0 ? 1 : Math.sin(angle) / angle;
  return cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / halfWidth));
}

/**
 * Changes the sample rate of a stream: y[n] = Σ x[k] h(n · inputRate / outputRate - k), with a windowed sinc h. Output n lies at
 * the time of input n · inputRate / outputRate, so nothing is delayed; before and behind the stream is silence.
 */
export class Resampler {
  readonly #before: number;
  /** Input samples from one output to the next: `#step` whole ones and `#stepPhase / #phases`. */
  readonly #phases: number;
  readonly #stride: number;
  /** [phases] of f64 [taps] */
  readonly #kernels: readonly Float64Array[];
  /** Input from sample `#first` on. */
  #input = new Float32Array(0);
  #first: number;
  #next = 0;

  constructor(inputRate: number, outputRate: number) {
    const divisor = greatestDivisor(inputRate, outputRate);
    this.#phases = outputRate / divisor;
    this.#stride = inputRate / divisor;
    const cutoff = passBand * Math.min(1, outputRate / inputRate);
    const halfWidth = zeroCrossings / cutoff;
    this.#before = Math.ceil(halfWidth) - 1;
    const taps = 2 * this.#before + 2;
    this.#first = -this.#before;
    this.#input = new Float32Array(this.#before);
    this.#kernels = Array.from({ length: this.#phases }, (_, phase) =>
      Float64Array.from({ length: taps }, (__, tap) =>
        kernelAt(tap - this.#before - phase / this.#phases, cutoff, halfWidth),
      ),
    );
  }

  /** Outputs that the input so far determines. */
  push(samples: Float32Array): Float32Array {
    const input = new Float32Array(this.#input.length + samples.length);
    input.set(this.#input);
    input.set(samples, this.#input.length);
    const end = this.#first + input.length;
    // Output n reads input floor(n stride / phases) - before … + before + 1.
    const last = Math.floor(((end - this.#before - 2) * this.#phases + this.#phases - 1) / this.#stride);
    const outputs = new Float32Array(Math.max(0, last - this.#next + 1));
    for (let i = 0; i < outputs.length; i++) outputs[i] = this.#at(input, this.#next + i);
    this.#next += outputs.length;
    const keep = Math.floor((this.#next * this.#stride) / this.#phases) - this.#before;
    this.#input = input.slice(Math.min(input.length, keep - this.#first));
    this.#first = end - this.#input.length;
    return outputs;
  }

  /** The outputs whose kernels reach over the end. */
  flush(): Float32Array {
    return this.push(new Float32Array(this.#before + 1));
  }

  #at(input: Float32Array, output: number): number {
    const at = output * this.#stride;
    const whole = Math.floor(at / this.#phases);
    const phase = at - whole * this.#phases;
    const from = whole - this.#before - this.#first;
    return dot(this.#kernels[phase] ?? emptyKernel, input, from);
  }
}

const emptyKernel = new Float64Array(0);

/** Σ kernel[i] x[from + i]. By itself, so that the hot loop is compiled as one. */
function dot(kernel: Float64Array, x: Float32Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < kernel.length; i++) sum += (kernel[i] as number) * (x[from + i] as number);
  return sum;
}
