import type { ElementType } from '../core/dtype.ts';
import { elementBytes } from '../core/dtype.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { buildPlan, type Plan } from '../gpu/plan.ts';
import { type KernelTime, Profiler } from '../gpu/profiler.ts';
import { attention } from '../kernels/attention.ts';
import { Activations, type LayerContext, normLinear, residualLinear } from './layerOps.ts';
import { checkHiddenStates } from './inputs.ts';
import { type AttentionMask, resolveMask } from './mask.ts';
import type { TrunkConfig } from './trunkConfig.ts';
import type { WeightSet } from './weights.ts';

export interface TrunkOptions {
  readonly element: ElementType;
  readonly fusion: boolean;
}

export interface ForwardArgs {
  readonly mask?: Uint8Array | undefined;
  readonly maskShape?: readonly number[] | undefined;
  readonly causal?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A plan for one shape with the buffers that it runs on. */
interface TrunkPlan {
  readonly x: GPUBuffer;
  readonly mask: GPUBuffer | undefined;
  /** In order; each is one submit, so that no single one keeps the GPU for long. */
  readonly stages: readonly Plan[];
  readonly dispose: () => void;
}

/** Floating-point operations in a submit: a GPU hangs up on work over about two seconds, and an abort waits for it. */
const submitFlops = { gpu: 4e11, software: 8e9 } as const;
/** Shapes whose plans are kept. */
const keptPlans = 4;

/** The trunk that all three variants share: hidden states in, hidden states out (`UltraOptimizedModel`). */
export class Trunk {
  readonly config: TrunkConfig;
  readonly #gpu: GpuContext;
  readonly #weights: WeightSet;
  readonly #options: TrunkOptions;
  readonly #plans = new Map<string, TrunkPlan>();
  #lastFlops = 0;

  constructor(gpu: GpuContext, config: TrunkConfig, weights: WeightSet, options: TrunkOptions) {
    this.#gpu = gpu;
    this.config = config;
    this.#weights = weights;
    this.#options = options;
  }

  /** Floating-point operations of the last forward. */
  get lastFlops(): number {
    return this.#lastFlops;
  }

  /**
   * `hiddenStates`: [batch, seq, hidden], f32; returns the same shape. A row whose keys are all masked gets no attention.
   * @throws EngineError invalid-shape, input-too-long, non-finite-input, mask-mismatch, out-of-memory, aborted
   */
  async forward(hiddenStates: Float32Array, shape: readonly number[], args: ForwardArgs = {}): Promise<Float32Array> {
    const [batch, seq] = checkHiddenStates(hiddenStates, shape, this.config.hidden, this.config.maxSeq);
    const mask = resolveMask(args.mask, args.maskShape, [batch, this.config.heads, seq, seq]);
    throwIfAborted(args.signal);
    const out = new Float32Array(hiddenStates.length);
    const rowFloats = seq * this.config.hidden;
    const step = Math.min(batch, this.#batchThatFits(seq));
    this.#lastFlops = 0;
    for (let first = 0; first < batch; first += step) {
      const count = Math.min(step, batch - first);
      const slice = hiddenStates.subarray(first * rowFloats, (first + count) * rowFloats);
      const result = await this.#forwardBatch(slice, count, seq, mask?.slice(first, count), args);
      out.set(result, first * rowFloats);
    }
    return out;
  }

  /** Compiles what a forward of one sequence needs. */
  async compile(seq: number): Promise<void> {
    await this.#planFor(1, seq, undefined, false);
  }

  /** GPU time by dispatch of one forward of a sequence of zeros. */
  async profile(seq: number): Promise<KernelTime[]> {
    const plan = await this.#planFor(1, seq, undefined, false);
    const profiler = new Profiler(
      this.#gpu,
      plan.stages.reduce((sum, stage) => sum + stage.dispatches, 0),
    );
    for (const stage of plan.stages) await this.#gpu.submit('profile', (encoder) => stage.encode(encoder, profiler));
    return profiler.times();
  }

  dispose(): void {
    for (const plan of this.#plans.values()) plan.dispose();
    this.#plans.clear();
  }

  /** Items of a batch do not see each other: as many at once as the widest activation's binding holds. */
  #batchThatFits(seq: number): number {
    const { hidden, intermediate } = this.config;
    const widest = Math.max(
      3 * hidden * elementBytes[this.#options.element],
      hidden * 4,
      intermediate * elementBytes[this.#options.element],
    );
    const fits = Math.floor(this.#gpu.info.limits.maxStorageBufferBindingSize / (widest * seq));
    if (fits < 1) {
      throw new EngineError(
        'input-too-long',
        `A sequence of ${seq} does not fit this device's largest binding.`,
        'Use a shorter sequence.',
      );
    }
    return fits;
  }

  async #forwardBatch(
    x: Float32Array,
    batch: number,
    seq: number,
    mask: AttentionMask | undefined,
    args: ForwardArgs,
  ): Promise<Float32Array> {
    const plan = await this.#planFor(batch, seq, mask, args.causal ?? false);
    const { queue } = this.#gpu.device;
    queue.writeBuffer(plan.x, 0, x as Float32Array<ArrayBuffer>);
    if (mask && plan.mask) queue.writeBuffer(plan.mask, 0, mask.words);
    for (const stage of plan.stages) {
      throwIfAborted(args.signal);
      await this.#gpu.submit('trunk', (encoder) => stage.encode(encoder));
      this.#lastFlops += stage.flops;
      // Waiting between stages keeps an abort prompt; with one stage there is nothing to wait for.
      if (plan.stages.length > 1) await this.#gpu.settle();
    }
    const bytes = x.byteLength;
    const result = await this.#gpu.read(plan.x, 0, bytes);
    throwIfAborted(args.signal);
    return new Float32Array(result);
  }

  async #planFor(batch: number, seq: number, mask: AttentionMask | undefined, causal: boolean): Promise<TrunkPlan> {
    const key = formatShape([batch, seq, ...(mask?.strides ?? []), Number(causal)]);
    const known = this.#plans.get(key);
    if (known) {
      // Most recently used last.
      this.#plans.delete(key);
      this.#plans.set(key, known);
      return known;
    }
    for (const [oldKey, old] of this.#plans) {
      if (this.#plans.size < keptPlans) break;
      old.dispose();
      this.#plans.delete(oldKey);
    }
    const plan = await this.#buildPlan(batch, seq, mask, causal).catch((error: unknown) => {
      if (this.#plans.size === 0 || !(error instanceof EngineError && error.code === 'out-of-memory')) throw error;
      // What is kept for shapes that may come again must not keep this one out.
      this.dispose();
      return this.#buildPlan(batch, seq, mask, causal);
    });
    this.#plans.set(key, plan);
    return plan;
  }

  async #buildPlan(batch: number, seq: number, mask: AttentionMask | undefined, causal: boolean): Promise<TrunkPlan> {
    const { hidden, intermediate, layers } = this.config;
    const { element, fusion } = this.#options;
    const rows = batch * seq;
    const activations = new Activations(this.#gpu);
    const stages: Plan[] = [];
    const dispose = (): void => {
      for (const stage of stages) stage.dispose();
      activations.release();
    };
    try {
      const buffers: LayerBuffers = {
        x: await activations.matrix('x', rows, hidden, 'f32'),
        qkv: await activations.matrix('qkv', rows, 3 * hidden, element),
        attended: await activations.matrix('attended', rows, hidden, element),
        gated: await activations.matrix('gated', rows, intermediate, element),
        mask: mask && { buffer: await activations.bytes('mask', mask.words.byteLength), strides: mask.strides },
      };
      const normed = await activations.matrix('normed', rows, hidden, element);
      const context: LayerContext = { gpu: this.#gpu, element, rows, normed, fusion };
      const calls = Array.from({ length: layers }, (_, layer) =>
        this.#layer(context, `layers.${layer}`, batch, seq, causal, buffers),
      );
      for (const stage of intoStages(calls, submitFlops[this.#gpu.info.adapter.software ? 'software' : 'gpu'])) {
        stages.push(await buildPlan(this.#gpu, stage, 'trunk'));
      }
      return { x: buffers.x, mask: buffers.mask?.buffer, stages, dispose };
    } catch (error) {
      dispose();
      throw error;
    }
  }

  /** x += o(attention(qkv(norm(x)))); x += down(silu(gate(norm(x))) · up(norm(x))) */
  #layer(
    context: LayerContext,
    id: string,
    batch: number,
    seq: number,
    causal: boolean,
    buffers: LayerBuffers,
  ): KernelCall[] {
    const { hidden, heads, headDim, normEps } = this.config;
    const { x, qkv, attended, gated } = buffers;
    const weights = this.#weights;
    const part = (index: number) => ({
      buffer: qkv,
      offset: index * hidden,
      batchStride: seq * 3 * hidden,
      rowStride: 3 * hidden,
      headStride: headDim,
    });
    return [
      ...normLinear(context, {
        label: `${id}.qkv`,
        x,
        norm: weights.norm(`${id}.inputNorm`, 'layerNorm', normEps),
        weight: weights.linear(`${id}.qkv`),
        y: qkv,
      }),
      ...attention({
        label: `${id}.attention`,
        element: context.element,
        device: this.#gpu.info,
        q: part(0),
        k: part(1),
        v: part(2),
        out: { buffer: attended, offset: 0, batchStride: seq * hidden, rowStride: hidden, headStride: headDim },
        batch,
        heads,
        kvHeads: heads,
        queryLen: seq,
        keyLen: seq,
        headDim,
        scale: 1 / Math.sqrt(headDim),
        causal,
        ...(buffers.mask ? { mask: buffers.mask } : {}),
        none: this.#gpu.none,
      }),
      ...residualLinear(context, { label: `${id}.output`, input: attended, weight: weights.linear(`${id}.output`), x }),
      ...normLinear(context, {
        label: `${id}.gateUp`,
        x,
        norm: weights.norm(`${id}.mlpNorm`, 'layerNorm', normEps),
        weight: weights.linear(`${id}.gateUp`),
        activation: 'silu',
        y: gated,
      }),
      ...residualLinear(context, { label: `${id}.down`, input: gated, weight: weights.linear(`${id}.down`), x }),
    ];
  }
}

interface LayerBuffers {
  /** The residual stream: f32 [batch · seq, hidden]. */
  readonly x: GPUBuffer;
  /** [batch · seq, 3, heads, headDim] */
  readonly qkv: GPUBuffer;
  /** [batch · seq, heads, headDim] */
  readonly attended: GPUBuffer;
  /** [batch · seq, intermediate] */
  readonly gated: GPUBuffer;
  readonly mask: { readonly buffer: GPUBuffer; readonly strides: AttentionMask['strides'] } | undefined;
}

/** Whole layers together until a stage has `flops` of work. */
function intoStages(layers: readonly KernelCall[][], flops: number): KernelCall[][] {
  const stages: KernelCall[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const layer of layers) {
    const work = layer.reduce((sum, call) => sum + (call.cost?.flops ?? 0), 0);
    if (filled + work > flops) {
      stages.push([]);
      filled = 0;
    }
    stages.at(-1)?.push(...layer);
    filled += work;
  }
  return stages;
}
