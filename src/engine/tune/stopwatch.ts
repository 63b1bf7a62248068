import type { GpuContext } from '../../gpu/context.ts';
import type { Plan } from '../../gpu/plan.ts';
import { resolveTimestamps } from '../../gpu/profiler.ts';
import { clockOf } from '../../gpu/timestamps.ts';

/** A plan recorded so many times, one behind the other, in one pass. */
export interface Run {
  readonly name: string;
  readonly plan: Plan;
  readonly repetitions: number;
}

export interface Stopwatch {
  /** How long a run should take for the clock's steps not to matter, ms. */
  readonly sampleMs: number;
  /** Milliseconds of each run. */
  time(runs: readonly Run[]): Promise<number[]>;
}

/** By timestamps on the device where it has them, else from submit to the end of the work. */
export const openStopwatch = (gpu: GpuContext): Stopwatch =>
  gpu.info.features.timestamps ? new DeviceStopwatch(gpu) : new WallStopwatch(gpu);

function record(gpu: GpuContext, run: Run, timestampWrites?: GPUComputePassTimestampWrites): Promise<void> {
  return gpu.submit(`time ${run.name}`, (encoder) => {
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    for (let repetition = 0; repetition < run.repetitions; repetition++) run.plan.record(pass);
    pass.end();
  });
}

/** Twenty of the steps of 0.1 ms in which browsers tell GPU time: one of them is the margin by which a rival must win. */
const coarseSampleMs = 2;
/** Some hundred of the shortest dispatches. */
const fineSampleMs = 0.3;

/** Readings that are kept to find the clock's step. */
const mostTicks = 256;

class DeviceStopwatch implements Stopwatch {
  readonly #gpu: GpuContext;
  /** All readings so far, ns: the more there are, the better they show the clock's step. */
  readonly #ticks: bigint[] = [];

  constructor(gpu: GpuContext) {
    this.#gpu = gpu;
  }

  get sampleMs(): number {
    return clockOf(this.#ticks).coarse ? coarseSampleMs : fineSampleMs;
  }

  async time(runs: readonly Run[]): Promise<number[]> {
    const count = runs.length * 2;
    if (count === 0) return [];
    const gpu = this.#gpu;
    const querySet = gpu.device.createQuerySet({ label: 'tuner', type: 'timestamp', count });
    // A submit each, so that none is long, and all queued, so that the GPU does not wait for anyone.
    const submitted = runs.map((run, index) =>
      record(gpu, run, { querySet, beginningOfPassWriteIndex: index * 2, endOfPassWriteIndex: index * 2 + 1 }),
    );
    const [ticks] = await Promise.all([resolveTimestamps(gpu, querySet, count), ...submitted]);
    this.#ticks.push(...ticks.slice(0, mostTicks - this.#ticks.length));
    return runs.map((_, index) => Number((ticks[index * 2 + 1] ?? 0n) - (ticks[index * 2] ?? 0n)) / 1e6);
  }
}

/** Includes what the browser needs to submit and to notice the end: the same for all, so that it favours nobody. */
class WallStopwatch implements Stopwatch {
  readonly sampleMs = 30;
  readonly #gpu: GpuContext;

  constructor(gpu: GpuContext) {
    this.#gpu = gpu;
  }

  async time(runs: readonly Run[]): Promise<number[]> {
    const times: number[] = [];
    await this.#gpu.settle();
    for (const run of runs) {
      const start = performance.now();
      await record(this.#gpu, run);
      await this.#gpu.settle();
      times.push(performance.now() - start);
    }
    return times;
  }
}
