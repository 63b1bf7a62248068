import type { Pulled } from './protocol.ts';

/** What a call yields, with what it resolves to behind the last part (a clip's end has nothing to say). */
export type PartSource<T, R> = AsyncIterable<T> & { readonly result?: Promise<R> };

/** Parts that wait at most for a pull: a source that is read on demand then stops until there is room. */
const mostWaiting = 64;

/** Collects a call's parts until the client pulls: one message brings all that came since the last. */
export class PartStream<T = unknown, R = unknown> {
  readonly #parts: T[] = [];
  #outcome: { readonly result: R | undefined } | { readonly error: unknown } | undefined;
  /** Wakes the pull that waits for a part or the end. */
  #wake: (() => void) | undefined;
  /** Wakes the source that waits for room. */
  #makeRoom: (() => void) | undefined;

  constructor(source: PartSource<T, R>) {
    void this.#drain(source);
  }

  /** The parts so far, with the end behind the last of them. Rejects as the source did, when its parts are told. */
  async pull(): Promise<Pulled<T, R>> {
    if (this.#parts.length === 0 && !this.#outcome) await new Promise<void>((resolve) => (this.#wake = resolve));
    const parts = this.#parts.splice(0);
    this.#makeRoom?.();
    const outcome = this.#outcome;
    if (!outcome) return { parts, done: false, result: undefined };
    if ('result' in outcome) return { parts, done: true, result: outcome.result };
    if (parts.length > 0) return { parts, done: false, result: undefined };
    throw outcome.error;
  }

  async #drain(source: PartSource<T, R>): Promise<void> {
    try {
      for await (const part of source) {
        this.#parts.push(part);
        this.#notify();
        if (this.#parts.length >= mostWaiting) await new Promise<void>((resolve) => (this.#makeRoom = resolve));
      }
      this.#outcome = { result: await source.result };
    } catch (error) {
      this.#outcome = { error };
    }
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
