import { outOfMemoryError } from '../gpu/errorScopes.ts';
import type { GpuContext } from '../gpu/context.ts';
import { type SamplingSettings, settingsBytes, writeSettings } from '../kernels/sampling.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import { allocateSlots, cacheBytes, type DecoderOptions, type Held, type SlotBuffers } from './decoderMemory.ts';

/** The sequences that a decoder holds: tokens, sampling settings, keys and values of each slot. */
export class DecoderSlots {
  readonly #gpu: GpuContext;
  readonly #config: DecoderConfig;
  readonly #options: DecoderOptions;
  #held: Held<SlotBuffers>;

  private constructor(gpu: GpuContext, config: DecoderConfig, options: DecoderOptions, held: Held<SlotBuffers>) {
    this.#gpu = gpu;
    this.#config = config;
    this.#options = options;
    this.#held = held;
  }

  /** One slot. @throws EngineError out-of-memory */
  static async create(gpu: GpuContext, config: DecoderConfig, options: DecoderOptions): Promise<DecoderSlots> {
    return new DecoderSlots(gpu, config, options, await allocateSlots(gpu, config, options, 1));
  }

  /** Others after each `resize`. */
  get buffers(): SlotBuffers {
    return this.#held.buffers;
  }

  /** Bytes of keys and values of one position. */
  get positionBytes(): number {
    return cacheBytes(this.#config, this.#options.element, 1);
  }

  /**
   * Makes room for so many sequences; what those slots hold stays. Queued work is not waited for. `thresholdBytes`: what the
   * pool may have in use behind that.
   * @throws EngineError out-of-memory: everything is then as it was
   */
  async resize(slots: number, thresholdBytes: number): Promise<void> {
    const old = this.#held;
    const more = (slots - old.buffers.slots) * this.#options.capacity * this.positionBytes;
    if (this.#gpu.pool.ledger().inUseBytes + more > thresholdBytes) {
      throw outOfMemoryError(`a cache of ${slots} sequences`, `memoryThresholdBytes is ${thresholdBytes}`);
    }
    const grown = await allocateSlots(this.#gpu, this.#config, this.#options, slots);
    await this.#gpu.submit('resize the cache', (encoder) => {
      const copy = (from: GPUBuffer, to: GPUBuffer): void =>
        encoder.copyBufferToBuffer(from, 0, to, 0, Math.min(from.size, to.size));
      copy(old.buffers.tokens, grown.buffers.tokens);
      copy(old.buffers.settings, grown.buffers.settings);
      for (const [layer, { keys, values }] of old.buffers.cache.entries()) {
        const target = grown.buffers.cache[layer];
        if (target) copy(keys, target.keys);
        if (target) copy(values, target.values);
      }
    });
    this.#held = grown;
    old.release();
  }

  /** Copies the keys and values of the first `positions` of one slot to another. */
  async copyPrefix(from: number, to: number, positions: number): Promise<void> {
    const { kvHeads, layers } = this.#config;
    const rowBytes = this.positionBytes / (2 * layers * kvHeads);
    const bytes = positions * rowBytes;
    const headBytes = this.#options.capacity * rowBytes;
    const heads = Array.from({ length: kvHeads }, (_, head) => head);
    // A copy within one buffer is not allowed: each goes through a scratch.
    const scratch = await this.#gpu.pool.acquire({ bytes: kvHeads * bytes, owner: 'kv', label: 'prefix' });
    try {
      await this.#gpu.submit('copy a prefix', (encoder) => {
        for (const buffer of this.buffers.cache.flatMap(({ keys, values }) => [keys, values])) {
          const at = (slot: number, head: number): number => (slot * kvHeads + head) * headBytes;
          for (const head of heads) encoder.copyBufferToBuffer(buffer, at(from, head), scratch, head * bytes, bytes);
          for (const head of heads) encoder.copyBufferToBuffer(scratch, head * bytes, buffer, at(to, head), bytes);
        }
      });
    } finally {
      this.#gpu.pool.release(scratch);
    }
  }

  /** Settings of the sampler for the steps of a slot that are to come. */
  setSampling(slot: number, settings: SamplingSettings): void {
    const data = new DataView(new ArrayBuffer(settingsBytes));
    writeSettings(data, settings);
    this.#gpu.device.queue.writeBuffer(this.buffers.settings, slot * settingsBytes, data.buffer);
  }

  /** Queued before the next submit, so that no step in flight sees them. */
  writeTokens(slot: number, position: number, tokens: readonly number[]): void {
    const data = Uint32Array.from(tokens);
    this.#gpu.device.queue.writeBuffer(this.buffers.tokens, this.#tokenOffset(slot, position), data);
  }

  /** Where `count` tokens of a slot lie, to be read. */
  tokens(slot: number, position: number, count: number): { buffer: GPUBuffer; byteOffset: number; bytes: number } {
    return { buffer: this.buffers.tokens, byteOffset: this.#tokenOffset(slot, position), bytes: count * 4 };
  }

  dispose(): void {
    this.#held.release();
  }

  #tokenOffset(slot: number, position: number): number {
    return (slot * (this.#options.capacity + 1) + position) * 4;
  }
}
