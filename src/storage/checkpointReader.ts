import { EngineError, internalError } from '../core/errors.ts';
import { ByteCursor } from './byteCursor.ts';
import type { CheckpointFormat, StoredTensor } from './checkpointFormat.ts';
import { readShards, type Shard } from './shards.ts';
import { readJson, type CheckpointSource } from './source.ts';

export type { CheckpointFormat, StoredTensor } from './checkpointFormat.ts';

/** A tensor with the file that holds it. */
export type DirectoryEntry<Entry extends StoredTensor> = Entry & { readonly file: string };

export interface CheckpointDirectory<Entry extends StoredTensor> {
  readonly tensors: ReadonlyMap<string, DirectoryEntry<Entry>>;
  /** Of all files, headers included: what `loadedBytes` runs up to. */
  readonly totalBytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** A tensor whose turn it is. Its bytes can be taken once, before the next tensor is asked for. */
export interface TensorStream<Entry extends StoredTensor> {
  readonly entry: DirectoryEntry<Entry>;
  /**
   * The bytes in order, in pieces of whole rows: at most `maxBytes`, but at least one row; the last piece is what is left.
   * A piece is a view of a buffer that the next pull overwrites; it starts at the buffer's byte 0.
   * @throws EngineError checkpoint-truncated, source-unreadable, aborted
   */
  readonly rows: (rowBytes: number, maxBytes: number) => AsyncIterable<Uint8Array<ArrayBuffer>>;
}

export interface TensorsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the checkpoint read or passed over so far, headers included. */
  readonly onProgress?: ((loadedBytes: number) => void) | undefined;
}

export interface Checkpoint<Entry extends StoredTensor> {
  /** config.json, parsed and not yet believed. */
  readonly config: unknown;
  /**
   * Reads every file's header: the whole directory is known to be sound before anything is allocated for it. Done once.
   * @throws EngineError what the format's parser throws; source-not-found, tensor-missing, checkpoint-overlap, aborted
   */
  readDirectory(): Promise<CheckpointDirectory<Entry>>;
  /**
   * The wanted tensors in the files' order, each as a stream: host memory stays at one piece.
   * @throws EngineError tensor-missing, checkpoint-truncated, source-unreadable, aborted
   */
  tensors(wanted: ReadonlySet<string>, options?: TensorsOptions): AsyncGenerator<TensorStream<Entry>, void, void>;
  /** Lets go of open connections. */
  close(): Promise<void>;
}

/**
 * Opens `config.json` and finds the weights: `model.safetensors`, else the shards of `model.safetensors.index.json`,
 * else, where the source can list its files, every *.safetensors.
 * @throws EngineError source-not-found, source-unreadable, config-invalid, aborted
 */
export async function openCheckpoint<Entry extends StoredTensor>(
  source: CheckpointSource,
  format: CheckpointFormat<Entry>,
  signal?: AbortSignal,
): Promise<Checkpoint<Entry>> {
  const config = await readJson(source, 'config.json', signal);
  if (config === undefined) {
    throw new EngineError(
      'source-not-found',
      `${source.label} has no config.json.`,
      'Pass the folder of a checkpoint: config.json beside *.safetensors.',
    );
  }
  return new OpenCheckpoint(source, format, config, signal);
}

class OpenCheckpoint<Entry extends StoredTensor> implements Checkpoint<Entry> {
  readonly config: unknown;
  readonly #source: CheckpointSource;
  readonly #format: CheckpointFormat<Entry>;
  readonly #signal: AbortSignal | undefined;
  #shards: Promise<Shard<Entry>[]> | undefined;

  constructor(
    source: CheckpointSource,
    format: CheckpointFormat<Entry>,
    config: unknown,
    signal: AbortSignal | undefined,
  ) {
    this.#source = source;
    this.#format = format;
    this.#signal = signal;
    this.config = config;
  }

  async readDirectory(): Promise<CheckpointDirectory<Entry>> {
    const shards = await this.#readShards();
    const tensors = new Map<string, DirectoryEntry<Entry>>();
    for (const { name, entries } of shards) {
      for (const entry of entries) tensors.set(entry.name, { ...entry, file: name });
    }
    const files = shards.map(({ name, bytes }) => ({ name, bytes }));
    return { tensors, files, totalBytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async *tensors(
    wanted: ReadonlySet<string>,
    options: TensorsOptions = {},
  ): AsyncGenerator<TensorStream<Entry>, void, void> {
    const shards = await this.#readShards();
    requireWanted(wanted, shards, this.#source.label);
    const scratch = new Scratch();
    let loadedBytes = 0;
    const advanced = (bytes: number): void => {
      loadedBytes += bytes;
      options.onProgress?.(loadedBytes);
    };
    for (const shard of shards) {
      const entries = shard.entries.filter(({ name }) => wanted.has(name));
      const endBytes = loadedBytes + shard.bytes;
      if (entries.length > 0) {
        advanced(shard.headerBytes);
        const cursor = this.#takeCursor(shard, options.signal, advanced);
        try {
          for (const entry of entries) {
            await cursor.skipTo(entry.byteOffset);
            yield tensorStream({ ...entry, file: shard.name }, cursor, scratch);
          }
        } finally {
          await cursor.cancel();
        }
      }
      // What follows the last wanted tensor is not read.
      advanced(endBytes - loadedBytes);
    }
  }

  async close(): Promise<void> {
    const shards = await this.#shards?.catch(() => undefined);
    for (const shard of shards ?? []) {
      await shard.cursor?.cancel();
      await shard.file.close();
      shard.cursor = undefined;
    }
  }

  #readShards(): Promise<Shard<Entry>[]> {
    this.#shards ??= readShards(this.#source, this.#format, this.#signal);
    return this.#shards;
  }

  /** The first shard goes on with the request that brought its header; the others start where their data does. */
  #takeCursor(shard: Shard<Entry>, signal: AbortSignal | undefined, advanced: (bytes: number) => void): ByteCursor {
    const cursor = shard.cursor;
    shard.cursor = undefined;
    if (!cursor) return new ByteCursor(shard.file, this.#source.label, shard.headerBytes, signal, advanced);
    return cursor.handOver(signal, advanced);
  }
}

function requireWanted(wanted: ReadonlySet<string>, shards: readonly Shard<StoredTensor>[], label: string): void {
  const stored = new Set(shards.flatMap(({ entries }) => entries.map(({ name }) => name)));
  const missing = [...wanted].filter((name) => !stored.has(name));
  if (missing.length === 0) return;
  throw new EngineError(
    'tensor-missing',
    `${label} has no tensor "${missing[0] ?? ''}"${missing.length > 1 ? ` (and ${missing.length - 1} more)` : ''}.`,
    'Check that the checkpoint is the one that config.json describes.',
  );
}

/** One buffer for all pieces of a load. */
class Scratch {
  #buffer = new Uint8Array(0);

  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(bytes);
    return this.#buffer.subarray(0, bytes);
  }
}

function tensorStream<Entry extends StoredTensor>(
  entry: DirectoryEntry<Entry>,
  cursor: ByteCursor,
  scratch: Scratch,
): TensorStream<Entry> {
  const { name, byteOffset, byteLength, file } = entry;
  async function* rows(rowBytes: number, maxBytes: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    if (!Number.isSafeInteger(rowBytes) || rowBytes <= 0)
      throw internalError(`A row of "${name}" has ${rowBytes} bytes.`);
    if (cursor.position !== byteOffset) throw internalError(`Tensor "${name}" was read twice, or after its turn.`);
    const pieceBytes = Math.max(Math.floor(maxBytes / rowBytes), 1) * rowBytes;
    for (let done = 0; done < byteLength;) {
      const piece = scratch.take(Math.min(pieceBytes, byteLength - done));
      const got = await cursor.readInto(piece);
      if (got < piece.length) {
        throw new EngineError(
          'checkpoint-truncated',
          `Tensor "${name}" in ${file} ended after ${done + got} of ${byteLength} bytes.`,
          'The download is incomplete: fetch the file again.',
        );
      }
      done += got;
      yield piece;
    }
  }
  return { entry, rows };
}
