/** GPU memory at a moment, as the ledger had it. */
export interface MemorySample {
  /** Since the device was made. */
  readonly timeMs: number;
  /** Bytes in use by owner. */
  readonly byOwner: Readonly<Record<string, number>>;
  readonly pooledBytes: number;
  /** Most that was in use and pooled at once since the sample before. */
  readonly peakBytes: number;
}

/** Samples that are kept; full, every other one goes and the distance between two is doubled. */
const capacity = 512;
/** Changes closer together than this are one sample, at first. */
const firstIntervalMs = 10;
/** Owners told apart; a further one counts as 'other'. */
const mostOwners = 16;

/**
 * How the bytes of each owner have changed since the device was made, in bounded space: samples are taken at changes and lie
 * in arrays made once, so that a change costs a few stores.
 */
export class MemoryHistory {
  readonly #originMs = performance.now();
  readonly #owners: string[] = [];
  readonly #now = new Float64Array(mostOwners);
  /** Bytes of those that count as 'other'. */
  readonly #others = new Map<string, number>();
  readonly #times = new Float64Array(capacity);
  readonly #bytes = new Float64Array(capacity * mostOwners);
  readonly #pooled = new Float64Array(capacity);
  readonly #peaks = new Float64Array(capacity);
  #count = 0;
  #intervalMs = firstIntervalMs;
  #sampleEnd = Number.NEGATIVE_INFINITY;

  /** When the history begins, by performance.now(). */
  get originMs(): number {
    return this.#originMs;
  }

  /** An owner has so many bytes in use now; `inUseBytes` and `pooledBytes` are everybody's. */
  change(owner: string, ownerBytes: number, inUseBytes: number, pooledBytes: number): void {
    this.#set(owner, ownerBytes);
    const time = performance.now() - this.#originMs;
    if (time >= this.#sampleEnd) {
      if (this.#count === capacity) this.#thin();
      this.#peaks[this.#count] = 0;
      this.#count++;
      this.#sampleEnd = time + this.#intervalMs;
    }
    const sample = this.#count - 1;
    this.#times[sample] = time;
    this.#bytes.set(this.#now, sample * mostOwners);
    this.#pooled[sample] = pooledBytes;
    this.#peaks[sample] = Math.max(this.#peaks[sample] ?? 0, inUseBytes + pooledBytes);
  }

  samples(): MemorySample[] {
    return Array.from({ length: this.#count }, (_, sample) => ({
      timeMs: this.#times[sample] ?? 0,
      byOwner: Object.fromEntries(
        this.#owners
          .map((owner, index) => [owner, this.#bytes[sample * mostOwners + index] ?? 0] as const)
          .filter(([, bytes]) => bytes > 0),
      ),
      pooledBytes: this.#pooled[sample] ?? 0,
      peakBytes: this.#peaks[sample] ?? 0,
    }));
  }

  #set(owner: string, bytes: number): void {
    let index = this.#owners.indexOf(owner);
    if (index < 0 && this.#owners.length < mostOwners - 1) index = this.#owners.push(owner) - 1;
    if (index >= 0) {
      this.#now[index] = bytes;
      return;
    }
    // Those that are too many count together: by how much each changes.
    const other = mostOwners - 1;
    this.#owners[other] = 'other';
    this.#now[other] = Math.max(0, (this.#now[other] ?? 0) + bytes - (this.#others.get(owner) ?? 0));
    this.#others.set(owner, bytes);
  }

  /** Of two neighbours the later one stays, with the higher peak. */
  #thin(): void {
    const kept = capacity / 2;
    for (let sample = 0; sample < kept; sample++) {
      const later = sample * 2 + 1;
      this.#times[sample] = this.#times[later] ?? 0;
      this.#pooled[sample] = this.#pooled[later] ?? 0;
      this.#peaks[sample] = Math.max(this.#peaks[later - 1] ?? 0, this.#peaks[later] ?? 0);
      this.#bytes.copyWithin(sample * mostOwners, later * mostOwners, (later + 1) * mostOwners);
    }
    this.#count = kept;
    this.#intervalMs *= 2;
  }
}
