import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import { variantNames, type VariantName } from '../variants/published.ts';
import type {
  Ablation,
  AblationOptions,
  Engine,
  EngineInfo,
  EngineMetrics,
  EngineOptions,
  LoadOptions,
  MemoryReport,
  Model,
  ModelByVariant,
} from './api.ts';
import {
  type BatchingSettings,
  batchingSettings,
  type CachingSettings,
  cachingSettings,
  checkEngineOptions,
  checkNames,
  checkValue,
} from './flags.ts';
import { disposedError, GpuHost } from './gpuHost.ts';
import { ablate, checkAblationOptions } from './ablation/ablate.ts';
import { createLocalModel } from './createLocalModel.ts';
import { loadMediaCode } from './mediaCode.ts';
import type { PrecisionBudgets } from '../nn/precisionPlan.ts';
import { ModelCore } from './modelCore.ts';
import type { TuneSurroundings } from './tune/tuneModel.ts';
import { openStore } from './tune/tuneStore.ts';
import { adaptPrecision, choosePrecision, contextLength, openModel } from './runtime.ts';

/**
 * An engine in the calling thread. `mediaFile`: where the media code is, if not in the source. `tuning`: by default results
 * are kept in IndexedDB where there is one.
 * @throws EngineError unknown-option, invalid-option, webgpu-unavailable, adapter-unavailable
 */
export async function createLocalEngine(
  options: EngineOptions = {},
  mediaFile?: string,
  tuning: TuneSurroundings = { store: openStore() },
): Promise<Engine> {
  checkEngineOptions(options);
  const host = new GpuHost(options, tuning);
  const gpu = await host.alive();
  return new LocalEngine(host, gpu, options, mediaFile);
}

const loadNames = ['source', 'precision', 'contextLength', 'onProgress', 'signal'];

class LocalEngine implements Engine {
  readonly info: EngineInfo;
  readonly #host: GpuHost;
  readonly #mediaFile: string | undefined;
  readonly #batching: BatchingSettings;
  readonly #caching: CachingSettings | undefined;
  readonly #budgets: PrecisionBudgets;
  readonly #models = new Map<ModelCore, Model>();
  readonly #options: EngineOptions;
  /** Aborted when the engine is disposed. */
  readonly #stop = new AbortController();
  #disposed = false;

  constructor(host: GpuHost, gpu: GpuContext, options: EngineOptions, mediaFile: string | undefined) {
    this.#host = host;
    this.#options = options;
    this.#mediaFile = mediaFile;
    this.#batching = batchingSettings(options);
    this.#caching = cachingSettings(options);
    const adaptive = options.optimizations?.adaptivePrecision;
    this.#budgets = typeof adaptive === 'object' ? adaptive : {};
    this.info = host.info(gpu);
  }

  async load<V extends VariantName>(variant: V, options: LoadOptions): Promise<ModelByVariant[V]> {
    this.#requireAlive();
    checkLoad(variant, options);
    const { onProgress, signal } = options;
    throwIfAborted(signal);
    onProgress?.({ phase: 'open', loadedBytes: 0, totalBytes: 0, fraction: 0, bytesPerSecond: 0 });
    const opened = await openModel(variant, options.source, signal);
    try {
      const gpu = await this.#host.alive();
      const context = contextLength(opened.description, options);
      const { adaptivePrecision } = this.info.flags;
      const format = choosePrecision(options.precision ?? 'auto', opened.description, gpu, context, adaptivePrecision);
      const plan = adaptivePrecision
        ? await adaptPrecision(gpu, opened, format, context, { budgets: this.#budgets, onProgress, signal })
        : undefined;
      const setup = {
        host: this.#host,
        description: opened.description,
        source: options.source,
        tensorNames: opened.tensorNames,
        format,
        plan,
        context,
        flags: this.info.flags,
        media: () => loadMediaCode(this.#mediaFile),
        batching: this.#batching,
        caching: this.#caching,
      };
      const core: ModelCore = await ModelCore.start(setup, opened, { onProgress, signal }, () =>
        this.#models.delete(core),
      );
      const model = createLocalModel(core, opened.files);
      this.#models.set(core, model);
      onProgress?.({ phase: 'done', loadedBytes: 1, totalBytes: 1, fraction: 1, bytesPerSecond: 0 });
      return model as ModelByVariant[V];
    } finally {
      await opened.checkpoint?.close();
    }
  }

  async ablate(variant: VariantName, loadOptions: LoadOptions, options: AblationOptions = {}): Promise<Ablation> {
    this.#requireAlive();
    checkLoad(variant, loadOptions);
    checkAblationOptions(options);
    const stop = this.#stop.signal;
    const signals = [options.signal, loadOptions.signal, stop].filter((signal) => signal !== undefined);
    const { memoryBudgetBytes } = this.#options;
    const { inUseBytes, pooledBytes } = (await this.#host.alive()).pool.ledger();
    const budgetBytes = memoryBudgetBytes && Math.max(1, memoryBudgetBytes - inUseBytes - pooledBytes);
    const { onProgress: _onProgress, ...load } = loadOptions;
    const plan = {
      create: (inner: EngineOptions) => createLocalEngine(inner, this.#mediaFile, this.#host.surroundings),
      options: this.#options,
      variant,
      load,
      size: options,
      signal: AbortSignal.any(signals),
    };
    return ablate(plan, budgetBytes, options);
  }

  async metrics(): Promise<EngineMetrics> {
    const gpu = await this.#host.alive();
    const models = await Promise.all([...this.#models.values()].map((model) => model.metrics()));
    return { info: this.info, memory: gpu.pool.ledger(), models, pipelines: gpu.pipelines.stats };
  }

  async memory(): Promise<MemoryReport> {
    const { pool } = await this.#host.alive();
    return { ...pool.ledger(), history: pool.history.samples() };
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stop.abort(disposedError('engine'));
    await Promise.all([...this.#models.keys()].map((core) => core.dispose()));
    this.#host.dispose();
  }

  #requireAlive(): void {
    if (this.#disposed) throw disposedError('engine');
  }
}

function checkLoad(variant: VariantName, options: LoadOptions): void {
  if (!variantNames.includes(variant)) {
    throw new EngineError('unknown-variant', `There is no variant '${variant}'.`, `Known: ${variantNames.join(', ')}.`);
  }
  checkValue('load options', options, typeof options === 'object' && options !== null, 'an object with a source');
  checkNames(options, loadNames, 'load');
  const precisions = [undefined, 'auto', 'f32', 'f16', 'int8', 'int4'];
  checkValue('precision', options.precision, precisions.includes(options.precision), precisions.slice(1).join(', '));
  const { source } = options;
  const known = (typeof source === 'string' && source !== '') || (typeof source === 'object' && source !== null);
  checkValue('source', source, known, "a URL, 'hf:owner/name', files, a directory or { init: 'random', seed }");
}
