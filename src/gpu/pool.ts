import { internalError } from '../core/errors.ts';
import { roundUp } from '../core/shape.ts';
import { inErrorScopes, outOfMemoryError } from './errorScopes.ts';
import { MemoryHistory } from './memoryHistory.ts';

export interface BufferRequest {
  readonly bytes: number;
  /** Who pays for it in the ledger: 'weights', 'kv', 'activations', 'staging', … */
  readonly owner: string;
  readonly label: string;
  /** GPUBufferUsage flags; storage that can be copied in and out unless told. */
  readonly usage?: number;
  /** Exactly `bytes`, destroyed at release: for what lives as long as a model. Others are recycled by size class. */
  readonly exact?: boolean;
}

export interface Ledger {
  /** Bytes in use by owner. */
  readonly byOwner: Readonly<Record<string, number>>;
  readonly inUseBytes: number;
  /** Kept for reuse, in no one's hands. */
  readonly pooledBytes: number;
  /** Most that was ever allocated at once (in use and pooled). */
  readonly peakBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly liveBuffers: number;
}

export interface PoolOptions {
  /** Most that may be in use, in bytes. */
  readonly budgetBytes?: number | undefined;
  /** Whether released buffers are kept for the next request of their size; default true. */
  readonly recycles?: boolean;
  readonly maxPooledBytes?: number | undefined;
  /** Milliseconds behind which a buffer that nobody has asked for is destroyed; default: never. */
  readonly trimAfterMs?: number | undefined;
}

interface Lease {
  readonly owner: string;
  readonly sizeBytes: number;
  readonly key: string;
  readonly exact: boolean;
}

/** GPUBufferUsage STORAGE | COPY_SRC | COPY_DST; numbers, because Node has no such global before an adapter is made. */
export const storageUsage = 0x80 | 0x04 | 0x08;
/** MAP_READ | COPY_DST */
export const readbackUsage = 0x01 | 0x08;
/** UNIFORM | COPY_DST */
export const uniformUsage = 0x40 | 0x08;

/** Four classes for each power of two: at most a quarter is wasted. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return roundUp(roundUp(bytes, Math.max(step, 64)), 16);
}

/** Size of a buffer that is to have `bytes` exactly: what WebGPU takes for one. */
export const exactSize = (bytes: number): number => roundUp(Math.max(bytes, 16), 4);

/** GPU buffers with a ledger. Every allocation runs in error scopes and under the budget. */
export class BufferPool {
  /** How the bytes of each owner have changed. */
  readonly history = new MemoryHistory();
  readonly #device: GPUDevice;
  readonly #budgetBytes: number;
  readonly #leases = new Map<GPUBuffer, Lease>();
  /** By usage and size; the one released last is last. */
  readonly #free = new Map<string, { readonly buffer: GPUBuffer; readonly since: number }[]>();
  readonly #byOwner = new Map<string, number>();
  /** False: every release destroys (the memoryPooling flag is off). */
  readonly #recycles: boolean;
  readonly #maxPooledBytes: number;
  readonly #trimAfterMs: number;
  #trimming: ReturnType<typeof setTimeout> | undefined;
  #inUseBytes = 0;
  #pooledBytes = 0;
  #peakBytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(device: GPUDevice, options: PoolOptions = {}) {
    this.#device = device;
    this.#budgetBytes = options.budgetBytes ?? Number.POSITIVE_INFINITY;
    this.#recycles = options.recycles ?? true;
    this.#maxPooledBytes = options.maxPooledBytes ?? Number.POSITIVE_INFINITY;
    this.#trimAfterMs = options.trimAfterMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * A buffer of at least `bytes`. Recycled ones hold old data.
   * @throws EngineError out-of-memory (budget or device)
   */
  async acquire(request: BufferRequest): Promise<GPUBuffer> {
    const usage = request.usage ?? storageUsage;
    const exact = request.exact ?? false;
    const sizeBytes = exact ? exactSize(request.bytes) : sizeClass(request.bytes);
    const key = `${usage}:${sizeBytes}`;
    const recycled = exact ? undefined : this.#free.get(key)?.pop()?.buffer;
    const lease: Lease = { owner: request.owner, sizeBytes, key, exact };
    if (recycled) {
      this.#hits++;
      this.#pooledBytes -= sizeBytes;
      this.#lend(recycled, lease);
      return recycled;
    }
    this.#makeRoom(request.label, sizeBytes);
    this.#misses++;
    const { value: buffer, checked } = inErrorScopes(
      this.#device,
      `buffer '${request.label}' of ${sizeBytes} bytes`,
      () => this.#device.createBuffer({ label: request.label, size: sizeBytes, usage }),
    );
    this.#lend(buffer, lease);
    try {
      await checked;
    } catch (error) {
      this.#settle(buffer, lease);
      buffer.destroy();
      // The device is full: what is only kept for reuse goes first.
      if (this.trim() > 0) return this.acquire(request);
      throw error;
    }
    return buffer;
  }

  /** Bytes that the budget leaves; infinite without one. */
  get availableBytes(): number {
    return this.#budgetBytes - this.#inUseBytes;
  }

  /** Throws out-of-memory if the budget has no room for so many bytes more; nothing is taken. */
  checkFits(bytes: number, what: string): void {
    if (this.#inUseBytes + bytes <= this.#budgetBytes) return;
    const free = Math.max(0, this.#budgetBytes - this.#inUseBytes);
    throw outOfMemoryError(what, `it needs ${bytes} bytes and memoryBudgetBytes (${this.#budgetBytes}) leaves ${free}`);
  }

  /** Gives a buffer back. Releasing twice, or what this pool never lent, is a defect. */
  release(buffer: GPUBuffer): void {
    const lease = this.#leases.get(buffer);
    if (!lease) throw internalError(`Buffer '${buffer.label}' was released twice or is not of this pool.`);
    this.#settle(buffer, lease);
    if (lease.exact || !this.#recycles || this.#pooledBytes + lease.sizeBytes > this.#maxPooledBytes) {
      buffer.destroy();
      this.#note(lease.owner);
      return;
    }
    const list = this.#free.get(lease.key) ?? [];
    list.push({ buffer, since: performance.now() });
    this.#free.set(lease.key, list);
    this.#pooledBytes += lease.sizeBytes;
    this.#note(lease.owner);
    this.#trimLater(this.#trimAfterMs);
  }

  /** Destroys what is kept for reuse; returns the bytes given back to the device. */
  trim(): number {
    const freed = this.#pooledBytes;
    for (const list of this.#free.values()) for (const { buffer } of list) buffer.destroy();
    this.#free.clear();
    clearTimeout(this.#trimming);
    this.#trimming = undefined;
    this.#pooledBytes = 0;
    return freed;
  }

  ledger(): Ledger {
    return {
      byOwner: Object.fromEntries([...this.#byOwner].filter(([, bytes]) => bytes > 0)),
      inUseBytes: this.#inUseBytes,
      pooledBytes: this.#pooledBytes,
      peakBytes: this.#peakBytes,
      hits: this.#hits,
      misses: this.#misses,
      liveBuffers: this.#leases.size,
    };
  }

  /** Labels of what is still lent out: a test that ends with any has found a leak. */
  leaks(): string[] {
    return [...this.#leases].map(([buffer, lease]) => `${lease.owner}: ${buffer.label} (${lease.sizeBytes} bytes)`);
  }

  destroy(): void {
    this.trim();
    for (const buffer of this.#leases.keys()) buffer.destroy();
    this.#leases.clear();
    this.#byOwner.clear();
    this.#inUseBytes = 0;
  }

  #trimLater(ms: number): void {
    if (this.#trimming !== undefined || !Number.isFinite(ms)) return;
    this.#trimming = setTimeout(() => this.#trimIdle(), ms);
    // In Node a process may end before.
    (this.#trimming as { unref?: () => void }).unref?.();
  }

  /** Destroys what nobody has asked for since `trimAfterMs`. */
  #trimIdle(): void {
    this.#trimming = undefined;
    const oldest = performance.now() - this.#trimAfterMs;
    let next = Number.POSITIVE_INFINITY;
    for (const [key, list] of this.#free) {
      const kept = list.filter(({ since }) => since > oldest);
      for (const { buffer, since } of list) {
        if (since > oldest) continue;
        this.#pooledBytes -= buffer.size;
        buffer.destroy();
      }
      if (kept.length > 0) this.#free.set(key, kept);
      else this.#free.delete(key);
      for (const { since } of kept) next = Math.min(next, since - oldest);
    }
    // Whose it was does not matter: what is pooled is everybody's.
    this.#note('activations');
    this.#trimLater(next);
  }

  #makeRoom(label: string, sizeBytes: number): void {
    if (this.#inUseBytes + this.#pooledBytes + sizeBytes > this.#budgetBytes) this.trim();
    this.checkFits(sizeBytes, `buffer '${label}'`);
  }

  #lend(buffer: GPUBuffer, lease: Lease): void {
    this.#leases.set(buffer, lease);
    this.#inUseBytes += lease.sizeBytes;
    this.#byOwner.set(lease.owner, (this.#byOwner.get(lease.owner) ?? 0) + lease.sizeBytes);
    this.#peakBytes = Math.max(this.#peakBytes, this.#inUseBytes + this.#pooledBytes);
    this.#note(lease.owner);
  }

  #settle(buffer: GPUBuffer, lease: Lease): void {
    this.#leases.delete(buffer);
    this.#inUseBytes -= lease.sizeBytes;
    this.#byOwner.set(lease.owner, (this.#byOwner.get(lease.owner) ?? 0) - lease.sizeBytes);
  }

  #note(owner: string): void {
    this.history.change(owner, this.#byOwner.get(owner) ?? 0, this.#inUseBytes, this.#pooledBytes);
  }
}
