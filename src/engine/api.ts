import type { DeviceInfo, FeatureOptions } from '../gpu/device.ts';
import type { Ledger } from '../gpu/pool.ts';
import type { MatrixPrecision, PrecisionPlan } from '../nn/precisionPlan.ts';
import type { VariantName } from '../variants/published.ts';
import type { Ablation, AblationOptions } from './ablationApi.ts';
import type { BrandkitModel } from './brandApi.ts';
import type { ViralClipperModel } from './clipApi.ts';
import type { MemoryReport, ModelProfile, Profile, ProfileOptions } from './profileApi.ts';

export type * from './ablationApi.ts';
export type * from './brandApi.ts';
export type * from './clipApi.ts';
export type * from './profileApi.ts';

/**
 * Presets over the single optimisation flags. 'memory': nothing is kept that could be made again. 'aggressive': memory, and time at the
 * start, are spent for speed.
 */
export type Level = 'default' | 'memory' | 'aggressive';

/** Each flag is a boolean, or settings (which mean 'on'). What is left out follows the level. */
export interface Optimizations {
  /** Norms inside the linear layer behind them, where that is faster on the device; off: always a kernel of their own. */
  readonly ultraFusion?: boolean;
  /**
   * Several decode steps in one submit, read back behind; forwards that are asked for together submitted before the result of the
   * one before is there; checkpoints and videos read while the GPU works. Off: each is waited for.
   */
  readonly computeOverlap?: boolean;
  /**
   * Recycles GPU buffers by size class. `maxBytes`: most that is kept for reuse; `trimAfterMs`: what was not used for so long is given
   * back (30,000 by default; at the level 'aggressive' never).
   */
  readonly memoryPooling?: boolean | { readonly maxBytes?: number; readonly trimAfterMs?: number };
  /**
   * Remembers what was computed: beginnings of prompts in the KV cache, scored windows, analysed brands; what was not used for longest
   * goes first. `maxEntries` and `maxBytes` bound each model's memory. Off: everything is computed anew.
   */
  readonly caching?: boolean | { readonly maxEntries?: number; readonly maxBytes?: number };
  /**
   * Several generations of a model decode together, and a batch of `forward` that memory has no room for is cut. `memoryThresholdBytes`:
   * GPU memory in use behind which neither grows. Off: one generation after the other, and batches whole or not at all.
   */
  readonly dynamicBatching?: boolean | { readonly maxBatch?: number; readonly memoryThresholdBytes?: number };
  /**
   * A format for each matrix, chosen from its error as measured on the GPU while loading (the checkpoint is read once more);
   * the load's precision is the most that a matrix may have. `errorBudget`: the fewest bytes whose error, the root mean square of
   * the matrices' relative errors, is within it. `memoryBudgetBytes`, of all weights: the smallest error within it. Both: as
   * `errorBudget`, refused over the memory budget. `true`: what the engine's memoryBudgetBytes leaves, else an error of 0.01.
   */
  readonly adaptivePrecision?: boolean | { readonly errorBudget?: number; readonly memoryBudgetBytes?: number };
  readonly kernelOptimization?: boolean | { readonly tune?: boolean; readonly tuneBudgetMs?: number };
}

export type EngineEvent =
  | { readonly type: 'device-lost'; readonly reason: string; readonly message: string }
  | { readonly type: 'recovered'; readonly ms: number }
  | { readonly type: 'degraded'; readonly what: string; readonly reason: string }
  | { readonly type: 'warning'; readonly message: string };

export interface EngineOptions {
  readonly level?: Level;
  readonly optimizations?: Optimizations;
  readonly features?: FeatureOptions;
  /** Most GPU memory that the engine may take, in bytes. */
  readonly memoryBudgetBytes?: number | undefined;
  readonly powerPreference?: GPUPowerPreference;
  /** true: the engine lives in a module worker. false: in the calling thread. */
  readonly worker?: boolean;
  /** With `worker: false`, another GPU object than `navigator.gpu` (Dawn in Node). */
  readonly gpu?: GPU | undefined;
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
}

export interface EngineInfo extends DeviceInfo {
  readonly level: Level;
  /** Every flag with the value in force. */
  readonly flags: Readonly<Record<keyof Optimizations, boolean>>;
}

export type { Ledger, MatrixPrecision, PrecisionPlan, VariantName };
export type Precision = 'auto' | 'f32' | 'f16' | 'int8' | 'int4';

/**
 * Where a checkpoint is: a URL or path prefix of a folder with config.json and *.safetensors; a Hugging Face repository
 * `hf:owner/name@revision`; files; a directory; or the published configuration with seeded weights.
 */
export type ModelSource =
  | string
  | readonly File[]
  | FileSystemDirectoryHandle
  | { readonly init: 'random'; readonly seed: number };

export interface LoadProgress {
  /**
   * 'open': config and headers; 'measure': bytes to the GPU, where adaptivePrecision measures them; 'weights': bytes to the
   * GPU; 'compile': pipelines.
   */
  readonly phase: 'open' | 'measure' | 'weights' | 'compile' | 'done';
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** 0 to 1. */
  readonly fraction: number;
  readonly bytesPerSecond: number;
}

export interface LoadOptions {
  readonly source: ModelSource;
  /**
   * What weights are kept as. f16, int8 and int4 come with f16 activations where the device has them. int8 and int4 are
   * quantised on the GPU while loading, from any float checkpoint, in groups of 32. 'auto' (the default): f16 where the
   * device computes in it or f32 is over 1 GiB, else f32; int8 or int4 where memoryBudgetBytes leaves no room for more.
   */
  readonly precision?: Precision;
  /** Most tokens that prompt and answer may have together; default: what the checkpoint says, at most 4096. */
  readonly contextLength?: number;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ForwardOptions {
  /** 1 = may attend. Its shape is `maskShape`. */
  readonly mask?: Uint8Array;
  /** Broadcastable to [batch, heads, seq, seq]; default [batch, 1, seq, seq] or what fits the mask's length. */
  readonly maskShape?: readonly number[];
  /** A position attends to itself and to earlier ones only. */
  readonly causal?: boolean;
  /** Moves `hiddenStates` to the worker instead of copying them: the array is empty afterwards. */
  readonly transfer?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface GenerateOptions {
  /** Most tokens to generate; default: what the context has room for. */
  readonly maxTokens?: number;
  /** 0: greedy (the default). */
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  /** 1: none. Over 1: tokens seen before become less likely. */
  readonly repetitionPenalty?: number;
  /** The same seed gives the same tokens. Default 0. */
  readonly seed?: number;
  /** Texts that end the answer; they are not part of it. */
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface GeneratedPart {
  /** Text that is final: may be empty while a character's bytes are incomplete. */
  readonly text: string;
  readonly tokenId: number;
}

export interface GenerationResult {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number; readonly cachedTokens: number };
  readonly timings: {
    readonly prefillMs: number;
    readonly decodeMs: number;
    readonly firstTokenMs: number;
    readonly tokensPerSecond: number;
  };
}

/** An answer as it comes. Iterate once; `result` resolves at its end and rejects as the iteration does. */
export interface Generation extends AsyncIterable<GeneratedPart> {
  readonly result: Promise<GenerationResult>;
}

export interface WarmUpTimes {
  /** Measuring which kernels are the fastest here; 0 where nothing was left to measure. */
  readonly tuneMs: number;
  readonly compileMs: number;
  readonly runMs: number;
  readonly totalMs: number;
}

export interface BatchSizeOptions {
  /** Rows of each sequence; of a language model: tokens that each has in the KV cache. */
  readonly seq: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BatchThroughput {
  readonly batchSize: number;
  /** Items of all sequences together: of the first size as timed, of others by what they gained in runs side by side. */
  readonly itemsPerSecond: number;
  /** GPU memory that this size needs at its peak, with everything else that is in use, in bytes. */
  readonly peakBytes: number;
}

export interface BatchSizeResult {
  /** The smallest batch that no larger one beat by 5 %. */
  readonly batchSize: number;
  /** What is counted: sequences through `forward`, or tokens that sequences decoding together get. */
  readonly item: 'sequence' | 'token';
  /** What was measured, by ascending size. */
  readonly throughput: readonly BatchThroughput[];
  /**
   * Why no larger batch was tried. 'memory': it does not fit the budgets or the device; 'device': its bindings hold no more;
   * 'throughput': two sizes in a row brought less than 5 %; 'time': it would have taken over ten seconds.
   */
  readonly stoppedBy: 'memory' | 'device' | 'throughput' | 'time';
}

/** Which of several kernels serves a class of dispatches, and why. */
export interface KernelChoice {
  /** All that tells the class from others: operation, rows, shape, formats. */
  readonly key: string;
  /** One of its dispatches: `layers.3.qkv`. */
  readonly label: string;
  readonly chosen: string;
  /** What is chosen without measuring. */
  readonly heuristic: string;
  /** How many there were to choose from. */
  readonly candidates: number;
  /** Chosen by a rule, by an earlier engine's measurement on this adapter, or by this engine's. */
  readonly from: 'heuristic' | 'remembered' | 'tuned';
  /** Time of the heuristic's kernel by that of the chosen one, as measured; 1 where nothing was. */
  readonly speedup: number;
  /** Kernels whose output was wrong on this device: never chosen. */
  readonly rejected: readonly string[];
}

/** What the caching flag has brought. */
export interface CacheStats {
  /** Questions that found their answer, or its beginning, remembered. */
  readonly hits: number;
  readonly misses: number;
  /** What is remembered now, and what it takes: of a KV cache the keys and values of sequences that nobody is continuing. */
  readonly entries: number;
  readonly bytes: number;
}

export interface ModelMetrics {
  readonly parameters: number;
  readonly precision: Exclude<Precision, 'auto'>;
  /** Bytes that the weights take in each precision. */
  readonly sizeBytes: Readonly<Record<Exclude<Precision, 'auto'>, number>>;
  /** What adaptivePrecision chose for each matrix, and why; not there when the flag is off. */
  readonly adaptivePrecision?: PrecisionPlan;
  readonly flags: EngineInfo['flags'];
  readonly memory: Ledger;
  /** Of a language model: prompts whose beginning is in the KV cache. Of ViralClipper: scored windows. Of Brandkit: analysed brands. */
  readonly cache: CacheStats;
  /** Floating-point operations of the last forward or generation step. */
  readonly flops: number;
  /** GPU time by kernel in ms, of the last profiled run; empty without timestamps. */
  readonly gpuTimeMs: Readonly<Record<string, number>>;
  /** What the last `profile()` found; not there before the first. */
  readonly profile?: ModelProfile;
  /** Kernels chosen for what the last warm-up ran; empty before. */
  readonly kernelChoices: readonly KernelChoice[];
}

/** What every variant has. */
export interface Model {
  readonly variant: VariantName;
  /** Exact count of the checkpoint's parameters. */
  readonly parameters: number;
  readonly precision: Exclude<Precision, 'auto'>;
  /** The checkpoint's config.json, or the published configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * The trunk. `hiddenStates`: [batch, seq, hidden]; returns the same shape.
   * @throws EngineError invalid-shape, input-too-long, non-finite-input, mask-mismatch, aborted
   */
  forward(
    hiddenStates: Float32Array,
    shape: readonly [number, number, number],
    options?: ForwardOptions,
  ): Promise<Float32Array>;
  /** Compiles every pipeline and runs everything once. */
  warmUp(): Promise<WarmUpTimes>;
  /**
   * Measures how many sequences are best run at once on this device: a doubling search under the memory budgets. A language model decodes
   * that many together (`dynamicBatching.maxBatch`); its KV cache's content is lost. What the search takes is given back.
   * @throws EngineError invalid-option, input-too-long, out-of-memory (not even one fits), aborted
   */
  findBatchSize(options: BatchSizeOptions): Promise<BatchSizeResult>;
  metrics(): Promise<ModelMetrics>;
  /**
   * GPU time by layer and kernel beside the device's ceilings, and the GPU's busy share of plain runs. Takes some seconds; other calls
   * of this model wait meanwhile, and what its KV cache holds is lost.
   * @throws EngineError not-supported where the device has no timestamps, invalid-option, input-too-long, aborted
   */
  profile(options?: ProfileOptions): Promise<Profile>;
  dispose(): Promise<void>;
}

export interface DeepSeekModel extends Model {
  readonly variant: 'deepseek';
  /**
   * Streams an answer. A string is one user message when the checkpoint has a chat template, else a plain prompt.
   * @throws EngineError (at the first step) weights-missing, tokenizer-missing, input-too-long, invalid-option, aborted
   */
  generate(promptOrMessages: string | readonly ChatMessage[], options?: GenerateOptions): Generation;
  /** Logits of every position, [seq, vocab] row-major. */
  logits(tokenIds: readonly number[] | Uint32Array, options?: { readonly signal?: AbortSignal }): Promise<Float32Array>;
}

export interface ModelByVariant {
  readonly deepseek: DeepSeekModel;
  readonly 'viral-clipper': ViralClipperModel;
  readonly brandkit: BrandkitModel;
}

export interface EngineMetrics {
  readonly info: EngineInfo;
  readonly memory: Ledger;
  readonly models: readonly ModelMetrics[];
  readonly pipelines: { readonly compiled: number; readonly compileMs: number };
}

export interface Engine {
  readonly info: EngineInfo;
  /** @throws EngineError: see the union of codes; nothing that a failed load took stays taken. */
  load<V extends VariantName>(variant: V, options: LoadOptions): Promise<ModelByVariant[V]>;
  /**
   * What each optimisation flag is worth for this model on this device: loads it on engines of their own, two at a time at most, with
   * one flag changed at a time, and measures the same work on both in alternating rounds. Takes a minute or more.
   * @throws EngineError as `load` does; aborted
   */
  ablate(variant: VariantName, loadOptions: LoadOptions, options?: AblationOptions): Promise<Ablation>;
  metrics(): Promise<EngineMetrics>;
  memory(): Promise<MemoryReport>;
  dispose(): Promise<void>;
}
