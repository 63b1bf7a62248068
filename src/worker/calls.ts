import { abortedError } from '../core/errors.ts';
import type { CallId, EngineHost } from './protocol.ts';

/** Numbers calls and carries their AbortSignals over. */
export class Calls {
  readonly host: EngineHost;
  #next: CallId = 1;

  constructor(host: EngineHost) {
    this.host = host;
  }

  /** A fresh number with its signal bound to it; `release` unbinds. */
  begin(signal: AbortSignal | undefined): { readonly call: CallId; readonly release: () => void } {
    const call = this.#next++;
    const abort = (): void => void this.host.abort(call);
    signal?.addEventListener('abort', abort, { once: true });
    return { call, release: () => signal?.removeEventListener('abort', abort) };
  }

  async abortable<T>(signal: AbortSignal | undefined, work: (call: CallId) => Promise<T>): Promise<T> {
    if (signal?.aborted) throw abortedError(signal);
    const { call, release } = this.begin(signal);
    try {
      return await work(call);
    } finally {
      release();
    }
  }
}
