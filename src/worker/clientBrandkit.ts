import * as Comlink from 'comlink';
import type { BrandkitModel, Model } from '../engine/api.ts';
import { createBrandKit } from '../engine/brand/brandKit.ts';
import { absoluteUrl } from './absoluteUrl.ts';
import type { Calls } from './calls.ts';
import type { EngineHost, ModelId } from './protocol.ts';

/** Brandkit in the worker; what needs a document is done here. */
export function clientBrandkit(
  shared: Omit<Model, 'variant'>,
  id: ModelId,
  calls: Calls,
  host: () => EngineHost,
): BrandkitModel {
  return {
    ...shared,
    variant: 'brandkit',
    analyze: async (input, options = {}) => {
      const { image } = input;
      const located = typeof image === 'string' ? { ...input, image: absoluteUrl(image) } : input;
      const progress = options.onProgress && Comlink.proxy(options.onProgress);
      const data = await calls.abortable(options.signal, (call) => host().analyze(call, id, located, progress));
      return createBrandKit(data);
    },
  };
}
