import { EngineError } from '../core/errors.ts';
import { createDirectorySource, type DirectoryHandleLike } from './directorySource.ts';
import { createFileSource } from './fileSource.ts';
import { createHttpSource, type HttpSourceOptions } from './httpSource.ts';
import { createHubSource } from './hubSource.ts';
import type { CheckpointSource } from './source.ts';

/**
 * The source behind what the public API takes: an address, `hf:owner/name@revision`, files or a folder.
 * @throws EngineError invalid-option
 */
export function openSource(
  source: string | readonly File[] | FileSystemDirectoryHandle | DirectoryHandleLike,
  options?: HttpSourceOptions,
): CheckpointSource {
  if (typeof source === 'string') {
    return source.startsWith('hf:') ? createHubSource(source, options) : createHttpSource(source, options);
  }
  if (isFileList(source)) {
    if (source.length > 0 && source.every((file) => file instanceof Blob)) return createFileSource(source);
    throw invalid(source.length === 0 ? 'The list of files is empty.' : 'The list of files holds something else.');
  }
  if (typeof source === 'object' && source !== null && 'getFileHandle' in source) {
    return createDirectorySource(source);
  }
  throw invalid(`The source is ${source === null ? 'null' : typeof source}.`);
}

// Array.isArray does not narrow a readonly array out of a union.
const isFileList = (source: unknown): source is readonly File[] => Array.isArray(source);

const invalid = (what: string): EngineError =>
  new EngineError('invalid-option', what, 'Pass an address, "hf:owner/name", files or a directory handle.');
