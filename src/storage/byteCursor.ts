import { abortedError, internalError, throwIfAborted } from '../core/errors.ts';
import { readFailure, type CheckpointFile } from './source.ts';

/** A gap from this size on is worth a new request: 8 MiB take longer than a round trip on most connections. */
const seekGapBytes = 8 * 2 ** 20;

/** Reads a file forward, in exact amounts, holding no more than one chunk of its stream. */
export class ByteCursor {
  readonly #file: CheckpointFile;
  readonly #label: string;
  #advanced: (bytes: number) => void;
  #signal: AbortSignal | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #chunk: Uint8Array = new Uint8Array(0);
  #position: number;

  /**
   * @param label the source's, for messages
   * @param advanced called with the number of bytes read or passed over
   */
  constructor(
    file: CheckpointFile,
    label: string,
    fromByte: number,
    signal: AbortSignal | undefined,
    advanced: (bytes: number) => void = () => undefined,
  ) {
    this.#file = file;
    this.#label = label;
    this.#position = fromByte;
    this.#signal = signal;
    this.#advanced = advanced;
  }

  /** From the file's start. */
  get position(): number {
    return this.#position;
  }

  /** Goes on for another caller: its signal ends the reads, its callback hears of them. */
  handOver(signal: AbortSignal | undefined, advanced: (bytes: number) => void): this {
    this.#signal = signal;
    this.#advanced = advanced;
    return this;
  }

  /**
   * Up to `maxBytes` bytes, valid until the next call; undefined at the file's end.
   * @throws EngineError source-unreadable, aborted
   */
  async read(maxBytes: number): Promise<Uint8Array | undefined> {
    while (this.#chunk.length === 0) {
      const chunk = await this.#nextChunk();
      if (!chunk) return undefined;
      this.#chunk = chunk;
    }
    const piece = this.#chunk.subarray(0, maxBytes);
    this.#chunk = this.#chunk.subarray(piece.length);
    this.#pass(piece.length);
    return piece;
  }

  /** Fills `target`; returns how many bytes there were, less than its length only at the file's end. */
  async readInto(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const piece = await this.read(target.length - filled);
      if (!piece) break;
      target.set(piece, filled);
      filled += piece.length;
    }
    return filled;
  }

  /**
   * The next `bytes` bytes, fewer only at the file's end. Memory is taken for what came, not for what was asked for:
   * the length may be a hostile file's word.
   */
  async readCollected(bytes: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let collected = 0;
    while (collected < bytes) {
      const piece = await this.read(bytes - collected);
      if (!piece) break;
      pieces.push(piece.slice());
      collected += piece.length;
    }
    const joined = new Uint8Array(collected);
    let offset = 0;
    for (const piece of pieces) {
      joined.set(piece, offset);
      offset += piece.length;
    }
    return joined;
  }

  /** Moves forward. A long gap is jumped where the file allows it; else its bytes are read and dropped. */
  async skipTo(position: number): Promise<void> {
    if (position < this.#position) {
      throw internalError(`A read of ${this.#file.name} went back from byte ${this.#position} to ${position}.`);
    }
    const gap = position - this.#position;
    if (gap - this.#chunk.length >= seekGapBytes && this.#file.seekable) {
      await this.cancel();
      this.#pass(gap);
    }
    while (this.#position < position) {
      if (!(await this.read(position - this.#position))) return;
    }
  }

  /** Lets go of the stream; a later read opens another one at the position. */
  async cancel(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#chunk = new Uint8Array(0);
    await reader?.cancel().catch(() => undefined);
  }

  #pass(bytes: number): void {
    this.#position += bytes;
    this.#advanced(bytes);
  }

  async #nextChunk(): Promise<Uint8Array | undefined> {
    const signal = this.#signal;
    throwIfAborted(signal);
    this.#reader ??= this.#file.stream(this.#position).getReader();
    const reader = this.#reader;
    // Cancelling makes a pending read resolve, so that an abort ends a read from any kind of stream.
    const abort = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const { value } = await reader.read();
      if (signal?.aborted) throw abortedError(signal);
      return value;
    } catch (cause) {
      throw readFailure(cause, this.#file.name, this.#label, signal);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}
