import * as Comlink from 'comlink';
import type {
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
} from '../engine/api.ts';
import type { Calls } from './calls.ts';
import { clientBrandkit } from './clientBrandkit.ts';
import { clientClipper } from './clientClipper.ts';
import type { EngineHost, LoadedModel } from './protocol.ts';
import { pullStream } from './pullStream.ts';

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
    findBatchSize: async (options) => {
      const { signal, ...plain } = options ?? {};
      return calls.abortable(signal, (call) => host().findBatchSize(call, id, plain));
    },
    metrics: async () => host().modelMetrics(id),
    profile: async ({ signal, ...rest } = {}) => calls.abortable(signal, (call) => host().profile(call, id, rest)),
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
    case 'viral-clipper':
      return clientClipper(shared, id, calls, host);
    case 'brandkit':
      return clientBrandkit(shared, id, calls, host);
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
  return pullStream<GeneratedPart, GenerationResult>(calls, host, signal, (call) =>
    host().generate(call, model, prompt, plain),
  );
}
