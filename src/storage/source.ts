import { abortedError, EngineError, type EngineErrorCode, throwIfAborted } from '../core/errors.ts';

/** A place that holds a checkpoint's files. */
export interface CheckpointSource {
  /** For messages: the address, repository or folder. */
  readonly label: string;
  /**
   * undefined when the file is not there. What it opened has to be streamed or closed.
   * @throws EngineError source-unreadable, invalid-option (two files have the name), aborted
   */
  open(name: string, signal?: AbortSignal): Promise<CheckpointFile | undefined>;
  /** Names that `open` takes, where the source can tell; over HTTP it cannot. */
  list?(): Promise<readonly string[]>;
}

export interface CheckpointFile {
  readonly name: string;
  /** undefined where the source does not say, or cannot be believed (compressed transfer). */
  readonly bytes: number | undefined;
  /** Whether `stream(fromByte)` is known to cost no more than the bytes it delivers. */
  readonly seekable: boolean;
  /** The file's bytes from `fromByte` (default 0) to its end, one after the other. Over HTTP a single GET. */
  stream(fromByte?: number): ReadableStream<Uint8Array>;
  /** Lets go of what `open` took (a response's body), if no stream has taken it over. */
  close(): Promise<void>;
}

/** Text files of a checkpoint are some MB; a larger one is not what it says it is. */
const maxTextBytes = 256 * 2 ** 20;

/**
 * A whole UTF-8 file; undefined when it is not there.
 * @param code the error's code when the bytes are not UTF-8
 * @throws EngineError source-unreadable, aborted, or `code`
 */
export async function readText(
  source: CheckpointSource,
  name: string,
  signal?: AbortSignal,
  code: EngineErrorCode = 'config-invalid',
): Promise<string | undefined> {
  const file = await source.open(name, signal);
  if (!file) return undefined;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw notText(code, name, source.label, cause);
    }
  };
  const reader = file.stream().getReader();
  let text = '';
  let readBytes = 0;
  try {
    for (;;) {
      throwIfAborted(signal);
      const { done, value } = await reader.read();
      if (done) return text + decode();
      readBytes += value.length;
      if (readBytes > maxTextBytes) throw tooLarge(name, source.label);
      text += decode(value);
    }
  } catch (cause) {
    throw readFailure(cause, name, source.label, signal);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * A JSON file, parsed; undefined when it is not there.
 * @param code the error's code when the text is not JSON
 * @throws EngineError source-unreadable, aborted, or `code`
 */
export async function readJson(
  source: CheckpointSource,
  name: string,
  signal?: AbortSignal,
  code: EngineErrorCode = 'config-invalid',
): Promise<unknown> {
  const text = await readText(source, name, signal, code);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EngineError(
      code,
      `${name} in ${source.label} is not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}.`,
      'Check the file, or download it again.',
      cause,
    );
  }
}

/** What a failed read becomes: 'aborted' after an abort, an EngineError as it is, 'source-unreadable' else. */
export function readFailure(cause: unknown, name: string, label: string, signal: AbortSignal | undefined): EngineError {
  if (signal?.aborted) return abortedError(signal);
  if (cause instanceof EngineError) return cause;
  return new EngineError(
    'source-unreadable',
    `${name} in ${label} could not be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Check that it is still there and that this page may read it, then load again.',
    cause,
  );
}

const tooLarge = (name: string, label: string): EngineError =>
  new EngineError(
    'source-unreadable',
    `${name} in ${label} is over ${maxTextBytes / 2 ** 20} MiB, too large for a text file.`,
    'Check what the source serves under this name.',
  );

const notText = (code: EngineErrorCode, name: string, label: string, cause: unknown): EngineError =>
  new EngineError(code, `${name} in ${label} is not UTF-8 text.`, 'Check the file, or download it again.', cause);
