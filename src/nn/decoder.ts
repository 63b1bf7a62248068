import { throwIfAborted } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { Site } from '../gpu/kernel.ts';
import { type DispatchTimes, profilePlan, type ProfileRounds } from '../gpu/profiler.ts';
import type { SamplingSettings } from '../kernels/sampling.ts';
import { sameRecords, type SequenceRecord, sequenceRecords } from '../kernels/sequences.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import {
  allocateStep,
  chunkRowsOf,
  type DecoderOptions,
  type Held,
  logitRowsOf,
  mostSlots,
  slotBytes,
  slotsThatBind,
  type StepBuffers,
} from './decoderMemory.ts';
import { DecoderPlans, type Head } from './decoderPlans.ts';
import { DecoderSlots } from './decoderSlots.ts';
import { checkHiddenStates } from './inputs.ts';
import { dropPadding, padRows } from './paddedRows.ts';
import { ropeDependsOnLength, ropeTable } from './rope.ts';
import type { WeightSet } from './weights.ts';

/**
 * A decoder with a KV cache of slots, written in place: each slot holds one sequence of up to `capacity` positions. Which
 * sequence a slot holds, and up to where, is the caller's: everything before the position of a step must have been put
 * there by earlier steps.
 */
export class Decoder {
  readonly config: DecoderConfig;
  /** Positions of a slot. */
  readonly capacity: number;
  readonly chunkRows: number;
  /** Rows of logits that one step can give. */
  readonly logitRows: number;
  /** Slots that the device could hold, were there memory. */
  readonly mostSlots: number;
  readonly #gpu: GpuContext;
  readonly #options: DecoderOptions;
  readonly #step: Held<StepBuffers>;
  readonly #slots: DecoderSlots;
  readonly #plans: DecoderPlans;
  /** What the records of the decode step will be when everything queued is done. */
  #records: readonly SequenceRecord[] = [];
  #ropeLength = 0;
  #lastFlops = 0;

  private constructor(
    gpu: GpuContext,
    config: DecoderConfig,
    weights: WeightSet,
    options: DecoderOptions,
    step: Held<StepBuffers>,
    slots: DecoderSlots,
  ) {
    this.#gpu = gpu;
    this.config = config;
    this.#options = options;
    this.#step = step;
    this.#slots = slots;
    this.capacity = options.capacity;
    this.chunkRows = chunkRowsOf(gpu, options);
    this.logitRows = logitRowsOf(config, this.chunkRows);
    // Dynamic RoPE turns all keys by the length of one prompt.
    this.mostSlots = this.prefixReusable ? slotsThatBind(gpu, config, options) : 1;
    this.#plans = new DecoderPlans(gpu, config, weights, options, {
      step: step.buffers,
      slots: slots.buffers,
    });
  }

  /** With one slot. @throws EngineError out-of-memory */
  static async create(
    gpu: GpuContext,
    config: DecoderConfig,
    weights: WeightSet,
    options: DecoderOptions,
  ): Promise<Decoder> {
    const rows = Math.max(chunkRowsOf(gpu, options), mostSlots);
    const step = await allocateStep(gpu, config, options, rows);
    try {
      const slots = await DecoderSlots.create(gpu, config, options);
      const decoder = new Decoder(gpu, config, weights, options, step, slots);
      decoder.#writeRope(0);
      return decoder;
    } catch (error) {
      step.release();
      throw error;
    }
  }

  get slots(): number {
    return this.#slots.buffers.slots;
  }

  get lastFlops(): number {
    return this.#lastFlops;
  }

  /** Whether keys of an earlier prompt may serve a new one with the same beginning. */
  get prefixReusable(): boolean {
    return !ropeDependsOnLength(this.config.rope);
  }

  /** See DecoderSlots.resize. @throws EngineError out-of-memory: everything is then as it was */
  async resizeSlots(slots: number, thresholdBytes = Number.POSITIVE_INFINITY): Promise<void> {
    await this.#slots.resize(slots, thresholdBytes);
    this.#plans.setSlots(this.#slots.buffers);
    this.#records = [];
  }

  /** Bytes of keys and values of one position. */
  get positionBytes(): number {
    return this.#slots.positionBytes;
  }

  /** GPU memory that a cache of so many sequences takes, in bytes. */
  slotBytes(slots: number): Promise<number> {
    return slotBytes(this.#gpu, this.config, this.#options, slots);
  }

  /** Settings of the sampler for the steps of a slot that are to come. */
  setSampling(slot: number, settings: SamplingSettings): void {
    this.#slots.setSampling(slot, settings);
  }

  /** Tells the positions how long the prompt is: only dynamic RoPE minds. */
  setPromptLength(length: number): void {
    if (!this.prefixReusable && length !== this.#ropeLength) this.#writeRope(length);
  }

  /** Copies the keys and values of the first `positions` of one slot to another. */
  copyPrefix(from: number, to: number, positions: number): Promise<void> {
    return this.#slots.copyPrefix(from, to, positions);
  }

  /**
   * Puts `tokens` into a slot from `position` on, in one step of at most `chunkRows`; `head` is what happens behind the last one:
   * the next token is sampled into its place, or nothing. Queued, not waited for.
   */
  async prefillChunk(
    slot: number,
    tokens: readonly number[],
    position: number,
    head: Exclude<Head, 'logits'>,
  ): Promise<void> {
    const plan = await this.#plans.prefill(tokens.length, head);
    this.#place(slot, tokens, position);
    this.#plans.maxKeys = position + tokens.length;
    await this.#gpu.submit('prefill', (encoder) => plan.encode(encoder));
    this.#lastFlops = plan.flops;
  }

  /** All of `tokens`, chunk by chunk; a chunk is waited for, so that an abort is heard. */
  async prefill(
    slot: number,
    tokens: readonly number[],
    position: number,
    head: Exclude<Head, 'logits'>,
    signal?: AbortSignal,
  ): Promise<void> {
    for (let start = 0; start < tokens.length; start += this.chunkRows) {
      throwIfAborted(signal);
      const chunk = tokens.slice(start, start + this.chunkRows);
      const last = start + chunk.length >= tokens.length;
      await this.prefillChunk(slot, chunk, position + start, last ? head : 'none');
      if (!last) await this.#gpu.settle();
    }
  }

  /** Logits of all `tokens`, f32 [tokens, vocab], from an empty slot 0. */
  async logits(tokens: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const { vocab } = this.config;
    const stride = Math.ceil(vocab / 4) * 4;
    const out = new Float32Array(tokens.length * vocab);
    this.setPromptLength(tokens.length);
    for (let start = 0; start < tokens.length; start += this.logitRows) {
      throwIfAborted(signal);
      const chunk = tokens.slice(start, start + this.logitRows);
      const plan = await this.#plans.prefill(chunk.length, 'logits');
      this.#place(0, chunk, start);
      this.#plans.maxKeys = start + chunk.length;
      const slice = { buffer: this.#slots.buffers.logits, byteOffset: 0, bytes: chunk.length * stride * 4 };
      const { data } = await this.#gpu.enqueueRead('logits', (encoder) => plan.encode(encoder), [slice]);
      this.#lastFlops = plan.flops;
      const padded = new Float32Array(await data);
      for (let row = 0; row < chunk.length; row++)
        out.set(padded.subarray(row * stride, row * stride + vocab), (start + row) * vocab);
    }
    return out;
  }

  /**
   * `count` decode steps in one submit: each takes the token at the position of each sequence and samples its next.
   * Resolves when submitted; `data` are the new tokens, u32 [sequences, count].
   */
  async decode(sequences: readonly SequenceRecord[], count: number): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    const plan = await this.#plans.decode(sequences.length);
    const { decodeState } = this.#slots.buffers;
    // The GPU moves the positions on by itself; only when others join or leave must it be told.
    if (!sameRecords(this.#records, sequences))
      this.#gpu.device.queue.writeBuffer(decodeState, 0, sequenceRecords(sequences));
    this.#records = sequences.map(({ slot, position }) => ({ slot, position: position + count }));
    this.#plans.maxKeys = Math.max(...sequences.map(({ position }) => position)) + count;
    this.#lastFlops = plan.flops;
    return this.#gpu.enqueueRead(
      'decode',
      (encoder) => {
        const pass = encoder.beginComputePass();
        for (let step = 0; step < count; step++) plan.record(pass);
        pass.end();
      },
      sequences.map(({ slot, position }) => this.#slots.tokens(slot, position + 1, count)),
    );
  }

  /** The token at a position as it will be when everything submitted so far is done: u32 [1]. */
  readToken(slot: number, position: number): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    return this.#gpu.enqueueRead('read token', () => undefined, [this.#slots.tokens(slot, position, 1)]);
  }

  /**
   * The layers alone: f32 [batch, seq, hidden] in and out, causal, each item of the batch from position 0 of slot 0. Resolves
   * when all of it is submitted; `result` follows when the GPU is done. An abort is heard before each chunk.
   */
  async begin(
    hiddenStates: Float32Array,
    shape: readonly number[],
    signal?: AbortSignal,
  ): Promise<{ readonly result: Promise<Float32Array> }> {
    const { hidden } = this.config;
    const [batch, seq] = checkHiddenStates(hiddenStates, shape, hidden, this.capacity);
    const out = new Float32Array(hiddenStates.length);
    let arrived: Promise<void> = Promise.resolve();
    this.setPromptLength(seq);
    try {
      for (let item = 0; item < batch; item++) {
        for (let start = 0; start < seq; start += this.chunkRows) {
          throwIfAborted(signal);
          const at = (item * seq + start) * hidden;
          const rows = Math.min(this.chunkRows, seq - start);
          const { data } = await this.#beginChunk(hiddenStates.subarray(at, at + rows * hidden), rows, start);
          // Two are on their way at most: each has a staging buffer.
          await arrived;
          arrived = data.then((padded) => out.set(dropPadding(new Float32Array(padded), hidden), at));
          arrived.catch(() => undefined);
        }
      }
    } catch (error) {
      // What is on its way still holds a staging buffer.
      await arrived.catch(() => undefined);
      throw error;
    }
    const result = arrived.then(() => {
      throwIfAborted(signal);
      return out;
    });
    result.catch(() => undefined);
    return { result };
  }

  /** `count` rows, [count, hidden], from position `start` of slot 0 on. Queue order keeps them from those of the chunk before. */
  async #beginChunk(
    rows: Float32Array,
    count: number,
    start: number,
  ): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    const { hidden } = this.config;
    const plan = await this.#plans.hidden(count);
    const { x, prefillState } = this.#step.buffers;
    this.#gpu.device.queue.writeBuffer(prefillState, 0, sequenceRecords([{ slot: 0, position: start }]));
    this.#gpu.device.queue.writeBuffer(x, 0, padRows(rows, hidden));
    this.#plans.maxKeys = start + count;
    this.#lastFlops = plan.flops;
    const slice = { buffer: x, byteOffset: 0, bytes: count * Math.ceil(hidden / 4) * 16 };
    return this.#gpu.enqueueRead('forward', (encoder) => plan.encode(encoder), [slice]);
  }

  /**
   * Compiles what generation needs. A prompt of any length then finds its pipelines: the row counts stand for the classes
   * in which kernels and tiles are chosen (one row, few, a small tile, a large one, a full chunk).
   */
  async compile(): Promise<void> {
    const rows = [1, 2, 8, 16, 64, this.chunkRows].filter((count) => count <= this.chunkRows);
    await Promise.all([...rows.map((count) => this.#plans.prefill(count, 'sample')), this.#plans.decode(1)]);
  }

  /** Compiles everything else, too: prompts of any length, logits. */
  async compileAll(): Promise<void> {
    await Promise.all([this.compile(), this.#plans.compile(this.chunkRows, this.logitRows)]);
  }

  /** GPU time by dispatch of one decode step of slot 0 with `keys` positions before it. What the slot holds is lost. */
  async profile(keys = 0, rounds?: ProfileRounds): Promise<DispatchTimes> {
    const plan = await this.#plans.decode(1);
    const { decodeState } = this.#slots.buffers;
    this.#records = [];
    this.#plans.maxKeys = keys + 1;
    const beforeRound = (): void => {
      this.#slots.writeTokens(0, keys, [0]);
      this.#gpu.device.queue.writeBuffer(decodeState, 0, sequenceRecords([{ slot: 0, position: keys }]));
    };
    return profilePlan(this.#gpu, plan, { ...rounds, beforeRound });
  }

  /** The same of a prompt's first `rows` tokens, with the head behind them. */
  async profilePrefill(rows: number, rounds?: ProfileRounds): Promise<DispatchTimes> {
    const plan = await this.#plans.prefill(rows, 'sample');
    const tokens = Array.from({ length: rows }, (_, index) => index % this.config.vocab);
    this.#plans.maxKeys = rows;
    return profilePlan(this.#gpu, plan, { ...rounds, beforeRound: () => this.#place(0, tokens, 0) });
  }

  /** See DecoderPlans.sites. */
  sites(rows: number): Promise<readonly Site[]> {
    this.#records = [];
    return this.#plans.sites(rows);
  }

  /** What was chosen for them holds no longer. */
  forgetPlans(): void {
    this.#plans.dispose();
  }

  /** Resolves when everything queued is done. */
  settle(): Promise<void> {
    return this.#gpu.settle();
  }

  dispose(): void {
    this.#plans.dispose();
    this.#slots.dispose();
    this.#step.release();
  }

  /** Tokens and position for the next step of one sequence; queued before it, so no step in flight sees them. */
  #place(slot: number, tokens: readonly number[], position: number): void {
    this.#slots.writeTokens(slot, position, tokens);
    const { prefillState } = this.#step.buffers;
    this.#gpu.device.queue.writeBuffer(prefillState, 0, sequenceRecords([{ slot, position }]));
  }

  #writeRope(length: number): void {
    this.#ropeLength = length;
    const { rope } = this.#step.buffers;
    this.#gpu.device.queue.writeBuffer(rope, 0, ropeTable(this.config.rope, this.capacity, length));
  }
}
