import { EngineError, throwIfAborted } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { Site } from '../gpu/kernel.ts';
import { sizeClass } from '../gpu/pool.ts';
import { type DispatchTimes, profilePlan, type ProfileRounds } from '../gpu/profiler.ts';
import { checkHiddenStates } from './inputs.ts';
import { type AttentionMask, resolveMask } from './mask.ts';
import { type Assemble, compilePlans, planBytes, typicalRows } from './planAhead.ts';
import { buildStagedPlan, itemsThatFit, PlanCache, runStages, sitesIn, type StagedPlan } from './stagedPlan.ts';
import type { TrunkConfig } from './trunkConfig.ts';
import { allocateTrunk, trunkLayers, type TrunkOptions, widestTrunkRow } from './trunkLayers.ts';
import type { WeightSet } from './weights.ts';

export interface ForwardArgs {
  readonly mask?: Uint8Array | undefined;
  readonly maskShape?: readonly number[] | undefined;
  readonly causal?: boolean | undefined;
  /** The batch is not cut to what memory holds. */
  readonly whole?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A forward whose work is all submitted. */
export interface BegunForward {
  /** The input's shape; rejects with aborted, device-lost, out-of-memory. */
  readonly result: Promise<Float32Array>;
}

interface TrunkIo {
  readonly x: GPUBuffer;
  readonly mask: GPUBuffer | undefined;
}

type TrunkPlan = StagedPlan<TrunkIo>;

/** Rows up to which `compile` looks: where a whole batch is one product. */
const compiledRows = 4096;

/** The trunk that all three variants share: hidden states in, hidden states out (`UltraOptimizedModel`). */
export class Trunk {
  readonly config: TrunkConfig;
  readonly #gpu: GpuContext;
  readonly #weights: WeightSet;
  readonly #options: TrunkOptions;
  readonly #plans: PlanCache<TrunkPlan>;
  #lastFlops = 0;

  constructor(gpu: GpuContext, config: TrunkConfig, weights: WeightSet, options: TrunkOptions) {
    this.#gpu = gpu;
    this.config = config;
    this.#weights = weights;
    this.#options = options;
    this.#plans = new PlanCache(options.keptPlans);
  }

  /** Floating-point operations of the last forward. */
  get lastFlops(): number {
    return this.#lastFlops;
  }

  /**
   * `hiddenStates`: [batch, seq, hidden], f32; gives the same shape. A row whose keys are all masked gets no attention.
   * Resolves when the GPU has all work, so that the next forward can follow while this one's result is on its way.
   * @throws EngineError invalid-shape, input-too-long, non-finite-input, mask-mismatch, out-of-memory, aborted
   */
  async begin(hiddenStates: Float32Array, shape: readonly number[], args: ForwardArgs = {}): Promise<BegunForward> {
    const [batch, seq] = checkHiddenStates(hiddenStates, shape, this.config.hidden, this.config.maxSeq);
    const mask = resolveMask(args.mask, args.maskShape, [batch, this.config.heads, seq, seq]);
    throwIfAborted(args.signal);
    let out = new Float32Array(0);
    const rowFloats = seq * this.config.hidden;
    // Items of a batch do not see each other: as many at once as the widest activation's binding, and memory, hold.
    const most = Math.min(batch, this.mostAtOnce(seq));
    const batching = args.whole ? undefined : this.#options.batching;
    const has = (items: number): boolean =>
      this.#plans.has(keyOf(items, seq, mask?.slice(0, items), args.causal ?? false));
    let step = batching ? await this.#within(batching.thresholdBytes, most, seq, has) : most;
    this.#lastFlops = 0;
    let arrived: Promise<void> = Promise.resolve();
    for (let first = 0; first < batch;) {
      const count = Math.min(step, batch - first);
      const at = first * rowFloats;
      const slice = hiddenStates.subarray(at, at + count * rowFloats);
      const begun = await this.#beginBatch(slice, count, seq, mask?.slice(first, count), args).catch(
        (error: unknown) => {
          if (!batching || count === 1 || !isOutOfMemory(error)) throw error;
          return undefined;
        },
      );
      // Two are on their way at most: each has a staging buffer.
      await arrived;
      if (!begun) {
        step = Math.ceil(count / 2);
        continue;
      }
      arrived = begun.data.then((data) => {
        const result = new Float32Array(data);
        if (count === batch) out = result;
        else {
          if (out.length === 0) out = new Float32Array(hiddenStates.length);
          out.set(result, at);
        }
      });
      arrived.catch(() => undefined);
      first += count;
    }
    const result = arrived.then(() => {
      throwIfAborted(args.signal);
      return out;
    });
    result.catch(() => undefined);
    return { result };
  }

  /** Items of a batch of `most` that leave the pool under the threshold, or whose plan is there already; at least one. */
  async #within(thresholdBytes: number, most: number, seq: number, has: (items: number) => boolean): Promise<number> {
    if (!Number.isFinite(thresholdBytes)) return most;
    let items = most;
    const room = thresholdBytes - this.#gpu.pool.ledger().inUseBytes;
    while (items > 1 && !has(items) && (await this.batchBytes(items, seq)) > room) items = Math.ceil(items / 2);
    return items;
  }

  /** As `begin`, with its result. */
  async forward(hiddenStates: Float32Array, shape: readonly number[], args: ForwardArgs = {}): Promise<Float32Array> {
    return (await this.begin(hiddenStates, shape, args)).result;
  }

  /** Compiles what forwards of any length and batch need. */
  async compile(): Promise<void> {
    const { maxSeq } = this.config;
    // Products go by all rows, attention by those of a sequence.
    const shapes = typicalRows(Math.max(maxSeq, compiledRows)).map((rows) => {
      const seq = Math.min(rows, maxSeq);
      return this.#assemble(Math.ceil(rows / seq), seq, undefined, false);
    });
    await compilePlans(this.#gpu, shapes);
  }

  /** Sequences of `seq` that run at once on this device, were there memory. @throws EngineError input-too-long */
  mostAtOnce(seq: number): number {
    return itemsThatFit(this.#gpu, widestTrunkRow(this.config, this.#options.element), seq);
  }

  /** GPU memory that a forward of so many sequences at once takes beside the weights, in bytes. */
  async batchBytes(batch: number, seq: number): Promise<number> {
    const plan = await planBytes(this.#gpu, this.#assemble(batch, seq, undefined, false));
    // The result is copied out before it is read.
    return plan + sizeClass(batch * seq * this.config.hidden * 4);
  }

  /** Runs one sequence of `seq` once. */
  async warmUp(seq: number): Promise<void> {
    await this.forward(new Float32Array(seq * this.config.hidden).fill(0.5), [1, seq, this.config.hidden]);
  }

  /** GPU time by dispatch of one forward of one sequence. */
  async profile(seq: number, rounds?: ProfileRounds): Promise<DispatchTimes> {
    return profilePlan(this.#gpu, (await this.#planFor(1, seq, undefined, false)).plan, rounds);
  }

  /** Where a forward of one sequence has a choice of kernels. */
  async sites(seq: number): Promise<readonly Site[]> {
    return sitesIn(await this.#planFor(1, seq, undefined, false));
  }

  /** Gives back what is kept for shapes that may come again. */
  forgetPlans(): void {
    this.#plans.dispose();
  }

  dispose(): void {
    this.forgetPlans();
  }

  async #beginBatch(
    x: Float32Array,
    batch: number,
    seq: number,
    mask: AttentionMask | undefined,
    args: ForwardArgs,
  ): Promise<{ readonly data: Promise<ArrayBuffer> }> {
    const plan = await this.#planFor(batch, seq, mask, args.causal ?? false);
    const { queue } = this.#gpu.device;
    queue.writeBuffer(plan.buffers.x, 0, x as Float32Array<ArrayBuffer>);
    if (mask && plan.buffers.mask) queue.writeBuffer(plan.buffers.mask, 0, mask.words);
    const { data, flops } = await runStages(this.#gpu, 'trunk', plan, plan.buffers.x, x.byteLength, args.signal);
    this.#lastFlops += flops;
    return { data };
  }

  #planFor(batch: number, seq: number, mask: AttentionMask | undefined, causal: boolean): Promise<TrunkPlan> {
    return this.#plans.get(keyOf(batch, seq, mask, causal), () => this.#buildPlan(batch, seq, mask, causal));
  }

  #buildPlan(batch: number, seq: number, mask: AttentionMask | undefined, causal: boolean): Promise<TrunkPlan> {
    const assemble = this.#assemble(batch, seq, mask, causal);
    return buildStagedPlan(this.#gpu, 'trunk', assemble, this.#options.overlap);
  }

  #assemble(batch: number, seq: number, mask: AttentionMask | undefined, causal: boolean): Assemble<TrunkIo> {
    return async (activations) => {
      const buffers = await allocateTrunk(activations, this.config, batch * seq, this.#options);
      const maskBuffer = mask && (await activations.bytes('mask', mask.words.byteLength));
      const graph = {
        gpu: this.#gpu,
        config: this.config,
        weights: this.#weights,
        options: this.#options,
        batch,
        seq,
        causal,
        mask: mask && maskBuffer && { buffer: maskBuffer, strides: mask.strides },
      };
      return { buffers: { x: buffers.x, mask: maskBuffer }, calls: trunkLayers(graph, buffers) };
    };
  }
}

const keyOf = (batch: number, seq: number, mask: AttentionMask | undefined, causal: boolean): string =>
  formatShape([batch, seq, ...(mask?.strides ?? []), Number(causal)]);

const isOutOfMemory = (error: unknown): boolean => error instanceof EngineError && error.code === 'out-of-memory';
