import * as Comlink from 'comlink';
import { EngineError, internalError } from '../core/errors.ts';
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
  Engine,
  EngineEvent,
  EngineInfo,
  EngineMetrics,
  EngineOptions,
  ForwardOptions,
  GenerateOptions,
  LoadOptions,
  LoadProgress,
  Model,
  ModelByVariant,
  ModelMetrics,
  TimeRange,
  VariantName,
  WarmUpTimes,
  MemoryReport,
  Profile,
  ProfileOptions,
} from '../engine/api.ts';
import { createLocalEngine } from '../engine/createLocalEngine.ts';
import type { LocalBrandkit } from '../engine/localBrandkit.ts';
import { type PartSource, PartStream } from './partStream.ts';
import type { CallId, DocumentSide, EngineHost, LoadedModel, ModelId, Plain, Pulled } from './protocol.ts';

/** The engine as a worker exposes it: models and calls by number, aborts by message. */
export class Host implements EngineHost {
  #engine: Engine | undefined;
  readonly #models = new Map<ModelId, Model>();
  readonly #calls = new Map<CallId, AbortController>();
  readonly #streams = new Map<CallId, PartStream>();
  #nextModel = 1;

  async open(
    options: Plain<EngineOptions>,
    onEvent: (event: EngineEvent) => void,
    mediaFile: string | undefined,
  ): Promise<EngineInfo> {
    this.#engine = await createLocalEngine({ ...options, onEvent }, mediaFile);
    return this.#engine.info;
  }

  load(
    call: CallId,
    variant: VariantName,
    options: Plain<LoadOptions>,
    onProgress: ((progress: LoadProgress) => void) | undefined,
  ): Promise<LoadedModel> {
    return this.#abortable(call, async (signal) => {
      const model: Model = await this.#opened().load(variant, { ...options, onProgress, signal });
      const id = this.#nextModel++;
      this.#models.set(id, model);
      const { parameters, precision, config } = model;
      return { id, parameters, precision, config };
    });
  }

  forward(
    call: CallId,
    model: ModelId,
    hiddenStates: Float32Array,
    shape: readonly [number, number, number],
    options: Plain<ForwardOptions>,
  ): Promise<Float32Array> {
    return this.#abortable(call, async (signal) =>
      moved(await this.#model(model).forward(hiddenStates, shape, { ...options, signal })),
    );
  }

  logits(
    call: CallId,
    model: ModelId,
    tokenIds: readonly number[] | Uint32Array,
    options: object,
  ): Promise<Float32Array> {
    return this.#abortable(call, async (signal) =>
      moved(await this.#model(model, 'deepseek').logits(tokenIds, { ...options, signal })),
    );
  }

  async generate(
    call: CallId,
    model: ModelId,
    prompt: string | readonly ChatMessage[],
    options: Plain<GenerateOptions>,
  ): Promise<void> {
    const deepSeek = this.#model(model, 'deepseek');
    this.#stream(call, (signal) => deepSeek.generate(prompt, { ...options, signal }));
  }

  async clip(call: CallId, model: ModelId, video: Blob | string, options: Plain<ClipOptions>): Promise<void> {
    const clipper = this.#model(model, 'viral-clipper');
    this.#stream(call, (signal) => clipper.clip(video, { ...options, signal }));
  }

  async pull(call: CallId): Promise<Pulled<unknown, unknown>> {
    const stream = this.#streams.get(call);
    if (!stream) throw internalError('There is no such stream.');
    try {
      const pulled = await stream.pull();
      if (pulled.done) this.#forget(call);
      return pulled;
    } catch (error) {
      this.#forget(call);
      throw error;
    }
  }

  score(call: CallId, model: ModelId, features: ClipFeatures): Promise<ClipScores> {
    return this.#abortable(call, (signal) => this.#model(model, 'viral-clipper').score(features, { signal }));
  }

  cut(call: CallId, model: ModelId, video: Blob | string, range: TimeRange): Promise<Blob> {
    return this.#abortable(call, (signal) => this.#model(model, 'viral-clipper').cut(video, range, { signal }));
  }

  analyze(
    call: CallId,
    model: ModelId,
    input: BrandInput,
    options: object,
    onProgress: ((progress: BrandProgress) => void) | undefined,
    documentSide: DocumentSide,
  ): Promise<BrandKitData> {
    return this.#abortable(call, async (signal) => {
      const brandkit = this.#model(model, 'brandkit') as LocalBrandkit;
      try {
        const kit = await brandkit.analyze(input, { ...options, onProgress, signal }, documentSide);
        // Its methods stay here: the client has its own.
        return { ...kit };
      } finally {
        [onProgress, documentSide].forEach(release);
      }
    });
  }

  async warmUp(model: ModelId): Promise<WarmUpTimes> {
    return this.#model(model).warmUp();
  }

  findBatchSize(call: CallId, model: ModelId, options: Plain<BatchSizeOptions>): Promise<BatchSizeResult> {
    return this.#abortable(call, (signal) => this.#model(model).findBatchSize({ ...options, signal }));
  }

  async modelMetrics(model: ModelId): Promise<ModelMetrics> {
    return this.#model(model).metrics();
  }

  profile(call: CallId, model: ModelId, options: Plain<ProfileOptions>): Promise<Profile> {
    return this.#abortable(call, (signal) => this.#model(model).profile({ ...options, signal }));
  }

  async disposeModel(model: ModelId): Promise<void> {
    const known = this.#models.get(model);
    this.#models.delete(model);
    await known?.dispose();
  }

  ablate(
    call: CallId,
    variant: VariantName,
    loadOptions: Plain<LoadOptions>,
    options: Plain<AblationOptions>,
    onProgress: ((progress: AblationProgress) => void) | undefined,
  ): Promise<Ablation> {
    return this.#abortable(call, async (signal) => {
      try {
        return await this.#opened().ablate(variant, loadOptions, { ...options, onProgress, signal });
      } finally {
        release(onProgress);
      }
    });
  }

  async abort(call: CallId): Promise<void> {
    this.#calls.get(call)?.abort();
  }

  async metrics(): Promise<EngineMetrics> {
    return this.#opened().metrics();
  }

  async memory(): Promise<MemoryReport> {
    return this.#opened().memory();
  }

  async dispose(): Promise<void> {
    for (const controller of this.#calls.values()) controller.abort();
    await this.#engine?.dispose();
  }

  #forget(call: CallId): void {
    this.#streams.delete(call);
    this.#calls.delete(call);
  }

  #opened(): Engine {
    if (!this.#engine) throw internalError('The worker was used before it was opened.');
    return this.#engine;
  }

  #model(id: ModelId): Model;
  #model<V extends VariantName>(id: ModelId, variant: V): ModelByVariant[V];
  #model(id: ModelId, variant?: VariantName): Model {
    const model = this.#models.get(id);
    if (!model) throw new EngineError('disposed', 'This model was disposed.', 'Load it again.');
    if (variant && model.variant !== variant)
      throw internalError(`A call for '${variant}' reached a model of '${model.variant}'.`);
    return model;
  }

  /** Keeps what the call yields until it is pulled. */
  #stream(call: CallId, start: (signal: AbortSignal) => PartSource<unknown, unknown>): void {
    const controller = new AbortController();
    this.#calls.set(call, controller);
    this.#streams.set(call, new PartStream(start(controller.signal)));
  }

  /** Runs a call with a signal that `abort` can reach. */
  async #abortable<T>(call: CallId, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#calls.set(call, controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#calls.delete(call);
    }
  }
}

/** Lets go of something of the client's: its channel would stay open otherwise. */
const release = (proxy: unknown): void => (proxy as Comlink.ProxyMethods | undefined)?.[Comlink.releaseProxy]();

const moved = (data: Float32Array): Float32Array => Comlink.transfer(data, [data.buffer]);
