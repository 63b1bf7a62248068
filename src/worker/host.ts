import * as Comlink from 'comlink';
import { EngineError, internalError } from '../core/errors.ts';
import type { BrandkitModel, DeepSeekModel, Engine, GeneratedPart, GenerationResult, Model, ViralClipperModel } from '../engine/api.ts';
import { createLocalEngine } from '../engine/createLocalEngine.ts';
import type { CallId, EngineHost, ModelId } from './protocol.ts';

interface Stream {
  /** Parts that no pull has taken yet. */
  readonly parts: GeneratedPart[];
  readonly outcome: Promise<GenerationResult>;
  ended: boolean;
  /** Wakes the pull that waits for a part or the end. */
  wake: (() => void) | undefined;
}

/** The engine as a worker exposes it: models and calls by number, aborts by message. */
export function createHost(): EngineHost {
  let engine: Engine | undefined;
  const models = new Map<ModelId, Model>();
  const calls = new Map<CallId, AbortController>();
  const streams = new Map<CallId, Stream>();
  let nextModel = 1;

  const opened = (): Engine => {
    if (!engine) throw internalError('The worker was used before it was opened.');
    return engine;
  };
  const modelOf = (id: ModelId): Model => {
    const model = models.get(id);
    if (!model) throw new EngineError('disposed', 'This model was disposed.', 'Load it again.');
    return model;
  };
  const deepSeekOf = (id: ModelId): DeepSeekModel => {
    const model = modelOf(id);
    if (model.variant !== 'deepseek') throw new EngineError('not-supported', `'${model.variant}' does not generate.`, "Load 'deepseek'.");
    return model as DeepSeekModel;
  };
  /** Runs a call with a signal that `abort` can reach. */
  const abortable = async <T>(call: CallId, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const controller = new AbortController();
    calls.set(call, controller);
    try {
      return await work(controller.signal);
    } finally {
      calls.delete(call);
    }
  };

  return {
    open: async (options, onEvent) => {
      engine = await createLocalEngine({ ...options, onEvent });
      return engine.info;
    },
    load: (call, variant, options, onProgress) =>
      abortable(call, async (signal) => {
        const model: Model = await opened().load(variant, { ...options, onProgress, signal });
        const id = nextModel++;
        models.set(id, model);
        const { parameters, precision, config } = model;
        return { id, parameters, precision, config };
      }),
    forward: (call, model, hiddenStates, shape, options) =>
      abortable(call, async (signal) => moved(await modelOf(model).forward(hiddenStates, shape, { ...options, signal }))),
    logits: (call, model, tokenIds, options) =>
      abortable(call, async (signal) => moved(await deepSeekOf(model).logits(tokenIds, { ...options, signal }))),
    generate: async (call, model, prompt, options) => {
      const controller = new AbortController();
      calls.set(call, controller);
      const generation = deepSeekOf(model).generate(prompt, { ...options, signal: controller.signal });
      streams.set(call, collect(generation));
    },
    pull: async (call) => {
      const stream = streams.get(call);
      if (!stream) throw internalError('There is no such generation.');
      if (stream.parts.length === 0 && !stream.ended) await new Promise<void>((resolve) => (stream.wake = resolve));
      const parts = stream.parts.splice(0);
      if (!stream.ended || (parts.length > 0 && stream.parts.length > 0)) return { parts, result: undefined };
      // Parts that came before an error are told first; the next pull then brings the error.
      if (parts.length > 0 && (await failed(stream.outcome))) return { parts, result: undefined };
      streams.delete(call);
      calls.delete(call);
      return { parts, result: await stream.outcome };
    },
    clip: async (model) => {
      for await (const _event of (modelOf(model) as ViralClipperModel).clip('')) throw internalError('clip() went on.');
      throw internalError('clip() ended.');
    },
    analyze: (model) => (modelOf(model) as BrandkitModel).analyze({}),
    warmUp: (model) => modelOf(model).warmUp(),
    modelMetrics: (model) => modelOf(model).metrics(),
    disposeModel: async (model) => {
      const known = models.get(model);
      models.delete(model);
      await known?.dispose();
    },
    abort: (call) => Promise.resolve(calls.get(call)?.abort()),
    metrics: () => opened().metrics(),
    memory: () => opened().memory(),
    dispose: async () => {
      for (const controller of calls.values()) controller.abort();
      await engine?.dispose();
    },
  };
}

/** Collects an answer's parts for the pulls to come. */
function collect(generation: ReturnType<DeepSeekModel['generate']>): Stream {
  const stream: Stream = { parts: [], outcome: generation.result, ended: false, wake: undefined };
  const wake = (): void => {
    stream.wake?.();
    stream.wake = undefined;
  };
  const drain = async (): Promise<void> => {
    try {
      for await (const part of generation) {
        stream.parts.push(part);
        wake();
      }
    } catch {
      // `outcome` tells it.
    }
    await failed(stream.outcome);
    stream.ended = true;
    wake();
  };
  void drain();
  return stream;
}

const failed = (outcome: Promise<unknown>): Promise<boolean> =>
  outcome.then(
    () => false,
    () => true,
  );

const moved = (data: Float32Array): Float32Array => Comlink.transfer(data, [data.buffer]);
