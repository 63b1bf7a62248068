import type { WeightFormat } from '../core/dtype.ts';
import { EngineError } from '../core/errors.ts';
import type { PrecisionPlan } from '../nn/precisionPlan.ts';
import type { ModelDescription } from '../variants/describe.ts';
import type { EngineInfo, LoadOptions, ModelSource } from './api.ts';
import { disposedError, type GpuHost } from './gpuHost.ts';
import type { MediaCode } from './mediaCode.ts';
import type { BatchingSettings, CachingSettings } from './flags.ts';
import { Mutex } from './mutex.ts';
import { openModel, type OpenedModel, type Runtime, startRuntime } from './runtime.ts';

export interface ModelSetup {
  readonly host: GpuHost;
  readonly description: ModelDescription;
  readonly source: ModelSource;
  readonly tensorNames: ReadonlySet<string>;
  readonly format: WeightFormat;
  /** Formats of single weights, where adaptivePrecision chose them: also after a lost device. */
  readonly plan: PrecisionPlan | undefined;
  readonly context: number;
  readonly flags: EngineInfo['flags'];
  /** The code for video and images, loaded when it is first needed. */
  readonly media: () => Promise<MediaCode>;
  readonly batching: BatchingSettings;
  /** undefined: results are not remembered. */
  readonly caching: CachingSettings | undefined;
}

/** A loaded model's life: one user at a time, and a new runtime after the device was lost. */
export class ModelCore {
  readonly setup: ModelSetup;
  #runtime: Runtime;
  readonly #mutex = new Mutex();
  readonly #onDispose: () => void;
  #disposed = false;
  /** The result of the `overlapping` call before, on its way. */
  #arriving: Promise<unknown> = Promise.resolve();

  constructor(setup: ModelSetup, runtime: Runtime, onDispose: () => void) {
    this.setup = setup;
    this.#runtime = runtime;
    this.#onDispose = onDispose;
  }

  /** Starts on an opened source. */
  static async start(
    setup: ModelSetup,
    opened: OpenedModel,
    options: Pick<LoadOptions, 'onProgress' | 'signal'>,
    onDispose: () => void,
  ): Promise<ModelCore> {
    const gpu = await setup.host.alive();
    return new ModelCore(setup, await startRuntime(gpu, opened, { ...setup, ...options }), onDispose);
  }

  /** Whether another call waits for its turn at the model. */
  get contended(): boolean {
    return this.#mutex.waiting > 0;
  }

  get runtime(): Runtime {
    return this.#runtime;
  }

  /** @throws EngineError disposed */
  requireAlive(): void {
    if (this.#disposed) throw disposedError('model');
  }

  /** Runs `work` when its turn has come, on a live device. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(disposedError('model'));
    return this.#mutex.run(async () => {
      if (this.#disposed) throw disposedError('model');
      return work();
    });
  }

  /**
   * Runs `work` on the runtime; when the device is lost under it, on a new one, once more. Only for work that can be
   * done again from its start.
   */
  async retrying<T>(work: (runtime: Runtime) => Promise<T>): Promise<T> {
    await this.recover();
    try {
      return await work(this.#runtime);
    } catch (error) {
      if (!isLoss(error)) throw error;
      await this.recoverFromLoss();
      return work(this.#runtime);
    }
  }

  /**
   * Work whose result is read behind it: the next caller's turn comes when `begin` has submitted everything and the
   * result of the call before is there, so that the GPU has work while a result is on its way. Without computeOverlap
   * each result is waited for. As with `retrying`, once more after a lost device.
   */
  async overlapping<T>(begin: (runtime: Runtime) => Promise<{ readonly result: Promise<T> }>): Promise<T> {
    try {
      return await (
        await this.#beginOverlapping(begin)
      ).result;
    } catch (error) {
      if (!isLoss(error)) throw error;
      await this.exclusive(() => this.recoverFromLoss());
      return (await this.#beginOverlapping(begin)).result;
    }
  }

  #beginOverlapping<T>(
    begin: (runtime: Runtime) => Promise<{ readonly result: Promise<T> }>,
  ): Promise<{ readonly result: Promise<T> }> {
    return this.exclusive(async () => {
      await this.recover();
      const before = this.#arriving;
      const begun = await begin(this.#runtime);
      this.#arriving = begun.result.catch(() => undefined);
      await (this.setup.flags.computeOverlap ? before : this.#arriving);
      return begun;
    });
  }

  /** After a loss: a new device, the weights again from their source. Nothing when the device lives. */
  async recover(): Promise<void> {
    if (!this.#runtime.gpu.lost) return;
    const gpu = await this.setup.host.alive();
    const opened = await openModel(this.setup.description.variant, this.setup.source);
    try {
      this.#runtime = await startRuntime(gpu, opened, this.setup);
    } finally {
      await opened.checkpoint?.close();
    }
  }

  /** The same behind an error that told of a loss: the device itself may say so a moment later. */
  async recoverFromLoss(): Promise<void> {
    await this.#runtime.gpu.waitForLoss();
    await this.recover();
  }

  dispose(): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    // What is running ends first: its buffers must not go from under it.
    return this.#mutex.run(async () => {
      this.#disposed = true;
      await this.#arriving;
      if (!this.#runtime.gpu.lost) this.#runtime.dispose();
      this.#onDispose();
    });
  }
}

export const isLoss = (error: unknown): boolean => error instanceof EngineError && error.code === 'device-lost';
