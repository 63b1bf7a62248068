import type { CacheStats } from './api.ts';
import type { CacheLimits } from './flags.ts';

/** A memory of results as one model sees it, with one set of weights. */
export interface MemoView<T> {
  /** What is remembered. It counts as a hit or a miss. */
  find(key: string): T | undefined;
  /** A value larger than all the room is not kept. `bytes`: what it takes. */
  keep(key: string, value: T, bytes: number): void;
}

/** Bytes that an entry's key takes: 64 characters of one byte. */
const keyBytes = 64;

/** Remembers results by a key; the one not used for longest goes first where there are too many entries or bytes. */
export class Memo<T> {
  readonly #limits: CacheLimits;
  /** The one used last is last. */
  readonly #entries = new Map<string, { readonly value: T; readonly bytes: number }>();
  #owner: object | undefined;
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, entries: this.#entries.size, bytes: this.#bytes };
  }

  /**
   * The memory of results that `owner` made: with another one (weights that were loaded again) it begins anew, and what is kept through an
   * earlier view is dropped.
   */
  of(owner: object): MemoView<T> {
    if (owner !== this.#owner) this.clear();
    this.#owner = owner;
    return {
      find: (key) => (owner === this.#owner ? this.#find(key) : undefined),
      keep: (key, value, bytes) => {
        if (owner === this.#owner) this.#keep(key, value, bytes + keyBytes);
      },
    };
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #find(key: string): T | undefined {
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

  #keep(key: string, value: T, bytes: number): void {
    this.#drop(key);
    if (bytes > this.#limits.maxBytes) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}
