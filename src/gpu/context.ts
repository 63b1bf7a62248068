import { EngineError, internalError } from '../core/errors.ts';
import type { DeviceInfo } from './device.ts';
import { inErrorScopes } from './errorScopes.ts';
import { PipelineCache } from './pipelines.ts';
import { BufferPool, type PoolOptions, readbackUsage } from './pool.ts';
import type { Timeline } from './timeline.ts';

/** Between a failure that a loss causes and the loss itself, at most. */
const lossMs = 1000;
/** GPUMapMode.READ */
const mapRead = 0x1;
/**
 * Browsers look for finished work when commands come in, and else by a timer: Chromium every 2 ms
 * (`kHandleMoreWorkPeriodMs` in gpu/ipc/service/command_buffer_stub.cc), Firefox every 100 ms (its bug 1870699). A small
 * network takes less. So while a result is awaited commands keep coming: one after the other at first, which is a round
 * trip of some 0.1 ms each, then by a timer. Chromium on an H100, medians: 6 dispatches and readback 0.38 ms against 2.4,
 * 96 dispatches 1.0 against 2.8. An error scope is command enough for Chromium; an empty submit is one on the driver's queue,
 * too, between those of the work: with one in every fourth round eight forwards at once take 0.95 to 0.98 of the time.
 * A CPU adapter needs its cores for the work itself.
 */
const nudging = { keenMs: 16, pauseMs: 4, roundsASubmit: 4 } as const;

/** The commands of one submit. */
export interface Work {
  readonly record: (encoder: GPUCommandEncoder) => void;
  /** The same, recorded before. */
  readonly ready?: GPUCommandBuffer | undefined;
}

const pageBytes = 4096;

/**
 * Zeros, with every page of memory there. A system hands pages out at their first write, which for 4 MiB takes several times as
 * long as copying into them: done while the GPU works, nobody waits for it.
 */
function touchedBuffer(bytes: number): ArrayBuffer {
  const data = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += pageBytes) data[at] = 0;
  return data.buffer;
}

/** A device and what belongs to it: pool, pipelines, submits, readback. Lives until the device is lost or destroyed. */
export class GpuContext {
  readonly device: GPUDevice;
  readonly info: DeviceInfo;
  readonly pool: BufferPool;
  readonly pipelines: PipelineCache;
  /** Notes the times of submits, while there is one. */
  timeline: Timeline | undefined;
  /** What a tuner measured on this device: the name of the fastest candidate by shape class (src/kernels/candidate.ts). */
  choices: ReadonlyMap<string, string> = new Map();
  #none: GPUBuffer | undefined;
  #lost: EngineError | undefined;
  #flopsPerSecond = 0;
  /** What the GPU is not done with yet and somebody waits for; and when the last of it began. */
  #awaited = 0;
  #awaitedSince = 0;
  #nudging = false;

  constructor(device: GPUDevice, info: DeviceInfo, options: PoolOptions = {}) {
    this.device = device;
    this.info = info;
    this.pool = new BufferPool(device, options);
    this.pipelines = new PipelineCache(device);
    void device.lost.then(({ reason, message }) => {
      this.#lost = new EngineError(
        'device-lost',
        `The GPU device was lost (${reason || 'unknown'}): ${message}`,
        'The engine makes a new one by itself; if it keeps happening, update the graphics driver.',
      );
      return undefined;
    });
  }

  /** Why the device is gone, if it is. */
  get lost(): EngineError | undefined {
    return this.#lost;
  }

  /** A small buffer of zeros: bound where a kernel declares something that a call does not have. */
  get none(): GPUBuffer {
    // 256 bytes cover a zero state block and any smallest binding; WebGPU zeroes new buffers.
    this.#none ??= this.device.createBuffer({ label: 'none', size: 256, usage: 0x80 });
    return this.#none;
  }

  /** The most floating-point operations a second that a whole run reached, by the wall; 0 before the first. */
  get flopsPerSecond(): number {
    return this.#flopsPerSecond;
  }

  /** Notes what a run took from its first submit to its result; beside others it takes longer, so the fastest counts. */
  noteRun(flops: number, ms: number): void {
    if (ms > 0) this.#flopsPerSecond = Math.max(this.#flopsPerSecond, (flops / ms) * 1000);
  }

  inErrorScopes<T>(label: string, work: () => T): { value: T; checked: Promise<void> } {
    return inErrorScopes(this.device, label, work);
  }

  /** Records and submits; resolves when the device has accepted the work (not when it is done). */
  submit(label: string, record: (encoder: GPUCommandEncoder) => void): Promise<void> {
    return this.#submitAll(label, [{ record }]);
  }

  /** Waits a moment for the device to say that it is lost; what failed may have noticed first. */
  async waitForLoss(): Promise<EngineError | undefined> {
    const moment = new Promise((resolve) => setTimeout(resolve, lossMs));
    await Promise.race([this.device.lost, moment]);
    return this.#lost;
  }

  /** Resolves when everything submitted so far is done. */
  async settle(): Promise<void> {
    await this.#awaiting(this.device.queue.onSubmittedWorkDone());
    if (this.#lost) throw this.#lost;
  }

  /** A copy of `bytes` from `byteOffset` (both multiples of 4) as they are after all work submitted before. */
  async read(buffer: GPUBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    const { data } = await this.enqueueRead('readback', () => undefined, [{ buffer, byteOffset, bytes }]);
    return data;
  }

  /**
   * Records and submits, with copies of the slices behind it in the last submit. Resolves when submitted; `data`, one slice
   * behind the other, follow when the GPU is done, and work submitted meanwhile does not wait for them.
   */
  async enqueueRead(
    label: string,
    work: Work['record'] | readonly Work[],
    slices: readonly { readonly buffer: GPUBuffer; readonly byteOffset: number; readonly bytes: number }[],
  ): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    for (const { byteOffset, bytes } of slices)
      if (byteOffset % 4 || bytes % 4)
        throw internalError(`Readback of ${bytes} bytes at ${byteOffset} is not aligned to 4.`);
    const bytes = slices.reduce((sum, slice) => sum + slice.bytes, 0);
    const staging = await this.pool.acquire({ bytes, owner: 'readback', label: 'readback', usage: readbackUsage });
    let submitted: Promise<void>;
    try {
      const works = typeof work === 'function' ? [{ record: work }] : work;
      submitted = this.#submitAll(label, works, (encoder) => {
        let target = 0;
        for (const slice of slices) {
          encoder.copyBufferToBuffer(slice.buffer, slice.byteOffset, staging, target, slice.bytes);
          target += slice.bytes;
        }
      });
    } catch (error) {
      this.pool.release(staging);
      throw error;
    }
    const data = this.#collect(label, staging, bytes, submitted);
    // Whoever waits for the data gets the error; nobody may wait after an abort.
    data.catch(() => undefined);
    return { data };
  }

  /** Ends the device. */
  destroy(): void {
    this.pool.destroy();
    this.#none?.destroy();
    this.device.destroy();
  }

  /**
   * Each work is a submit, so that an idle GPU begins early; one that has a result to finish first gets them in one, which
   * spares it the gaps between. `behind` is recorded into the last.
   */
  #submitAll(label: string, works: readonly Work[], behind?: Work['record']): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost);
    const { checked } = inErrorScopes(this.device, label, () => {
      const held: GPUCommandBuffer[] = [];
      for (const [index, work] of works.entries()) {
        const last = index === works.length - 1 ? behind : undefined;
        if (this.timeline) {
          this.timeline.submit(label, (encoder) => {
            work.record(encoder);
            last?.(encoder);
          });
          continue;
        }
        held.push(...this.#commandsOf(label, work, last));
        if (this.#awaited === 0 || index === works.length - 1) this.device.queue.submit(held.splice(0));
      }
    });
    return checked;
  }

  #commandsOf(label: string, { record, ready }: Work, behind: Work['record'] | undefined): GPUCommandBuffer[] {
    if (ready && !behind) return [ready];
    const encoder = this.device.createCommandEncoder({ label });
    if (!ready) record(encoder);
    behind?.(encoder);
    return ready ? [ready, encoder.finish()] : [encoder.finish()];
  }

  async #collect(label: string, staging: GPUBuffer, bytes: number, submitted: Promise<void>): Promise<ArrayBuffer> {
    const { timeline } = this;
    const startMs = timeline && performance.now();
    try {
      const mapped = Promise.all([submitted, this.#map(staging, bytes)]);
      // Whichever of the two fails, it is awaited below.
      mapped.catch(() => undefined);
      const data = touchedBuffer(bytes);
      await mapped;
      new Uint8Array(data).set(new Uint8Array(staging.getMappedRange(0, bytes)));
      return data;
    } finally {
      if (startMs !== undefined) timeline?.waited({ label, startMs, endMs: performance.now() });
      // Also after a refused submit, whose staging buffer is mapped or about to be: the pool lends it out again.
      staging.unmap();
      this.pool.release(staging);
    }
  }

  async #map(staging: GPUBuffer, bytes: number): Promise<void> {
    try {
      await this.#awaiting(staging.mapAsync(mapRead, 0, bytes));
    } catch (error) {
      const lost = this.#lost ?? (await this.waitForLoss());
      throw (
        lost ??
        new EngineError('gpu-validation', 'Reading a result back failed.', 'Please report it with engine.info.', error)
      );
    }
  }

  /** Keeps the browser looking for finished work meanwhile. */
  async #awaiting<T>(done: Promise<T>): Promise<T> {
    this.#awaited++;
    this.#awaitedSince = performance.now();
    if (!this.#nudging) void this.#nudge();
    try {
      return await done;
    } finally {
      this.#awaited--;
    }
  }

  /** Sends the GPU's process something to do, which makes it look for finished work, until nothing is awaited. */
  async #nudge(): Promise<void> {
    this.#nudging = true;
    for (let round = 0; this.#awaited > 0 && !this.#lost; round++) {
      if (round % nudging.roundsASubmit === 0) this.device.queue.submit([]);
      this.device.pushErrorScope('validation');
      // Rejects when the device goes: then nothing is awaited any more.
      await this.device.popErrorScope().catch(() => undefined);
      if (this.info.adapter.software || performance.now() - this.#awaitedSince > nudging.keenMs)
        await new Promise((resolve) => setTimeout(resolve, nudging.pauseMs));
    }
    this.#nudging = false;
  }
}
