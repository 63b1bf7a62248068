import type { GpuContext, Work } from './context.ts';
import type { Plan, Range } from './plan.ts';

/**
 * Dispatches of a plan's first submit, and how many times as many each further one has. A GPU begins with a submit as soon as
 * it comes in, and a browser needs microseconds for each dispatch on its way there: so the first is short, and each one
 * keeps the GPU busy while the next is made ready.
 */
const [firstDispatches, growth] = [8, 3] as const;

/** Which steps go into one submit each. */
export function submitRanges(dispatches: number): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  for (let size = firstDispatches; from < dispatches; size *= growth) {
    // A short rest is not worth a submit of its own.
    const to = from + size + firstDispatches >= dispatches ? dispatches : from + size;
    ranges.push([from, to]);
    from = to;
  }
  return ranges;
}

/** A plan cut into submits that the GPU begins with early, each recorded for the next run while this one's result is awaited. */
export class Submits {
  readonly #gpu: GpuContext;
  readonly #label: string;
  readonly #plan: Plan;
  readonly #ranges: readonly Range[];
  readonly #ahead: boolean;
  #ready: readonly GPUCommandBuffer[] = [];

  /** `overlap`: the computeOverlap flag; without it the plan is one submit, recorded when it runs. */
  constructor(gpu: GpuContext, plan: Plan, label: string, overlap: boolean) {
    this.#gpu = gpu;
    this.#plan = plan;
    this.#label = label;
    // A CPU adapter computes where it would record.
    this.#ranges = overlap && !gpu.info.adapter.software ? submitRanges(plan.dispatches) : [[0, plan.dispatches]];
    this.#ahead = overlap && plan.fixed;
  }

  /** For one run. */
  take(): Work[] {
    const ready = this.#ready;
    this.#ready = [];
    return this.#ranges.map(([from, to], index) => ({
      record: (encoder) => this.#plan.encodeSteps(encoder, from, to),
      ready: ready[index],
    }));
  }

  /** Records the next run. Nothing here can fail that did not when the plan was first recorded, so no error scope looks. */
  recordAhead(): void {
    if (!this.#ahead) return;
    this.#ready = this.#ranges.map(([from, to]) => {
      const encoder = this.#gpu.device.createCommandEncoder({ label: this.#label });
      this.#plan.encodeSteps(encoder, from, to);
      return encoder.finish();
    });
  }
}
