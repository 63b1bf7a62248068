import type { GpuContext } from './context.ts';
import { storageUsage } from './pool.ts';

export interface KernelTime {
  readonly kernel: string;
  readonly label: string;
  readonly ms: number;
}

/** QUERY_RESOLVE beside storage usage. */
const resolveUsage = storageUsage | 0x200;

/**
 * GPU time by dispatch: each one in a compute pass of its own with timestamps at both ends. Passes cost time of their
 * own, so a profiled run is slower than a plain one and its sum is no measure of it.
 */
export class Profiler {
  readonly #gpu: GpuContext;
  readonly #querySet: GPUQuerySet;
  readonly #capacity: number;
  readonly #passes: { kernel: string; label: string }[] = [];

  /** At most `capacity` dispatches (WebGPU allows 4096 timestamps in a set: 2048 dispatches). */
  constructor(gpu: GpuContext, capacity: number) {
    this.#gpu = gpu;
    this.#capacity = Math.min(capacity, 2048);
    this.#querySet = gpu.device.createQuerySet({ label: 'profiler', type: 'timestamp', count: this.#capacity * 2 });
  }

  beginPass(encoder: GPUCommandEncoder, kernel: string, label: string): GPUComputePassEncoder {
    const index = this.#passes.length;
    if (index >= this.#capacity) return encoder.beginComputePass({ label });
    this.#passes.push({ kernel, label });
    return encoder.beginComputePass({
      label,
      timestampWrites: {
        querySet: this.#querySet,
        beginningOfPassWriteIndex: index * 2,
        endOfPassWriteIndex: index * 2 + 1,
      },
    });
  }

  /** Reads the times of what was recorded and submitted; the profiler can be used once. */
  async times(): Promise<KernelTime[]> {
    const count = this.#passes.length * 2;
    if (count === 0) return [];
    const buffer = await this.#gpu.pool.acquire({
      bytes: count * 8,
      owner: 'profiler',
      label: 'timestamps',
      usage: resolveUsage,
    });
    try {
      await this.#gpu.submit('resolve timestamps', (encoder) =>
        encoder.resolveQuerySet(this.#querySet, 0, count, buffer, 0),
      );
      const ticks = new BigUint64Array(await this.#gpu.read(buffer, 0, count * 8));
      return this.#passes.map(({ kernel, label }, index) => ({
        kernel,
        label,
        // Nanoseconds; a clock that was reset in between gives nothing rather than something negative.
        ms: Math.max(0, Number((ticks[index * 2 + 1] ?? 0n) - (ticks[index * 2] ?? 0n)) / 1e6),
      }));
    } finally {
      this.#gpu.pool.release(buffer);
      this.#querySet.destroy();
    }
  }
}
