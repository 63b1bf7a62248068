import * as Comlink from 'comlink';
import type { BrandInput, BrandkitModel, Model } from '../engine/api.ts';
import { createBrandKit } from '../engine/brand/brandKit.ts';
import { ownDocument } from '../engine/brand/documentSide.ts';
import { loadMediaCode } from '../engine/mediaCode.ts';
import { absoluteUrl } from './absoluteUrl.ts';
import type { Calls } from './calls.ts';
import { mediaFile } from './mediaFile.ts';
import type { EngineHost, ModelId } from './protocol.ts';

/** Brandkit in the worker; what needs a document the worker asks this thread for. */
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
      const { signal, onProgress, ...rest } = options;
      const progress = onProgress && Comlink.proxy(onProgress);
      const documentSide = Comlink.proxy(ownDocument(() => loadMediaCode(mediaFile), signal));
      const data = await calls.abortable(signal, (call) =>
        host().analyze(call, id, located(input), rest, progress, documentSide),
      );
      return createBrandKit(data);
    },
  };
}

const located = (input: BrandInput): BrandInput =>
  typeof input?.image === 'string' && input.image !== '' ? { ...input, image: absoluteUrl(input.image) } : input;
