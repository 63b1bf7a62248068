import { float16ToNumber } from '../../src/core/float16.ts';
import { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { buildPlan, type Plan } from '../../src/gpu/plan.ts';
import { fmaCall } from '../../src/kernels/ceilings.ts';
import { rowsFrom, seedRows } from '../../src/kernels/convert.ts';
import { type LinearWeight, type WeightPart, weightRowBytes } from '../../src/kernels/weight.ts';

/** Timing and checking of kernel candidates on one device. */

/** STORAGE | COPY_SRC | COPY_DST */
const storage = 0x80 | 0x04 | 0x08;
/** GPUMapMode.READ, MAP_READ | COPY_DST, QUERY_RESOLVE | COPY_SRC */
const [mapRead, readbackUsage, resolveUsage] = [0x1, 0x01 | 0x08, 0x200 | 0x04];

/** By its bits: a conversion of each of a million outputs leaves the GPU idle for long, and its clock falls. */
const halves = Float32Array.from({ length: 65_536 }, (_, bits) => float16ToNumber(bits));
/** GPU milliseconds that a warm-up may take, and the passes in a row that must be about as fast as the fastest so far. */
const [mostWarmUpMs, steadyPasses] = [500, 3];

export class Bench {
  readonly gpu: GpuContext;
  readonly #buffers: GPUBuffer[] = [];
  readonly #queries: GPUQuerySet;
  readonly #resolve: GPUBuffer;
  readonly #staging: GPUBuffer;
  /** Aimed at for one measured pass, in ms. */
  readonly passMs: number;
  /** Multiply-adds in registers, which show the clock. */
  #clock: Plan | undefined;
  #fastestClockMs = Number.POSITIVE_INFINITY;

  constructor(gpu: GpuContext, passMs: number) {
    this.gpu = gpu;
    this.passMs = passMs;
    this.#queries = gpu.device.createQuerySet({ type: 'timestamp', count: 2 });
    this.#resolve = gpu.device.createBuffer({ size: 256, usage: resolveUsage });
    this.#staging = gpu.device.createBuffer({ size: 16, usage: readbackUsage });
  }

  buffer(bytes: number): GPUBuffer {
    const made = this.gpu.device.createBuffer({ size: Math.ceil(bytes / 16) * 16, usage: storage });
    this.#buffers.push(made);
    return made;
  }

  upload(data: Float32Array | Uint16Array | Uint32Array): GPUBuffer {
    const made = this.buffer(data.byteLength);
    this.gpu.device.queue.writeBuffer(made, 0, data.buffer, data.byteOffset, data.byteLength);
    return made;
  }

  /** Gives all buffers made so far back. */
  release(): void {
    for (const buffer of this.#buffers.splice(0)) buffer.destroy();
  }

  async run(calls: readonly KernelCall[]): Promise<void> {
    const plan = await buildPlan(this.gpu, calls, 'bench');
    await this.gpu.submit('bench', (encoder) => plan.encode(encoder));
    await this.gpu.settle();
    plan.dispose();
  }

  /** Seeded weights [outDim, inDim] in ±bound: uniform; in `parts` buffers. */
  async seedWeight(
    { format, inDim, outDim }: Pick<LinearWeight, 'format' | 'inDim' | 'outDim'>,
    gated: boolean,
    seed: number,
    parts = 1,
  ): Promise<LinearWeight> {
    const rows = Math.ceil(outDim / 4) * (gated ? 8 : 4);
    const partRows = Math.ceil(rows / parts / 8) * 8;
    const made: WeightPart[] = [];
    const pieces: KernelCall[] = [];
    const step = 4096;
    for (let start = 0; start < rows; start += partRows) {
      const count = Math.min(partRows, rows - start);
      const buffer = this.buffer(count * weightRowBytes(format, inDim));
      made.push({ buffer, firstRow: start, rows: count });
      for (let firstRow = 0; firstRow < count; firstRow += step) {
        const target = { format, weight: buffer, firstRow, rows: Math.min(step, count - firstRow), columns: inDim };
        const init = { uniform: Math.sqrt(3 / inDim) };
        pieces.push(seedRows({ ...target, map: rowsFrom(0), seed, init, none: this.gpu.none }));
      }
    }
    await this.run(pieces);
    return { format, inDim, outDim, gated, parts: made };
  }

  /** GPU time of the plan's steps recorded `repeats` times in one pass, in ms. */
  async passTime(plan: Plan, repeats: number): Promise<number> {
    await this.gpu.submit('timed', (encoder) => {
      const pass = encoder.beginComputePass({
        timestampWrites: { querySet: this.#queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
      });
      for (let i = 0; i < repeats; i++) plan.record(pass);
      pass.end();
      encoder.resolveQuerySet(this.#queries, 0, 2, this.#resolve, 0);
      encoder.copyBufferToBuffer(this.#resolve, 0, this.#staging, 0, 16);
    });
    await this.#staging.mapAsync(mapRead);
    const ticks = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    return Number((ticks[1] ?? 0n) - (ticks[0] ?? 0n)) / 1e6;
  }

  async #clockMs(): Promise<number> {
    if (!this.#clock) {
      const [workgroups, workgroupSize] = [528, 256];
      const result = this.gpu.device.createBuffer({ size: workgroups * workgroupSize * 4, usage: storage });
      const call = fmaCall({ element: 'f32', result, workgroups, workgroupSize, steps: 1024 });
      this.#clock = await buildPlan(this.gpu, [call], 'clock');
    }
    const ms = await this.passTime(this.#clock, 8);
    this.#fastestClockMs = Math.min(this.#fastestClockMs, ms);
    return ms;
  }

  /**
   * Keeps the GPU at work until its clock is up. Between candidates it waits for this script, falls to a lower clock
   * within seconds and takes a tenth of one to come back: on an H100 candidates took up to five times as long.
   */
  async #warmUp(): Promise<void> {
    let steady = 0;
    const started = this.#clock !== undefined;
    for (let spent = 0; spent < mostWarmUpMs;) {
      const ms = await this.#clockMs();
      spent += ms;
      steady = ms < 1.03 * this.#fastestClockMs ? steady + 1 : 0;
      if (started && steady >= steadyPasses) return;
    }
  }

  /**
   * Median over five passes of the time of one call, in µs; `calls` go round in one pass. `clock`: the GPU's afterwards, as
   * a part of the fastest so far.
   */
  async time(calls: readonly KernelCall[]): Promise<{ us: number; min: number; clock: number }> {
    const measured = !this.gpu.info.adapter.software;
    const plan = await buildPlan(this.gpu, calls, 'bench');
    try {
      if (measured) await this.#warmUp();
      await this.passTime(plan, 1);
      const once = Math.max(1e-4, await this.passTime(plan, 1));
      const repeats = Math.max(1, Math.min(2000, Math.round(this.passMs / once)));
      const times: number[] = [];
      for (let i = 0; i < 5; i++) times.push(((await this.passTime(plan, repeats)) * 1000) / (repeats * calls.length));
      times.sort((a, b) => a - b);
      const clock = measured ? this.#fastestClockMs / (await this.#clockMs()) : 1;
      return { us: times[2] ?? 0, min: times[0] ?? 0, clock };
    } finally {
      plan.dispose();
    }
  }

  async floats(buffer: GPUBuffer, count: number, element: 'f32' | 'f16', at = 0): Promise<Float64Array> {
    const bytes = Math.ceil((count * (element === 'f32' ? 4 : 2)) / 4) * 4;
    const data = await this.gpu.read(buffer, at, bytes);
    if (element === 'f32') return Float64Array.from(new Float32Array(data));
    return Float64Array.from(new Uint16Array(data), (bits) => halves[bits] ?? Number.NaN);
  }
}

/** Deterministic, roughly uniform in ±1.7 (unit variance). */
export function noise(count: number, seed: number): Float32Array {
  let state = seed >>> 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 8) / 8388608 - 1) * 1.7320508;
  });
}

/** Root mean square of the difference over that of the reference, and the largest single difference over it. */
export function difference(got: Float64Array, want: Float64Array): { rms: number; worst: number } {
  let square = 0;
  let error = 0;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const d = Math.abs((got[i] ?? Number.NaN) - (want[i] ?? 0));
    if (!(d <= worst)) worst = Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
    square += (want[i] ?? 0) ** 2;
    error += d * d;
  }
  const scale = Math.sqrt(square / Math.max(1, want.length)) || 1;
  return { rms: Math.sqrt(error / Math.max(1, want.length)) / scale, worst: worst / scale };
}
