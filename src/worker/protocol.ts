import type {
  Ablation,
  AblationOptions,
  AblationProgress,
  BatchSizeOptions,
  BatchSizeResult,
  BrandInput,
  BrandKitData,
  BrandProgress,
  ChatMessage,
  ClipFeatures,
  ClipOptions,
  ClipScores,
  EngineEvent,
  EngineInfo,
  EngineMetrics,
  EngineOptions,
  ForwardOptions,
  GenerateOptions,
  LoadOptions,
  LoadProgress,
  Model,
  ModelMetrics,
  TimeRange,
  VariantName,
  WarmUpTimes,
  MemoryReport,
  Profile,
  ProfileOptions,
} from '../engine/api.ts';
import type { DocumentSide } from '../engine/brand/documentSide.ts';

export type { DocumentSide };

/** Names a call that the client may abort: an AbortSignal itself cannot cross. */
export type CallId = number;
export type ModelId = number;

/** Options without what cannot be cloned: functions and signals go beside them. */
export type Plain<T> = Omit<T, 'signal' | 'onProgress' | 'onEvent' | 'gpu' | 'worker' | 'transfer'>;

export interface LoadedModel {
  readonly id: ModelId;
  readonly parameters: number;
  readonly precision: Model['precision'];
  readonly config: Model['config'];
}

/** What a pull brings: all parts since the last one. */
export interface Pulled<T, R> {
  readonly parts: readonly T[];
  /** No part comes behind these. */
  readonly done: boolean;
  /** What the call resolves to, when it is done. */
  readonly result: R | undefined;
}

/** The worker's side, as the client sees it. One engine a worker. */
export interface EngineHost {
  /** `mediaFile`: where the media code is, in the built library. */
  open(
    options: Plain<EngineOptions>,
    onEvent: (event: EngineEvent) => void,
    mediaFile: string | undefined,
  ): Promise<EngineInfo>;
  load(
    call: CallId,
    variant: VariantName,
    options: Plain<LoadOptions>,
    onProgress: ((progress: LoadProgress) => void) | undefined,
  ): Promise<LoadedModel>;
  forward(
    call: CallId,
    model: ModelId,
    hiddenStates: Float32Array,
    shape: readonly [number, number, number],
    options: Plain<ForwardOptions>,
  ): Promise<Float32Array>;
  logits(
    call: CallId,
    model: ModelId,
    tokenIds: readonly number[] | Uint32Array,
    options: object,
  ): Promise<Float32Array>;
  generate(
    call: CallId,
    model: ModelId,
    prompt: string | readonly ChatMessage[],
    options: Plain<GenerateOptions>,
  ): Promise<void>;
  clip(call: CallId, model: ModelId, video: Blob | string, options: Plain<ClipOptions>): Promise<void>;
  /** Parts of the generation or clip that `call` began. */
  pull(call: CallId): Promise<Pulled<unknown, unknown>>;
  score(call: CallId, model: ModelId, features: ClipFeatures): Promise<ClipScores>;
  cut(call: CallId, model: ModelId, video: Blob | string, range: TimeRange): Promise<Blob>;
  analyze(
    call: CallId,
    model: ModelId,
    input: BrandInput,
    options: object,
    onProgress: ((progress: BrandProgress) => void) | undefined,
    documentSide: DocumentSide,
  ): Promise<BrandKitData>;
  warmUp(model: ModelId): Promise<WarmUpTimes>;
  findBatchSize(call: CallId, model: ModelId, options: Plain<BatchSizeOptions>): Promise<BatchSizeResult>;
  modelMetrics(model: ModelId): Promise<ModelMetrics>;
  profile(call: CallId, model: ModelId, options: Plain<ProfileOptions>): Promise<Profile>;
  disposeModel(model: ModelId): Promise<void>;
  abort(call: CallId): Promise<void>;
  ablate(
    call: CallId,
    variant: VariantName,
    loadOptions: Plain<LoadOptions>,
    options: Plain<AblationOptions>,
    onProgress: ((progress: AblationProgress) => void) | undefined,
  ): Promise<Ablation>;
  metrics(): Promise<EngineMetrics>;
  memory(): Promise<MemoryReport>;
  dispose(): Promise<void>;
}
