import type { CachingSettings } from '../flags.ts';

/** Remembers results by a key; the one not used for longest goes first where there are too many entries or bytes. */
export class Memo<T> {
  readonly #limits: CachingSettings;
  /** The one used last is last. */
  readonly #entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(limits: CachingSettings) {
    this.#limits = limits;
  }

  get stats(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** Bytes of all that is remembered. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is remembered. It counts as a hit or a miss. */
  find(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (!entry) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** A value larger than all the room is not kept. */
  keep(key: string, value: T, bytes: number): void {
    this.#drop(key);
    if (bytes > this.#limits.maxBytes) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
