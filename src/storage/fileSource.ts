import { EngineError } from '../core/errors.ts';
import type { CheckpointFile, CheckpointSource } from './source.ts';

/**
 * Files that a user picked or dropped, also a whole folder (`webkitRelativePath`). Names are relative to the folder of
 * the uppermost config.json, so that `onnx/config.json` and the like further down do not matter.
 * @throws EngineError (in open and list) invalid-option: two files have the name
 */
export function createFileSource(files: readonly File[]): CheckpointSource {
  const label = `${files.length} chosen file${files.length === 1 ? '' : 's'}`;
  return {
    label,
    open: async (name) => {
      const path = rootOf(files) + name;
      const file = onlyOne(
        files.filter((file) => pathOf(file) === path),
        name,
      );
      return file && checkpointFile(file, name);
    },
    list: async () => {
      const root = rootOf(files);
      const paths = files.map(pathOf).filter((path) => path.startsWith(root));
      return paths.map((path) => path.slice(root.length));
    },
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

/** Outside a page (Node) a File has no webkitRelativePath. */
const pathOf = (file: File): string => file.webkitRelativePath || file.name;

const depthOf = (path: string): number => path.split('/').length;

/** '' or the path of a folder with the slash at its end. */
function rootOf(files: readonly File[]): string {
  const configs = files.filter((file) => /(?:^|\/)config\.json$/.test(pathOf(file)));
  const top = Math.min(...configs.map((file) => depthOf(pathOf(file))));
  const config = onlyOne(
    configs.filter((file) => depthOf(pathOf(file)) === top),
    'config.json',
  );
  return config ? pathOf(config).slice(0, -'config.json'.length) : '';
}

function onlyOne(named: readonly File[], name: string): File | undefined {
  const [first, second] = named;
  if (first && second) {
    throw new EngineError(
      'invalid-option',
      `Two of the chosen files are called ${name}: ${pathOf(first)} and ${pathOf(second)}.`,
      'Choose the files of one checkpoint.',
    );
  }
  return first;
}
