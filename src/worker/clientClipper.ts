import type { ClipEvent, ClipOptions, Model, ViralClipperModel } from '../engine/api.ts';
import { absoluteUrl } from './absoluteUrl.ts';
import type { Calls } from './calls.ts';
import type { EngineHost, ModelId } from './protocol.ts';
import { pullStream } from './pullStream.ts';

/** Events that wait at most for the app: a slow one holds the decoding up instead of filling memory. */
const mostWaiting = 64;

/** ViralClipper in the worker, where videos are decoded too. */
export function clientClipper(
  shared: Omit<Model, 'variant'>,
  id: ModelId,
  calls: Calls,
  host: () => EngineHost,
): ViralClipperModel {
  const pulled = (video: Blob | string, { signal, ...plain }: ClipOptions): AsyncIterable<ClipEvent> =>
    pullStream<ClipEvent, undefined>(
      calls,
      host,
      signal,
      (call) => host().clip(call, id, located(video), plain),
      mostWaiting,
    );
  return {
    ...shared,
    variant: 'viral-clipper',
    clip: (video, options = {}) => onDemand(() => pulled(video, options)),
    score: async (features, options = {}) =>
      calls.abortable(options.signal, (call) => host().score(call, id, features)),
    cut: async (video, { start, end }, options = {}) =>
      calls.abortable(options.signal, (call) => host().cut(call, id, located(video), { start, end })),
  };
}

/** Begins when the first value is asked for. */
async function* onDemand<T>(begin: () => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* begin();
}

const located = (video: Blob | string): Blob | string => (typeof video === 'string' ? absoluteUrl(video) : video);
