import { checkpointFile } from './fileSource.ts';
import { readFailure, type CheckpointSource } from './source.ts';

/** The part of `FileSystemDirectoryHandle` that is used: a picked folder, or one in the origin's private file system. */
export interface DirectoryHandleLike {
  readonly name: string;
  getFileHandle(name: string): Promise<{ getFile(): Promise<File> }>;
  getDirectoryHandle(name: string): Promise<DirectoryHandleLike>;
  keys(): AsyncIterable<string>;
}

export function createDirectorySource(root: DirectoryHandleLike): CheckpointSource {
  const label = `folder "${root.name}"`;
  return {
    label,
    open: async (name, signal) => {
      try {
        const parts = name.split('/');
        const base = parts.pop() ?? name;
        let folder = root;
        for (const part of parts) folder = await folder.getDirectoryHandle(part);
        const handle = await folder.getFileHandle(base);
        return checkpointFile(await handle.getFile(), name);
      } catch (cause) {
        if (isMissing(cause)) return undefined;
        throw readFailure(cause, name, label, signal);
      }
    },
    list: async () => {
      const names: string[] = [];
      try {
        for await (const name of root.keys()) names.push(name);
      } catch (cause) {
        throw readFailure(cause, 'The list of files', label, undefined);
      }
      return names;
    },
  };
}

/** NotFoundError: nothing has the name. TypeMismatchError: a folder has. */
const isMissing = (cause: unknown): boolean =>
  cause instanceof DOMException && (cause.name === 'NotFoundError' || cause.name === 'TypeMismatchError');
