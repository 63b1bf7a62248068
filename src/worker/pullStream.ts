import { abortedError } from '../core/errors.ts';
import { Channel, withResult } from '../engine/channel.ts';
import type { Calls } from './calls.ts';
import type { CallId, EngineHost } from './protocol.ts';

/**
 * Begins a call that yields parts in the worker, and pulls them over as they come; with `mostWaiting`, only while fewer than that wait for
 * the app. (A call that also has a result must not wait: the app may look at that alone.)
 */
export function pullStream<T, R>(
  calls: Calls,
  host: () => EngineHost,
  signal: AbortSignal | undefined,
  begin: (call: CallId) => Promise<void>,
  mostWaiting = Number.POSITIVE_INFINITY,
): AsyncIterableIterator<T> & { readonly result: Promise<R> } {
  const { call, release } = calls.begin(signal);
  const channel = new Channel<T>(() => void calls.host.abort(call));
  const run = async (): Promise<R> => {
    if (signal?.aborted) throw abortedError(signal);
    await begin(call);
    for (;;) {
      await channel.room(mostWaiting);
      const { parts, done, result } = await host().pull(call);
      // Parts on their way when the app aborted are not for it any more.
      if (!signal?.aborted) for (const part of parts) channel.push(part as T);
      if (done) return result as R;
    }
  };
  return withResult(channel, run().finally(release));
}
