import type { Decoder } from '../nn/decoder.ts';
import type { CacheStats } from './api.ts';
import type { CacheLimits } from './flags.ts';

/** Where a prompt's beginning can come from. */
export interface Placement {
  readonly slot: number;
  /** Tokens of the prompt whose keys are in the slot, or will be once they are copied. */
  readonly reused: number;
  /** The slot to copy them from; undefined: they are there already. */
  readonly copyFrom: number | undefined;
}

interface Slot {
  /** Of these the first `held` have their keys here; the array may grow behind them. */
  tokens: readonly number[];
  held: number;
  free: boolean;
  /** When it was last in use: the longest unused is given away first. */
  used: number;
}

/** Keys that are worth a copy from another slot: fewer are computed anew as fast. */
const leastCopied = 16;

/**
 * Which tokens each slot of a decoder holds, so that a prompt with the same beginning need not be computed again: an
 * earlier turn of the same conversation, or another request with the same system prompt.
 */
export class SlotTable {
  /** Of the sequences that nobody is continuing; undefined: none is remembered. */
  readonly #limits: CacheLimits | undefined;
  #decoder: Decoder | undefined;
  #slots: Slot[] = [];
  #clock = 0;
  #hits = 0;
  #misses = 0;

  constructor(limits: CacheLimits | undefined) {
    this.#limits = limits;
  }

  get stats(): CacheStats {
    const idle = this.#idle();
    const bytes = idle.reduce((sum, { held }) => sum + held * this.#positionBytes, 0);
    return { hits: this.#hits, misses: this.#misses, entries: idle.length, bytes };
  }

  /** Follows a decoder: another one (after a loss) has none of the keys. */
  attach(decoder: Decoder): void {
    if (decoder !== this.#decoder) this.#slots = [];
    this.#decoder = decoder;
    while (this.#slots.length < decoder.slots) this.#slots.push({ tokens: [], held: 0, free: true, used: 0 });
  }

  get hasFree(): boolean {
    return this.#slots.some(({ free }) => free);
  }

  /** Takes a free slot for a prompt; at least one of its tokens is left to compute. */
  take(prompt: readonly number[]): Placement {
    const reusable = this.#limits !== undefined && this.#decoder?.prefixReusable === true;
    const shared = this.#slots.map((slot) => (reusable ? commonPrefix(slot, prompt) : 0));
    const free = this.#slots.flatMap((slot, index) => (slot.free ? [index] : []));
    // The longest beginning; among equals what was unused for longest, so that others keep theirs.
    const best = free.reduce((a, b) => (this.#better(b, a, shared) ? b : a));
    const donor = shared.indexOf(Math.max(...shared));
    const copies = (shared[donor] ?? 0) >= (shared[best] ?? 0) + leastCopied;
    const slot = copies ? free.reduce((a, b) => (this.#used(b) < this.#used(a) ? b : a)) : best;
    const reused = shared[copies ? donor : best] ?? 0;
    if (reused > 0) this.#hits++;
    else this.#misses++;
    const taken = this.#slots[slot];
    if (taken) Object.assign(taken, { free: false, tokens: prompt, held: reused });
    return { slot, reused, copyFrom: copies ? donor : undefined };
  }

  /** Tells that a slot has the keys of the first `count` tokens. */
  hold(slot: number, tokens: readonly number[], count: number): void {
    const held = this.#slots[slot];
    if (held) Object.assign(held, { tokens, held: count });
  }

  release(slot: number): void {
    const held = this.#slots[slot];
    if (held) Object.assign(held, { free: true, used: ++this.#clock });
    this.#evict();
  }

  /** What the slots hold is not to be relied on any more. */
  clear(): void {
    for (const slot of this.#slots) Object.assign(slot, { tokens: [], held: 0 });
  }

  /** Sequences that are remembered, that which was used last first. */
  #idle(): Slot[] {
    return this.#slots.filter(({ free, held }) => free && held > 0).toSorted((a, b) => b.used - a.used);
  }

  /** Forgets what is too much, the longest unused first. */
  #evict(): void {
    const { maxEntries, maxBytes } = this.#limits ?? { maxEntries: 0, maxBytes: 0 };
    let bytes = 0;
    for (const [index, slot] of this.#idle().entries()) {
      bytes += slot.held * this.#positionBytes;
      if (index >= maxEntries || bytes > maxBytes) Object.assign(slot, { tokens: [], held: 0 });
    }
  }

  get #positionBytes(): number {
    return this.#decoder?.positionBytes ?? 0;
  }

  #better(a: number, b: number, shared: readonly number[]): boolean {
    const more = (shared[a] ?? 0) - (shared[b] ?? 0);
    return more > 0 || (more === 0 && this.#used(a) < this.#used(b));
  }

  #used(slot: number): number {
    return this.#slots[slot]?.used ?? 0;
  }
}

function commonPrefix({ tokens, held }: Slot, prompt: readonly number[]): number {
  const most = Math.min(prompt.length - 1, held);
  let length = 0;
  while (length < most && tokens[length] === prompt[length]) length++;
  return length;
}
