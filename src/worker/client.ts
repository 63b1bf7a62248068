import * as Comlink from 'comlink';
import { EngineError } from '../core/errors.ts';
import type {
  Ablation,
  AblationOptions,
  Engine,
  EngineInfo,
  EngineMetrics,
  EngineOptions,
  LoadOptions,
  ModelByVariant,
  ModelSource,
  VariantName,
  MemoryReport,
} from '../engine/api.ts';
import { absoluteUrl } from './absoluteUrl.ts';
import { clientModel } from './clientModel.ts';
import { Calls } from './calls.ts';
import { mediaFile } from './mediaFile.ts';
import type { EngineHost, Plain } from './protocol.ts';
import { spawnWorker } from './spawn.ts';
import { registerErrorTransfer } from './transfer.ts';

/**
 * An engine in a module worker: the calling thread only sends and receives.
 * @throws EngineError worker-failed, and what the local engine throws
 */
export async function createWorkerEngine(options: EngineOptions): Promise<Engine> {
  registerOnce();
  const { onEvent, worker: _worker, gpu, ...plain } = options;
  if (gpu) {
    throw new EngineError('invalid-option', 'A GPU object cannot be sent to a worker.', 'Pass worker: false with gpu.');
  }
  const worker = await spawnWorker();
  const host = Comlink.wrap<EngineHost>(worker) as unknown as EngineHost;
  try {
    const info = await host.open(plain, Comlink.proxy(onEvent ?? (() => undefined)), mediaFile);
    return new WorkerEngine(worker, host, info);
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

let registered = false;
function registerOnce(): void {
  if (!registered) registerErrorTransfer();
  registered = true;
}

class WorkerEngine implements Engine {
  readonly info: EngineInfo;
  readonly #worker: Worker;
  readonly #calls: Calls;
  #disposed = false;

  constructor(worker: Worker, host: EngineHost, info: EngineInfo) {
    this.#worker = worker;
    this.#calls = new Calls(host);
    this.info = info;
  }

  async load<V extends VariantName>(variant: V, options: LoadOptions): Promise<ModelByVariant[V]> {
    const host = this.#host();
    if (typeof options !== 'object' || options === null) {
      throw new EngineError(
        'invalid-option',
        `load options is ${String(options)}.`,
        'It must be an object with a source.',
      );
    }
    const { onProgress, signal, ...rest } = options;
    const plain: Plain<LoadOptions> = { ...rest, source: absolute(rest.source) };
    const progress = onProgress && Comlink.proxy(onProgress);
    const loaded = await this.#calls.abortable(signal, (call) => host.load(call, variant, plain, progress));
    return clientModel(variant, loaded, this.#calls, () => this.#host()) as ModelByVariant[V];
  }

  async ablate(variant: VariantName, loadOptions: LoadOptions, options: AblationOptions = {}): Promise<Ablation> {
    const host = this.#host();
    const { onProgress: _loading, signal: _loadSignal, ...load } = loadOptions;
    const plain: Plain<LoadOptions> = { ...load, source: absolute(load.source) };
    const { onProgress, signal = loadOptions.signal, ...rest } = options;
    const progress = onProgress && Comlink.proxy(onProgress);
    return this.#calls.abortable(signal, (call) => host.ablate(call, variant, plain, rest, progress));
  }

  async metrics(): Promise<EngineMetrics> {
    return this.#host().metrics();
  }

  async memory(): Promise<MemoryReport> {
    return this.#host().memory();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    try {
      await this.#calls.host.dispose();
    } finally {
      this.#worker.terminate();
    }
  }

  #host(): EngineHost {
    if (this.#disposed)
      throw new EngineError('disposed', 'This engine was disposed.', 'Create another with createEngine().');
    return this.#calls.host;
  }
}

const absolute = (source: ModelSource): ModelSource =>
  typeof source === 'string' && !source.startsWith('hf:') ? absoluteUrl(source) : source;
