import { throwIfAborted } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { buildPlan, type Plan } from '../gpu/plan.ts';
import { type KernelTime, Profiler } from '../gpu/profiler.ts';
import { sample, type SamplingSettings, settingsBytes, writeSettings } from '../kernels/sampling.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import { type DecoderGraph, decoderLayer, embedTokens, outputHead } from './decoderLayers.ts';
import { allocateDecoder, chunkRowsOf, type DecoderMemory, type DecoderOptions, logitRowsOf } from './decoderMemory.ts';
import { checkHiddenStates } from './inputs.ts';
import type { LayerContext } from './layerOps.ts';
import { ropeDependsOnLength, ropeTable } from './rope.ts';
import type { WeightSet } from './weights.ts';

/** What a step does with its last hidden state. */
type Head = 'none' | 'sample' | 'logits';

/** Prefill lengths whose plans are kept; the decode step's is kept always. */
const keptPlans = 12;

/**
 * A decoder with its KV cache of fixed capacity, written in place. One sequence; positions are the caller's: `step` puts
 * tokens at a position and everything before it must have been put there by earlier steps.
 */
export class Decoder {
  readonly config: DecoderConfig;
  readonly capacity: number;
  readonly chunkRows: number;
  /** Rows of logits that one step can give. */
  readonly logitRows: number;
  readonly #gpu: GpuContext;
  readonly #weights: WeightSet;
  readonly #options: DecoderOptions;
  readonly #memory: DecoderMemory;
  readonly #plans = new Map<string, Plan>();
  /** Keys at most in the steps being recorded. */
  #maxKeys = 1;
  #ropeLength = 0;
  #lastFlops = 0;

  private constructor(
    gpu: GpuContext,
    config: DecoderConfig,
    weights: WeightSet,
    options: DecoderOptions,
    memory: DecoderMemory,
  ) {
    this.#gpu = gpu;
    this.config = config;
    this.#weights = weights;
    this.#options = options;
    this.#memory = memory;
    this.capacity = options.capacity;
    this.chunkRows = chunkRowsOf(gpu, options);
    this.logitRows = logitRowsOf(config, this.chunkRows);
  }

  /** @throws EngineError out-of-memory */
  static async create(
    gpu: GpuContext,
    config: DecoderConfig,
    weights: WeightSet,
    options: DecoderOptions,
  ): Promise<Decoder> {
    const memory = await allocateDecoder(gpu, config, options);
    const decoder = new Decoder(gpu, config, weights, options, memory);
    decoder.#writeRope(0);
    return decoder;
  }

  get tokens(): GPUBuffer {
    return this.#memory.buffers.tokens;
  }

  get lastFlops(): number {
    return this.#lastFlops;
  }

  /** Whether keys of an earlier prompt may serve a new one with the same beginning. */
  get prefixReusable(): boolean {
    return !ropeDependsOnLength(this.config.rope);
  }

  /** Settings of the sampler for the steps to come. */
  setSampling(settings: SamplingSettings): void {
    const data = new DataView(new ArrayBuffer(settingsBytes));
    writeSettings(data, settings);
    this.#gpu.device.queue.writeBuffer(this.#memory.settings, 0, data.buffer);
  }

  /** Tells the positions how long the prompt is: only dynamic RoPE minds. */
  setPromptLength(length: number): void {
    if (!this.prefixReusable && length !== this.#ropeLength) this.#writeRope(length);
  }

  /**
   * Puts `tokens` into the cache from `position` on, in chunks; `head` is what happens behind the last one: the next
   * token is sampled into tokens[position + tokens.length], or nothing. Everything is queued, not waited for, unless a
   * software adapter needs an abort to be heard.
   */
  async prefill(
    tokens: readonly number[],
    position: number,
    head: Exclude<Head, 'logits'>,
    signal?: AbortSignal,
  ): Promise<void> {
    for (let start = 0; start < tokens.length; start += this.chunkRows) {
      throwIfAborted(signal);
      const chunk = tokens.slice(start, start + this.chunkRows);
      const last = start + chunk.length >= tokens.length;
      const plan = await this.#planFor(chunk.length, last ? head : 'none');
      this.#place(chunk, position + start);
      this.#maxKeys = position + start + chunk.length;
      await this.#gpu.submit('prefill', (encoder) => plan.encode(encoder));
      this.#lastFlops = plan.flops;
      if (!last) await this.#gpu.settle();
    }
  }

  /** Logits of all `tokens`, f32 [tokens, vocab], from an empty cache. */
  async logits(tokens: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const { vocab } = this.config;
    const stride = Math.ceil(vocab / 4) * 4;
    const out = new Float32Array(tokens.length * vocab);
    this.setPromptLength(tokens.length);
    for (let start = 0; start < tokens.length; start += this.logitRows) {
      throwIfAborted(signal);
      const chunk = tokens.slice(start, start + this.logitRows);
      const plan = await this.#planFor(chunk.length, 'logits');
      this.#place(chunk, start);
      this.#maxKeys = start + chunk.length;
      const slice = { buffer: this.#memory.buffers.logits, byteOffset: 0, bytes: chunk.length * stride * 4 };
      const { data } = await this.#gpu.enqueueRead('logits', (encoder) => plan.encode(encoder), slice);
      this.#lastFlops = plan.flops;
      const padded = new Float32Array(await data);
      for (let row = 0; row < chunk.length; row++)
        out.set(padded.subarray(row * stride, row * stride + vocab), (start + row) * vocab);
    }
    return out;
  }

  /**
   * `count` decode steps in one submit: each takes the token at its position and samples the next. Resolves when
   * submitted; `data` are the new tokens, u32 [count].
   */
  async decode(position: number, count: number): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    const plan = await this.#planFor(1, 'sample');
    this.#maxKeys = position + count;
    this.#lastFlops = plan.flops;
    const slice = { buffer: this.tokens, byteOffset: (position + 1) * 4, bytes: count * 4 };
    return this.#gpu.enqueueRead(
      'decode',
      (encoder) => {
        const pass = encoder.beginComputePass();
        for (let step = 0; step < count; step++) plan.record(pass);
        pass.end();
      },
      slice,
    );
  }

  /** The token at a position as it will be when everything submitted so far is done: u32 [1]. */
  readToken(position: number): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    return this.#gpu.enqueueRead('read token', () => undefined, {
      buffer: this.tokens,
      byteOffset: position * 4,
      bytes: 4,
    });
  }

  /** The layers alone: f32 [batch, seq, hidden] in and out, causal, each item of the batch from position 0. */
  async forward(hiddenStates: Float32Array, shape: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const { hidden } = this.config;
    const [batch, seq] = checkHiddenStates(hiddenStates, shape, hidden, this.capacity);
    const out = new Float32Array(hiddenStates.length);
    this.setPromptLength(seq);
    for (let item = 0; item < batch; item++) {
      for (let start = 0; start < seq; start += this.chunkRows) {
        throwIfAborted(signal);
        const rows = Math.min(this.chunkRows, seq - start);
        const at = (item * seq + start) * hidden;
        const plan = await this.#hiddenPlan(rows);
        const { x, state } = this.#memory.buffers;
        this.#gpu.device.queue.writeBuffer(state, 0, new Uint32Array([start, 0]));
        this.#gpu.device.queue.writeBuffer(x, 0, padRows(hiddenStates.subarray(at, at + rows * hidden), hidden));
        this.#maxKeys = start + rows;
        const bytes = rows * Math.ceil(hidden / 4) * 16;
        const { data } = await this.#gpu.enqueueRead('forward', (encoder) => plan.encode(encoder), {
          buffer: x,
          byteOffset: 0,
          bytes,
        });
        this.#lastFlops = plan.flops;
        out.set(dropPadding(new Float32Array(await data), hidden), at);
      }
    }
    return out;
  }

  /**
   * Compiles what generation needs. A prompt of any length then finds its pipelines: the row counts stand for the classes
   * in which kernels and tiles are chosen (one row, few, a small tile, a full chunk).
   */
  async compile(): Promise<void> {
    const rows = [1, 2, 8, 16, this.chunkRows].filter((count) => count <= this.chunkRows);
    await Promise.all(rows.map((count) => this.#planFor(count, 'sample')));
  }

  /** GPU time by dispatch of one decode step at position 0. */
  async profile(): Promise<KernelTime[]> {
    const plan = await this.#planFor(1, 'sample');
    this.#place([0], 0);
    this.#maxKeys = 1;
    const profiler = new Profiler(this.#gpu, plan.dispatches);
    await this.#gpu.submit('profile', (encoder) => plan.encode(encoder, profiler));
    return profiler.times();
  }

  dispose(): void {
    for (const plan of this.#plans.values()) plan.dispose();
    this.#plans.clear();
    this.#memory.release();
  }

  /** Tokens and position for the next step; queued before it, so no step in flight sees them. */
  #place(tokens: readonly number[], position: number): void {
    const { queue } = this.#gpu.device;
    queue.writeBuffer(this.#memory.buffers.tokens, position * 4, Uint32Array.from(tokens));
    queue.writeBuffer(this.#memory.buffers.state, 0, new Uint32Array([position, 0]));
  }

  #writeRope(length: number): void {
    this.#ropeLength = length;
    this.#gpu.device.queue.writeBuffer(
      this.#memory.buffers.rope,
      0,
      ropeTable(this.config.rope, this.capacity, length),
    );
  }

  #planFor(rows: number, head: Head): Promise<Plan> {
    return this.#cachedPlan(`${rows} ${head}`, () => {
      const graph = this.#graph();
      const context = this.#context(rows);
      return [...embedTokens(graph, rows), ...this.#layers(graph, context), ...this.#headCalls(graph, context, head)];
    });
  }

  #hiddenPlan(rows: number): Promise<Plan> {
    return this.#cachedPlan(`${rows} hidden`, () => this.#layers(this.#graph(), this.#context(rows)));
  }

  async #cachedPlan(key: string, calls: () => KernelCall[]): Promise<Plan> {
    const known = this.#plans.get(key);
    if (known) {
      // Most recently used last.
      this.#plans.delete(key);
      this.#plans.set(key, known);
      return known;
    }
    const plan = await buildPlan(this.#gpu, calls(), `decoder ${key}`);
    for (const [oldKey, old] of this.#plans) {
      if (this.#plans.size < keptPlans) break;
      if (oldKey === '1 sample') continue;
      this.#plans.delete(oldKey);
      old.dispose();
    }
    this.#plans.get(key)?.dispose();
    this.#plans.set(key, plan);
    return plan;
  }

  #layers(graph: DecoderGraph, context: LayerContext): KernelCall[] {
    return Array.from({ length: this.config.layers }, (_, index) => decoderLayer(graph, context, index)).flat();
  }

  #headCalls(graph: DecoderGraph, context: LayerContext, head: Head): KernelCall[] {
    if (head === 'none') return [];
    if (head === 'logits') return outputHead(graph, context, 0, context.rows);
    const { buffers, settings, sampleScratch } = this.#memory;
    return [
      ...outputHead(graph, context, context.rows - 1, 1),
      ...sample({
        label: 'sample',
        device: this.#gpu.info,
        logits: buffers.logits,
        tokens: buffers.tokens,
        state: buffers.state,
        vocab: this.config.vocab,
        rows: context.rows,
        settings,
        scratch: sampleScratch,
        none: this.#gpu.none,
      }),
    ];
  }

  #graph(): DecoderGraph {
    return {
      gpu: this.#gpu,
      config: this.config,
      weights: this.#weights,
      buffers: this.#memory.buffers,
      capacity: this.capacity,
      maxKeys: () => this.#maxKeys,
    };
  }

  #context(rows: number): LayerContext {
    const { element, fusion } = this.#options;
    return { gpu: this.#gpu, element, rows, normed: this.#memory.buffers.normed, fusion };
  }
}

/** [rows, hidden] with rows padded to a multiple of 4, as kernels keep them. */
function padRows(data: Float32Array, hidden: number): Float32Array<ArrayBuffer> {
  const stride = Math.ceil(hidden / 4) * 4;
  const out = new Float32Array((data.length / hidden) * stride);
  for (let row = 0; row * hidden < data.length; row++)
    out.set(data.subarray(row * hidden, (row + 1) * hidden), row * stride);
  return out;
}

function dropPadding(data: Float32Array, hidden: number): Float32Array {
  const stride = Math.ceil(hidden / 4) * 4;
  if (stride === hidden) return data;
  const out = new Float32Array((data.length / stride) * hidden);
  for (let row = 0; row * stride < data.length; row++)
    out.set(data.subarray(row * stride, row * stride + hidden), row * hidden);
  return out;
}
