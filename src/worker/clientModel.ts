import * as Comlink from 'comlink';
import { abortedError } from '../core/errors.ts';
import type {
  BrandkitModel,
  ChatMessage,
  DeepSeekModel,
  ForwardOptions,
  GeneratedPart,
  GenerateOptions,
  Generation,
  GenerationResult,
  Model,
  ModelByVariant,
  VariantName,
  ViralClipperModel,
} from '../engine/api.ts';
import { Channel, withResult } from '../engine/channel.ts';
import type { Calls } from './calls.ts';
import type { EngineHost, LoadedModel } from './protocol.ts';

/** A model that lives in the worker. */
export function clientModel(
  variant: VariantName,
  loaded: LoadedModel,
  calls: Calls,
  host: () => EngineHost,
): ModelByVariant[VariantName] {
  const { id, parameters, precision, config } = loaded;
  const shared: Omit<Model, 'variant'> = {
    parameters,
    precision,
    config,
    forward: async (hiddenStates, shape, options: ForwardOptions = {}) => {
      const { signal, transfer, ...rest } = options;
      const data = transfer ? Comlink.transfer(hiddenStates, [hiddenStates.buffer]) : hiddenStates;
      return calls.abortable(signal, (call) => host().forward(call, id, data, shape, rest));
    },
    warmUp: async () => host().warmUp(id),
    metrics: async () => host().modelMetrics(id),
    dispose: async () => host().disposeModel(id),
  };
  switch (variant) {
    case 'deepseek': {
      const model: DeepSeekModel = {
        ...shared,
        variant,
        generate: (prompt, options = {}) => generate(calls, host, id, prompt, options),
        logits: async (tokenIds, options = {}) => {
          const { signal, ...rest } = options;
          return calls.abortable(signal, (call) => host().logits(call, id, tokenIds, rest));
        },
      };
      return model;
    }
    case 'viral-clipper': {
      const model: ViralClipperModel = { ...shared, variant, clip: () => once(() => host().clip(id)) };
      return model;
    }
    case 'brandkit': {
      const model: BrandkitModel = { ...shared, variant, analyze: async () => host().analyze(id) };
      return model;
    }
  }
}

/** Pulls the answer's parts over as they come. */
function generate(
  calls: Calls,
  host: () => EngineHost,
  model: number,
  prompt: string | readonly ChatMessage[],
  options: GenerateOptions,
): Generation {
  const { signal, ...plain } = options;
  const { call, release } = calls.begin(signal);
  const channel = new Channel<GeneratedPart>(() => void calls.host.abort(call));
  const run = async (): Promise<GenerationResult> => {
    if (signal?.aborted) throw abortedError(signal);
    await host().generate(call, model, prompt, plain);
    for (;;) {
      const { parts, result } = await host().pull(call);
      // Parts on their way when the app aborted are not for it any more.
      if (!signal?.aborted) for (const part of parts) channel.push(part);
      if (result) return result;
    }
  };
  return withResult(channel, run().finally(release));
}

/** An iterable whose first step is the call. */
function once(call: () => Promise<never>): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => call() }) };
}
