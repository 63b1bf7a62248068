import { EngineError } from '../core/errors.ts';
import type { CheckpointFile, CheckpointSource } from './source.ts';

/**
 * Files that a user picked or dropped, also a whole folder (`webkitRelativePath`).
 * A name is looked for as the end of the paths, and the one nearest to the top is taken.
 */
export function createFileSource(files: readonly File[]): CheckpointSource {
  const label = `${files.length} chosen file${files.length === 1 ? '' : 's'}`;
  return {
    label,
    open: (name) => {
      const file = pickFile(files, name);
      return Promise.resolve(file && checkpointFile(file, name));
    },
    list: () => Promise.resolve(files.map(pathOf)),
  };
}

/** A `File` as a checkpoint's file; slices of it cost nothing. */
export function checkpointFile(file: File, name: string): CheckpointFile {
  return {
    name,
    bytes: file.size,
    seekable: true,
    stream: (fromByte = 0) => (fromByte === 0 ? file : file.slice(fromByte)).stream(),
    close: () => Promise.resolve(),
  };
}

const pathOf = (file: File): string => file.webkitRelativePath || file.name;

const depthOf = (path: string): number => path.split('/').length;

function pickFile(files: readonly File[], name: string): File | undefined {
  const named = files.filter((file) => pathOf(file) === name || pathOf(file).endsWith(`/${name}`));
  const top = Math.min(...named.map((file) => depthOf(pathOf(file))));
  const [first, second] = named.filter((file) => depthOf(pathOf(file)) === top);
  if (first && second) {
    throw new EngineError(
      'invalid-option',
      `Two of the chosen files are called ${name}: ${pathOf(first)} and ${pathOf(second)}.`,
      'Choose the files of one checkpoint.',
    );
  }
  return first;
}
