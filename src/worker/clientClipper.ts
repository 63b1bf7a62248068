import type { ClipEvent, Model, ViralClipperModel } from '../engine/api.ts';
import { absoluteUrl } from './absoluteUrl.ts';
import type { Calls } from './calls.ts';
import type { EngineHost, ModelId } from './protocol.ts';
import { pullStream } from './pullStream.ts';

/** ViralClipper in the worker, where videos are decoded too. */
export function clientClipper(
  shared: Omit<Model, 'variant'>,
  id: ModelId,
  calls: Calls,
  host: () => EngineHost,
): ViralClipperModel {
  return {
    ...shared,
    variant: 'viral-clipper',
    clip: (video, options = {}) => {
      const { signal, ...plain } = options;
      return pullStream<ClipEvent, undefined>(calls, host, signal, (call) =>
        host().clip(call, id, located(video), plain),
      );
    },
    score: async (features, options = {}) =>
      calls.abortable(options.signal, (call) => host().score(call, id, features)),
    cut: async (video, { start, end }, options = {}) =>
      calls.abortable(options.signal, (call) => host().cut(call, id, located(video), { start, end })),
  };
}

const located = (video: Blob | string): Blob | string => (typeof video === 'string' ? absoluteUrl(video) : video);
