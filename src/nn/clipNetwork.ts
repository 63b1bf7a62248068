import { elementBytes } from '../core/dtype.ts';
import { throwIfAborted } from '../core/errors.ts';
import type { ClipFeatures, ClipModality, ClipScores } from '../core/features.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall, Site } from '../gpu/kernel.ts';
import { type DispatchTimes, profilePlan, type ProfileRounds } from '../gpu/profiler.ts';
import { meanRows } from '../kernels/meanRows.ts';
import {
  attendRows,
  type BlockContext,
  dense,
  head,
  layerNorm,
  projection,
  resultSlices,
  writeRows,
} from './blocks.ts';
import { type ClipConfig, clipModalities } from './clipConfig.ts';
import { checkClipFeatures } from './features.ts';
import type { Activations } from './layerOps.ts';
import { type Assemble, compilePlans, typicalRows } from './planAhead.ts';
import { buildStagedPlan, itemsThatFit, PlanCache, runStages, sitesIn, type StagedPlan } from './stagedPlan.ts';
import { type BegunForward, type ForwardArgs, Trunk } from './trunk.ts';
import { allocateTrunk, type TrunkBuffers, trunkLayers, type TrunkOptions, widestTrunkRow } from './trunkLayers.ts';
import type { WeightSet } from './weights.ts';

/** Windows of equal length that run together. */
interface Batch {
  readonly batch: number;
  readonly steps: number;
}

/** Shapes with rows = batch · steps. */
interface ClipBuffers extends TrunkBuffers {
  /** f32 [rows, the modality's width] */
  readonly features: Readonly<Record<ClipModality, GPUBuffer>>;
  /** f32 [rows, hidden] */
  readonly scratch: GPUBuffer;
  /** The fusion's: [rows, 4, hidden], and its [rows, 4, 3, heads, headDim] and [rows, 4, heads, headDim]. */
  readonly tokens: GPUBuffer;
  readonly fusionQkv: GPUBuffer;
  readonly fusionAttended: GPUBuffer;
  /** [rows, hidden]: mean over the four. */
  readonly fused: GPUBuffer;
  /** [rows, width of a head] */
  readonly between: GPUBuffer;
  /** `resultsOf(rows)` */
  readonly results: GPUBuffer;
}

type ClipPlan = StagedPlan<ClipBuffers>;

const modalities = clipModalities.length;

/** One value a row for virality (a probability), start and end (logits) for segment. */
const resultsOf = (rows: number) => resultSlices({ virality: 1, segment: 2 }, rows);

/** ViralClipper: what four modalities show, step by step, becomes scores. */
export class ClipNetwork {
  readonly config: ClipConfig;
  readonly trunk: Trunk;
  readonly #gpu: GpuContext;
  readonly #weights: WeightSet;
  readonly #options: TrunkOptions;
  readonly #plans: PlanCache<ClipPlan>;
  #lastFlops = 0;

  constructor(gpu: GpuContext, config: ClipConfig, weights: WeightSet, options: TrunkOptions) {
    this.#gpu = gpu;
    this.config = config;
    this.#weights = weights;
    this.#options = options;
    this.#plans = new PlanCache(options.keptPlans);
    this.trunk = new Trunk(gpu, config, weights, options);
  }

  /** Floating-point operations of the last `score` or `begin`. */
  get lastFlops(): number {
    return this.#lastFlops;
  }

  /**
   * Scores windows that do not see each other, each of at most `config.maxSeq` steps; those of equal length run together.
   * @throws EngineError invalid-shape, empty-input, input-too-long, non-finite-input, out-of-memory, aborted
   */
  async score(windows: readonly ClipFeatures[], signal?: AbortSignal): Promise<ClipScores[]> {
    const waiting = windows.map((window, index) => ({ window, index, steps: checkClipFeatures(window, this.config) }));
    const scored: { readonly index: number; readonly scores: ClipScores }[] = [];
    this.#lastFlops = 0;
    for (const steps of new Set(waiting.map((item) => item.steps))) {
      const alike = waiting.filter((item) => item.steps === steps);
      const most = this.#windowsAtOnce(steps);
      for (let first = 0; first < alike.length; first += most)
        scored.push(...(await this.#scoreBatch(alike.slice(first, first + most), steps, signal)));
    }
    return scored.toSorted((a, b) => a.index - b.index).map(({ scores }) => scores);
  }

  /** The trunk alone: see Trunk.begin. */
  async begin(hiddenStates: Float32Array, shape: readonly number[], args: ForwardArgs = {}): Promise<BegunForward> {
    const begun = await this.trunk.begin(hiddenStates, shape, args);
    this.#lastFlops = this.trunk.lastFlops;
    return begun;
  }

  /** Compiles what windows of any length need, and the trunk by itself. */
  async compile(): Promise<void> {
    const shapes = typicalRows(this.config.maxSeq).map((steps) => this.#assemble({ batch: 1, steps }));
    await Promise.all([compilePlans(this.#gpu, shapes), this.trunk.compile()]);
  }

  /** Scores one window of silence. */
  async warmUp(steps: number): Promise<void> {
    const { visual, audio } = this.config.widths;
    await this.score([{ visual: new Float32Array(steps * visual), audio: new Float32Array(steps * audio) }]);
  }

  /** GPU time by dispatch for one window. */
  async profile(steps: number, rounds?: ProfileRounds): Promise<DispatchTimes> {
    return profilePlan(this.#gpu, (await this.#planFor({ batch: 1, steps })).plan, rounds);
  }

  /** Where one window has a choice of kernels. */
  async sites(steps: number): Promise<readonly Site[]> {
    return sitesIn(await this.#planFor({ batch: 1, steps }));
  }

  /** What was chosen for them holds no longer. */
  forgetPlans(): void {
    this.#plans.dispose();
    this.trunk.forgetPlans();
  }

  dispose(): void {
    this.#plans.dispose();
    this.trunk.dispose();
  }

  /** As many as fit a binding, and together no more rows than the longest window has: memory stays what that one needs. */
  #windowsAtOnce(steps: number): number {
    const { hidden, widths, maxSeq } = this.config;
    const { element } = this.#options;
    const widest = Math.max(
      widestTrunkRow(this.config, element),
      modalities * 3 * hidden * elementBytes[element],
      ...Object.values(widths).map((width) => Math.ceil(width / 4) * 16),
    );
    return Math.min(itemsThatFit(this.#gpu, widest, steps), Math.max(1, Math.floor(maxSeq / steps)));
  }

  async #scoreBatch(
    items: readonly { readonly window: ClipFeatures; readonly index: number }[],
    steps: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly index: number; readonly scores: ClipScores }[]> {
    throwIfAborted(signal);
    const plan = await this.#planFor({ batch: items.length, steps });
    for (const [place, { window }] of items.entries()) {
      for (const modality of clipModalities) {
        const width = this.config.widths[modality];
        const data = window[modality] ?? new Float32Array(steps * width);
        writeRows(this.#gpu, plan.buffers.features[modality], place * steps, data, width);
      }
    }
    const { bytes, at } = resultsOf(items.length * steps);
    const { data, flops } = await runStages(this.#gpu, 'clip', plan, plan.buffers.results, bytes, signal);
    this.#lastFlops += flops;
    const results = new Float32Array(await data);
    throwIfAborted(signal);
    const column = (slice: { readonly offset: number }, index: number, place: number): Float32Array =>
      Float32Array.from(
        { length: steps },
        (_, step) => results[slice.offset / 4 + (place * steps + step) * 4 + index] ?? Number.NaN,
      );
    return items.map(({ index }, place) => ({
      index,
      scores: {
        virality: column(at.virality, 0, place),
        start: column(at.segment, 0, place),
        end: column(at.segment, 1, place),
      },
    }));
  }

  #planFor(shape: Batch): Promise<ClipPlan> {
    return this.#plans.get(`${shape.batch} ${shape.steps}`, () =>
      buildStagedPlan(this.#gpu, 'clip', this.#assemble(shape), this.#options.overlap),
    );
  }

  #assemble(shape: Batch): Assemble<ClipBuffers> {
    return async (activations) => {
      const buffers = await this.#allocate(activations, shape.batch * shape.steps);
      const { config } = this;
      const graph = { gpu: this.#gpu, config, weights: this.#weights, options: this.#options };
      const layers = trunkLayers({ ...graph, batch: shape.batch, seq: shape.steps }, buffers);
      return { buffers, calls: [...this.#encode(buffers, shape), ...layers, ...this.#heads(buffers, shape)] };
    };
  }

  async #allocate(activations: Activations, rows: number): Promise<ClipBuffers> {
    const { hidden, widths, headHidden } = this.config;
    const { element } = this.#options;
    const features: Partial<Record<ClipModality, GPUBuffer>> = {};
    for (const modality of clipModalities)
      features[modality] = await activations.matrix(modality, rows, widths[modality], 'f32');
    return {
      ...(await allocateTrunk(activations, this.config, rows, this.#options)),
      features: features as ClipBuffers['features'],
      scratch: await activations.matrix('scratch', rows, hidden, 'f32'),
      tokens: await activations.matrix('tokens', rows * modalities, hidden, element),
      fusionQkv: await activations.matrix('fusion qkv', rows * modalities, 3 * hidden, element),
      fusionAttended: await activations.matrix('fusion attended', rows * modalities, hidden, element),
      fused: await activations.matrix('fused', rows, hidden, element),
      between: await activations.matrix('between', rows, headHidden, element),
      results: await activations.bytes('results', resultsOf(rows).bytes),
    };
  }

  get #context(): BlockContext {
    const { hidden, normEps } = this.config;
    return { gpu: this.#gpu, weights: this.#weights, element: this.#options.element, hidden, normEps };
  }

  /**
   * tokens[m] = relu(norm(features[m] · Wᵀ + b)); x = norm(out_proj(mean over m of attention(tokens)) + positions).
   * The mean comes before out_proj, which is linear and has no bias: a quarter of the work, and the same sum.
   */
  #encode(buffers: ClipBuffers, { batch, steps }: Batch): KernelCall[] {
    const { hidden, fusionHeads } = this.config;
    const { element } = this.#options;
    const { scratch, tokens, fusionQkv, fusionAttended, fused, features, x } = buffers;
    const context = this.#context;
    const rows = batch * steps;
    const fusion = 'encoder.fusion_attention';
    const all = { first: 0, count: modalities };
    return [
      ...clipModalities.flatMap((modality, index) =>
        projection(context, `encoder.${modality}_proj`, {
          features: features[modality],
          rows,
          scratch,
          tokens,
          element,
          place: { offset: index * hidden, rowStride: modalities * hidden },
        }),
      ),
      ...dense(context, `${fusion}.qkv`, {
        x: tokens,
        xElement: element,
        y: fusionQkv,
        yElement: element,
        rows: rows * modalities,
      }),
      ...attendRows(context, fusion, {
        qkv: fusionQkv,
        attended: fusionAttended,
        heads: fusionHeads,
        batch: rows,
        rows: modalities,
        queries: all,
        keys: all,
        kernel: 'decode',
      }),
      meanRows({ label: `${fusion}.mean`, element, x: fusionAttended, y: fused, rows, dim: hidden, group: modalities }),
      // Each window begins at the first position.
      meanRows({
        label: 'encoder.pos_encoding',
        element: 'f32',
        x: this.#weights.vector('encoder.pos_encoding'),
        y: scratch,
        rows,
        dim: hidden,
        group: 1,
        period: steps,
      }),
      ...dense(context, `${fusion}.out_proj`, {
        x: fused,
        xElement: element,
        y: scratch,
        yElement: 'f32',
        rows,
        residual: true,
      }),
      layerNorm(context, 'encoder.layer_norm', { x: scratch, y: x, element: 'f32', rows }),
    ];
  }

  /** n = norm(x); virality = sigmoid(head(n)); start, end = head(n) */
  #heads({ x, normed, between, results }: ClipBuffers, { batch, steps }: Batch): KernelCall[] {
    const rows = batch * steps;
    const { at } = resultsOf(rows);
    const { element } = this.#options;
    const context = this.#context;
    const shared = { x: normed, element, between, rows };
    return [
      layerNorm(context, 'layer_norm', { x, y: normed, element, rows }),
      ...head(context, 'virality_head', {
        ...shared,
        y: { buffer: results, ...at.virality },
        activation: 'sigmoid',
      }),
      ...head(context, 'segment_head', { ...shared, y: { buffer: results, ...at.segment } }),
    ];
  }
}
