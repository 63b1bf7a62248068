import { throwIfAborted } from '../core/errors.ts';
import type { BrandFeatures, BrandScores } from '../core/features.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall, Site } from '../gpu/kernel.ts';
import { type DispatchTimes, profilePlan, type ProfileRounds } from '../gpu/profiler.ts';
import type { Activation } from '../kernels/linear.ts';
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
import { type BrandConfig, type BrandHead, brandHeads } from './brandConfig.ts';
import { checkBrandFeatures } from './features.ts';
import type { Activations } from './layerOps.ts';
import { type Assemble, compilePlans, typicalRows } from './planAhead.ts';
import { buildStagedPlan, itemsThatFit, PlanCache, runStages, sitesIn, type StagedPlan } from './stagedPlan.ts';
import { type BegunForward, type ForwardArgs, Trunk } from './trunk.ts';
import { allocateTrunk, type TrunkBuffers, trunkLayers, type TrunkOptions, widestTrunkRow } from './trunkLayers.ts';
import type { WeightSet } from './weights.ts';

/** The rows of a brand: first the visual ones (colours, typography, layout), then the sentences. */
interface Tokens {
  readonly colors: number;
  /** At least 1: no text is a sentence of zeros. */
  readonly sentences: number;
}

type Kind = keyof BrandConfig['widths'];

interface BrandBuffers extends TrunkBuffers {
  /** f32 [tokens of the kind, its width] */
  readonly features: Readonly<Record<Kind, GPUBuffer>>;
  /** f32 [tokens, hidden] */
  readonly scratch: GPUBuffer;
  /** f32 [tokens, hidden]: the trunk's output, normed. */
  readonly n: GPUBuffer;
  /** [2, hidden]: mean of what the visual rows saw of the text, and the other way round. */
  readonly seen: GPUBuffer;
  /** f32 [2, hidden], which is [2 · hidden]: pooled visual, pooled text. */
  readonly pooled: GPUBuffer;
  /** f32 [width of a head] */
  readonly between: GPUBuffer;
  readonly results: GPUBuffer;
}

type BrandPlan = StagedPlan<BrandBuffers>;

/** Tone's softmax over ten numbers is done behind the readback. */
const headActivations: Readonly<Record<BrandHead, Activation>> = {
  profile: 'none',
  consistency: 'sigmoid',
  tone: 'none',
  sentiment: 'tanh',
  style: 'relu',
};

const visualOf = ({ colors }: Tokens): number => colors + 2;
const rowsOf = (tokens: Tokens): number => visualOf(tokens) + tokens.sentences;

/** Brandkit: what a brand looks like and what it says, together. */
export class BrandNetwork {
  readonly config: BrandConfig;
  readonly trunk: Trunk;
  readonly #gpu: GpuContext;
  readonly #weights: WeightSet;
  readonly #options: TrunkOptions;
  readonly #plans: PlanCache<BrandPlan>;
  #lastFlops = 0;

  constructor(gpu: GpuContext, config: BrandConfig, weights: WeightSet, options: TrunkOptions) {
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
   * Colours, two tokens for typography and layout, and sentences (at least one token) are at most `config.maxSeq` together.
   * @throws EngineError invalid-shape, input-too-long, non-finite-input, out-of-memory, aborted
   */
  async score(features: BrandFeatures, signal?: AbortSignal): Promise<BrandScores> {
    const { colors, sentences } = checkBrandFeatures(features, this.config);
    const tokens = { colors, sentences: Math.max(1, sentences) };
    throwIfAborted(signal);
    itemsThatFit(this.#gpu, widestTrunkRow(this.config, this.#options.element), rowsOf(tokens));
    const plan = await this.#planFor(tokens);
    const { widths } = this.config;
    const write = (kind: Kind, data: Float32Array): void =>
      writeRows(this.#gpu, plan.buffers.features[kind], 0, data, widths[kind]);
    write('color', features.colors);
    write('typography', features.typography);
    write('layout', features.layout);
    write('text', sentences > 0 ? features.text : new Float32Array(widths.text));
    const { bytes, at } = this.#results();
    const run = await runStages(this.#gpu, 'brand', plan, plan.buffers.results, bytes, signal);
    this.#lastFlops = run.flops;
    const data = await run.data;
    throwIfAborted(signal);
    const of = (name: BrandHead): Float32Array =>
      new Float32Array(data, at[name].offset, this.config.outputs[name]).slice();
    return {
      profile: of('profile'),
      consistency: of('consistency')[0] ?? Number.NaN,
      tone: softmax(of('tone')),
      sentiment: of('sentiment'),
      style: of('style'),
    };
  }

  /** The trunk alone: see Trunk.begin. */
  async begin(hiddenStates: Float32Array, shape: readonly number[], args: ForwardArgs = {}): Promise<BegunForward> {
    const begun = await this.trunk.begin(hiddenStates, shape, args);
    this.#lastFlops = this.trunk.lastFlops;
    return begun;
  }

  /** Compiles what brands of any size need, and the trunk by itself. */
  async compile(): Promise<void> {
    // Sentences stand for colours, too: the same products over as many rows.
    const shapes = typicalRows(this.config.maxSeq - 2).map((sentences) => this.#assemble({ colors: 0, sentences }));
    await Promise.all([compilePlans(this.#gpu, shapes), this.trunk.compile()]);
  }

  /** Scores one brand of zeros of about so many tokens. */
  async warmUp(tokens: number): Promise<void> {
    const { colors, sentences } = typical(tokens);
    const { widths } = this.config;
    await this.score({
      colors: new Float32Array(colors * widths.color),
      typography: new Float32Array(widths.typography),
      layout: new Float32Array(widths.layout),
      text: new Float32Array(sentences * widths.text),
    });
  }

  /** GPU time by dispatch for one brand. */
  async profile(tokens: number, rounds?: ProfileRounds): Promise<DispatchTimes> {
    return profilePlan(this.#gpu, (await this.#planFor(typical(tokens))).plan, rounds);
  }

  /** Where a brand of about so many tokens has a choice of kernels. */
  async sites(tokens: number): Promise<readonly Site[]> {
    return sitesIn(await this.#planFor(typical(tokens)));
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

  #planFor(tokens: Tokens): Promise<BrandPlan> {
    return this.#plans.get(`${tokens.colors} ${tokens.sentences}`, () =>
      buildStagedPlan(this.#gpu, 'brand', this.#assemble(tokens), this.#options.overlap),
    );
  }

  #assemble(tokens: Tokens): Assemble<BrandBuffers> {
    return async (activations) => {
      const buffers = await this.#allocate(activations, tokens);
      const { config } = this;
      const graph = { gpu: this.#gpu, config, weights: this.#weights, options: this.#options };
      const layers = trunkLayers({ ...graph, batch: 1, seq: rowsOf(tokens) }, buffers);
      const behind = [...this.#cross(buffers, tokens), ...this.#heads(buffers)];
      return { buffers, calls: [...this.#encode(buffers, tokens), ...layers, ...behind] };
    };
  }

  async #allocate(activations: Activations, tokens: Tokens): Promise<BrandBuffers> {
    const { hidden, widths, headHidden } = this.config;
    const { element } = this.#options;
    const rows = rowsOf(tokens);
    return {
      ...(await allocateTrunk(activations, this.config, rows, this.#options)),
      features: {
        color: await activations.matrix('color', tokens.colors, widths.color, 'f32'),
        typography: await activations.matrix('typography', 1, widths.typography, 'f32'),
        layout: await activations.matrix('layout', 1, widths.layout, 'f32'),
        text: await activations.matrix('text', tokens.sentences, widths.text, 'f32'),
      },
      scratch: await activations.matrix('scratch', rows, hidden, 'f32'),
      n: await activations.matrix('n', rows, hidden, 'f32'),
      seen: await activations.matrix('seen', 2, hidden, element),
      pooled: await activations.matrix('pooled', 2, hidden, 'f32'),
      between: await activations.matrix('between', 1, headHidden, 'f32'),
      results: await activations.bytes('results', this.#results().bytes),
    };
  }

  #results() {
    return resultSlices(this.config.outputs, 1);
  }

  get #context(): BlockContext {
    const { hidden, normEps } = this.config;
    return { gpu: this.#gpu, weights: this.#weights, element: this.#options.element, hidden, normEps };
  }

  /** x = [colours; typography; layout; sentences], each relu(norm(features · Wᵀ + b)) */
  #encode({ features, scratch, x }: BrandBuffers, tokens: Tokens): KernelCall[] {
    const { hidden } = this.config;
    const places: readonly (readonly [Kind, first: number, rows: number])[] = [
      ['color', 0, tokens.colors],
      ['typography', tokens.colors, 1],
      ['layout', tokens.colors + 1, 1],
      ['text', visualOf(tokens), tokens.sentences],
    ];
    return places
      .filter(([, , rows]) => rows > 0)
      .flatMap(([kind, first, rows]) =>
        projection(this.#context, `encoder.${kind}_proj`, {
          features: features[kind],
          rows,
          scratch,
          tokens: x,
          element: 'f32',
          place: { offset: first * hidden, rowStride: hidden },
        }),
      );
  }

  /**
   * n = norm(x); z = n + out_proj(attention(n to the other modality)); pooled = mean of z over each modality.
   * Means are linear: the mean of n plus out_proj of the mean of what was seen.
   */
  #cross(buffers: BrandBuffers, tokens: Tokens): KernelCall[] {
    const { hidden, crossHeads } = this.config;
    const { element } = this.#options;
    const { x, n, qkv, attended, seen, pooled } = buffers;
    const context = this.#context;
    const rows = rowsOf(tokens);
    const visual = { first: 0, count: visualOf(tokens) };
    const text = { first: visual.count, count: tokens.sentences };
    // Each brand has other lengths: one pipeline serves all of them.
    const cross = { qkv, attended, heads: crossHeads, batch: 1, rows, kernel: 'tiled' } as const;
    const means = (label: string, from: GPUBuffer, to: GPUBuffer, kind: 'f32' | 'f16'): KernelCall[] =>
      [visual, text].map(({ first, count }, outRow) =>
        meanRows({ label, element: kind, x: from, y: to, rows: 1, dim: hidden, group: count, firstRow: first, outRow }),
      );
    return [
      layerNorm(context, 'layer_norm', { x, y: n, element: 'f32', rows }),
      ...dense(context, 'cross_attention.qkv', { x: n, xElement: 'f32', y: qkv, yElement: element, rows }),
      ...attendRows(context, 'cross_attention.visual', { ...cross, queries: visual, keys: text }),
      ...attendRows(context, 'cross_attention.text', { ...cross, queries: text, keys: visual }),
      ...means('pooled', n, pooled, 'f32'),
      ...means('cross_attention.mean', attended, seen, element),
      ...dense(context, 'cross_attention.out_proj', {
        x: seen,
        xElement: element,
        y: pooled,
        yElement: 'f32',
        rows: 2,
        residual: true,
      }),
    ];
  }

  #heads({ pooled, between, results }: BrandBuffers): KernelCall[] {
    const { at } = this.#results();
    return brandHeads.flatMap((name) =>
      head(this.#context, `${name}_head`, {
        x: pooled,
        element: 'f32',
        between,
        y: { buffer: results, ...at[name] },
        rows: 1,
        activation: headActivations[name],
      }),
    );
  }
}

/** A brand of about so many tokens: as many sentences as colours. */
function typical(tokens: number): Tokens {
  const sentences = Math.max(1, Math.floor((tokens - 2) / 2));
  return { colors: Math.max(0, tokens - 2 - sentences), sentences };
}

function softmax(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}
