import type {
  ChatMessage,
  EngineEvent,
  EngineInfo,
  EngineMetrics,
  EngineOptions,
  ForwardOptions,
  GeneratedPart,
  GenerateOptions,
  GenerationResult,
  LoadOptions,
  LoadProgress,
  Model,
  ModelMetrics,
  VariantName,
  WarmUpTimes,
  Ledger,
} from '../engine/api.ts';

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
export interface PulledParts {
  readonly parts: readonly GeneratedPart[];
  /** Set when the answer is complete. */
  readonly result: GenerationResult | undefined;
}

/** The worker's side, as the client sees it. One engine a worker. */
export interface EngineHost {
  open(options: Plain<EngineOptions>, onEvent: (event: EngineEvent) => void): Promise<EngineInfo>;
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
  pull(call: CallId): Promise<PulledParts>;
  clip(model: ModelId): Promise<never>;
  analyze(model: ModelId): Promise<never>;
  warmUp(model: ModelId): Promise<WarmUpTimes>;
  modelMetrics(model: ModelId): Promise<ModelMetrics>;
  disposeModel(model: ModelId): Promise<void>;
  abort(call: CallId): Promise<void>;
  metrics(): Promise<EngineMetrics>;
  memory(): Promise<Ledger>;
  dispose(): Promise<void>;
}
