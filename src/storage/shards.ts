import { EngineError } from '../core/errors.ts';
import { ByteCursor } from './byteCursor.ts';
import type { CheckpointFormat, StoredTensor } from './checkpointFormat.ts';
import { readJson, type CheckpointFile, type CheckpointSource } from './source.ts';

/** One weight file whose header has been read and checked. */
export interface Shard<Entry extends StoredTensor> {
  readonly name: string;
  readonly file: CheckpointFile;
  /** Sorted by offset. */
  readonly entries: readonly Entry[];
  /** Prefix and header together: where the data starts. */
  readonly headerBytes: number;
  readonly bytes: number;
  /** Stands at the data's start; kept open for the first shard only, and until it is used. */
  cursor: ByteCursor | undefined;
}

/**
 * Finds the weight files and reads their headers.
 * @throws EngineError source-not-found, tensor-missing, checkpoint-overlap, what the format's parser throws
 */
export async function readShards<Entry extends StoredTensor>(
  source: CheckpointSource,
  format: CheckpointFormat<Entry>,
  signal: AbortSignal | undefined,
): Promise<Shard<Entry>[]> {
  const shards: Shard<Entry>[] = [];
  try {
    const single = await source.open(`model${format.extension}`, signal);
    if (single) return [await readShard(source, single, format, signal, true)];
    const index = await readJson(source, `model${format.extension}.index.json`, signal, 'checkpoint-header-invalid');
    const promised = index === undefined ? undefined : format.parseIndex(index);
    const names = promised ? [...new Set(promised.values())] : await listWeights(source, format.extension);
    for (const name of names) {
      const file = await source.open(name, signal);
      if (!file) throw missingShard(source, name);
      shards.push(await readShard(source, file, format, signal, shards.length === 0));
    }
    checkNames(shards, promised);
    return shards;
  } catch (cause) {
    await shards[0]?.cursor?.cancel();
    throw cause;
  }
}

async function readShard<Entry extends StoredTensor>(
  source: CheckpointSource,
  file: CheckpointFile,
  format: CheckpointFormat<Entry>,
  signal: AbortSignal | undefined,
  keepOpen: boolean,
): Promise<Shard<Entry>> {
  const cursor = new ByteCursor(file, source.label, 0, signal);
  try {
    const prefix = await cursor.readCollected(format.prefixBytes);
    const length = format.readHeaderLength(prefix, file.bytes, file.name);
    const header = await cursor.readCollected(length);
    if (header.length < length) {
      throw new EngineError(
        'checkpoint-truncated',
        `${file.name} ended after ${header.length} of its header's ${length} bytes.`,
        'The download is incomplete: fetch the file again.',
      );
    }
    const entries = format.parseHeader(header, file.bytes, file.name);
    const headerBytes = format.prefixBytes + length;
    const last = entries.at(-1);
    const bytes = last ? last.byteOffset + last.byteLength : headerBytes;
    if (!keepOpen) await cursor.cancel();
    return { name: file.name, file, entries, headerBytes, bytes, cursor: keepOpen ? cursor : undefined };
  } catch (cause) {
    await cursor.cancel();
    throw cause;
  }
}

const depth = (path: string): number => path.split('/').length;

/** Every weight file of the uppermost folder that has one; hidden files (macOS leaves `._name`) are none. */
async function listWeights(source: CheckpointSource, extension: string): Promise<string[]> {
  const all = (await source.list?.()) ?? [];
  const found = all.filter((path) => path.endsWith(extension) && !path.split('/').at(-1)?.startsWith('.'));
  const top = Math.min(...found.map(depth));
  const names = found.filter((path) => depth(path) === top).sort();
  if (names.length > 0) return names;
  throw new EngineError(
    'source-not-found',
    `${source.label} has neither model${extension} nor model${extension}.index.json.`,
    'Pass a checkpoint in the safetensors format; PyTorch .bin files have to be converted.',
  );
}

const missingShard = (source: CheckpointSource, name: string): EngineError =>
  new EngineError(
    'source-not-found',
    `${source.label} has no ${name}, one of the checkpoint's shards.`,
    'Add the file, or download the checkpoint again.',
  );

/** A name belongs to one shard, and what the index promises is there. */
function checkNames(shards: readonly Shard<StoredTensor>[], promised: ReadonlyMap<string, string> | undefined): void {
  const owners = new Map<string, string>();
  for (const { name: file, entries } of shards) {
    for (const { name } of entries) {
      const other = owners.get(name);
      if (other !== undefined) {
        throw new EngineError(
          'checkpoint-overlap',
          `Tensor "${name}" is both in ${other} and in ${file}.`,
          'Keep the weight files of one checkpoint only.',
        );
      }
      owners.set(name, file);
    }
  }
  for (const [name, file] of promised ?? []) {
    if (owners.has(name)) continue;
    throw new EngineError(
      'tensor-missing',
      `The shard index promises tensor "${name}" in ${file}; no shard has it.`,
      'Download the index and the shards of the same revision again.',
    );
  }
}
