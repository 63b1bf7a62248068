import type { GpuContext } from './context.ts';
import { mostTimestamps, resolveTimestamps } from './profiler.ts';
import { clockOf, type GpuClock } from './timestamps.ts';

/** One submit: what the CPU did for it (ms of performance.now()), and when the GPU worked on it. */
export interface SubmitSpan {
  readonly label: string;
  readonly recordStartMs: number;
  readonly recordEndMs: number;
  readonly submitEndMs: number;
  /** ms on the GPU's own clock; undefined for submits over the number that is timed. */
  readonly gpu: { readonly startMs: number; readonly endMs: number } | undefined;
}

/** Waiting for a result to be read back. */
export interface WaitSpan {
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface TimelineResult {
  readonly submits: readonly SubmitSpan[];
  readonly waits: readonly WaitSpan[];
  readonly clock: GpuClock;
  /** Add it to a GPU time to get one of performance.now(): WebGPU does not say, so the earliest that no submit contradicts. */
  readonly gpuOffsetMs: number;
}

interface OpenSubmit {
  readonly label: string;
  readonly recordStartMs: number;
  recordEndMs: number;
  submitEndMs: number;
  readonly query: number | undefined;
}

/**
 * Times whole submits while work runs as it always does: a timestamp before the first command and one behind the last, in
 * empty passes of their own. `start` sets it to work on a context, `stop` ends that and reads the times.
 */
export class Timeline {
  readonly #gpu: GpuContext;
  readonly #querySet: GPUQuerySet;
  readonly #submits: OpenSubmit[] = [];
  readonly #waits: WaitSpan[] = [];

  private constructor(gpu: GpuContext) {
    this.#gpu = gpu;
    this.#querySet = gpu.device.createQuerySet({ label: 'timeline', type: 'timestamp', count: mostTimestamps });
  }

  static start(gpu: GpuContext): Timeline {
    const timeline = new Timeline(gpu);
    gpu.timeline = timeline;
    return timeline;
  }

  /** Records and submits with the times of it. */
  submit(label: string, record: (encoder: GPUCommandEncoder) => void): void {
    const { device } = this.#gpu;
    const index = this.#submits.length * 2;
    const span: OpenSubmit = {
      label,
      recordStartMs: performance.now(),
      recordEndMs: 0,
      submitEndMs: 0,
      query: index + 1 < mostTimestamps ? index : undefined,
    };
    this.#submits.push(span);
    const encoder = device.createCommandEncoder({ label });
    this.#mark(encoder, span.query);
    record(encoder);
    this.#mark(encoder, span.query === undefined ? undefined : span.query + 1);
    const commands = encoder.finish();
    span.recordEndMs = performance.now();
    device.queue.submit([commands]);
    span.submitEndMs = performance.now();
  }

  waited(span: WaitSpan): void {
    this.#waits.push(span);
  }

  /** Ends it, and reads the times of everything submitted meanwhile. */
  async stop(): Promise<TimelineResult> {
    this.#gpu.timeline = undefined;
    const count = Math.min(this.#submits.length * 2, mostTimestamps);
    const ticks = await resolveTimestamps(this.#gpu, this.#querySet, count);
    const first = ticks[0] ?? 0n;
    const submits = this.#submits.map(({ query, ...span }): SubmitSpan => {
      const at = (index: number): number => Number((ticks[index] ?? 0n) - first) / 1e6;
      return { ...span, gpu: query === undefined ? undefined : { startMs: at(query), endMs: at(query + 1) } };
    });
    // The GPU began no submit before the CPU had recorded it.
    const earliest = submits.map(({ recordEndMs, gpu }) =>
      gpu ? recordEndMs - gpu.startMs : Number.NEGATIVE_INFINITY,
    );
    return {
      submits,
      waits: this.#waits,
      clock: clockOf(ticks),
      gpuOffsetMs: submits.length > 0 ? Math.max(...earliest) : 0,
    };
  }

  /** Ends it without a result. */
  cancel(): void {
    this.#gpu.timeline = undefined;
    this.#querySet.destroy();
  }

  #mark(encoder: GPUCommandEncoder, index: number | undefined): void {
    if (index === undefined) return;
    const timestampWrites = { querySet: this.#querySet, beginningOfPassWriteIndex: index };
    encoder.beginComputePass({ label: 'timestamp', timestampWrites }).end();
  }
}
