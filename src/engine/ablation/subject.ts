import { throwIfAborted } from '../../core/errors.ts';
import type { Engine, EngineOptions, LoadOptions, Model, Optimizations, VariantName } from '../api.ts';
import type { LocalModel } from '../localModel.ts';
import { type RoundTimes, type Workload, workloadFor } from './workload.ts';

type Flag = keyof Optimizations;

/** Makes an engine in this thread. */
export type CreateEngine = (options: EngineOptions) => Promise<Engine>;

export interface SubjectPlan {
  readonly create: CreateEngine;
  /** Of the engine that is looked into; a subject's are these with one flag set. */
  readonly options: EngineOptions;
  readonly variant: VariantName;
  readonly load: LoadOptions;
  readonly size: { readonly seq?: number | undefined; readonly tokens?: number | undefined };
  readonly signal: AbortSignal | undefined;
}

/** A model on an engine of its own, with flags as wanted. */
export class Subject {
  readonly model: Model & LocalModel;
  readonly workload: Workload;
  readonly #engine: Engine;

  private constructor(engine: Engine, model: Model & LocalModel, size: SubjectPlan['size']) {
    this.#engine = engine;
    this.model = model;
    this.workload = workloadFor(model, size);
  }

  /** @throws EngineError as createEngine and load do; nothing of it stays then */
  static async start(
    plan: SubjectPlan,
    flag: Flag | undefined,
    on: boolean,
    budgetBytes: number | undefined,
  ): Promise<Subject> {
    const { onEvent: _onEvent, memoryBudgetBytes: _budget, ...options } = plan.options;
    const engine = await plan.create({
      ...options,
      worker: false,
      memoryBudgetBytes: budgetBytes,
      optimizations: {
        ...options.optimizations,
        ...(flag ? { [flag]: stateOf(options.optimizations?.[flag], on) } : {}),
      },
    });
    try {
      const model = await engine.load(plan.variant, { ...plan.load, signal: plan.signal });
      // Compiles, and tunes where the engine does.
      await model.warmUp();
      throwIfAborted(plan.signal);
      // An engine in this thread has the local model.
      return new Subject(engine, model as Model as Model & LocalModel, plan.size);
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  round(round: number, signal: AbortSignal | undefined): Promise<RoundTimes> {
    return this.workload.round(round, signal);
  }

  async memory(): Promise<{ readonly bytes: number; readonly peakBytes: number }> {
    const { inUseBytes, pooledBytes, peakBytes } = await this.#engine.memory();
    return { bytes: inUseBytes + pooledBytes, peakBytes };
  }

  /** Whether this engine has the flag on. */
  has(flag: Flag): boolean {
    return this.#engine.info.flags[flag];
  }

  dispose(): Promise<void> {
    return this.#engine.dispose();
  }
}

/** On: with the engine's own settings, where it has some. */
const stateOf = <T>(given: T, on: boolean): T | boolean => (on ? (given === false ? true : (given ?? true)) : false);
