import { EngineError } from '../core/errors.ts';

export interface StopPush {
  /** Text that is certain not to be part of a stop sequence. */
  readonly emit: string;
  /** A stop sequence was found; it and what follows are not emitted. */
  readonly stopped: boolean;
}

/**
 * Looks for stop sequences in text that comes in pieces. How the text is cut does not change the outcome:
 * the sequence that is complete first ends it.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  /** A possible start of a stop sequence; always shorter than the longest of them. */
  #held = '';
  #stopped = false;

  /** @throws EngineError invalid-option: an empty stop sequence */
  constructor(stops: readonly string[]) {
    if (stops.some((stop) => stop === '')) {
      throw new EngineError('invalid-option', 'A stop sequence is empty.', 'Remove it, or give it a text.');
    }
    this.#stops = stops;
  }

  push(text: string): StopPush {
    if (this.#stopped) return { emit: '', stopped: true };
    const all = this.#held + text;
    const match = this.#firstMatch(all);
    if (match !== undefined) {
      this.#held = '';
      this.#stopped = true;
      return { emit: all.slice(0, match), stopped: true };
    }
    const keep = this.#prefixLength(all);
    this.#held = all.slice(all.length - keep);
    return { emit: all.slice(0, all.length - keep), stopped: false };
  }

  /** At the end of the text: what was held back after all. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /** Where the match starts that ends first; of two with the same end, the longer. */
  #firstMatch(text: string): number | undefined {
    let start: number | undefined;
    let end = Number.POSITIVE_INFINITY;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      if (at < 0) continue;
      const stopEnd = at + stop.length;
      if (stopEnd < end || (stopEnd === end && at < (start ?? at))) {
        start = at;
        end = stopEnd;
      }
    }
    return start;
  }

  /** Length of the longest end of `text` that a stop sequence starts with. */
  #prefixLength(text: string): number {
    const longest = Math.max(0, ...this.#stops.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      const tail = text.slice(text.length - length);
      if (this.#stops.some((stop) => stop.length > length && stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
