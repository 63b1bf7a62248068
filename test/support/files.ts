import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder as an app would pass what a user picked: File[]. */
export const filesOf = (folder: string, keep: (name: string) => boolean = () => true): File[] =>
  readdirSync(folder)
    .filter(keep)
    .map((name) => new File([readFileSync(join(folder, name))], name));

export const readF32 = (path: string): Float32Array => {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

export const readJsonFile = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
