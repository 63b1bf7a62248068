// Type declarations for consumers: written by tsc, reduced to what index.d.ts reaches, with specifiers that resolve.
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runTool } from './processes.mjs';

const specifier = /(\b(?:from|import)\s*\(?\s*)(['"])([^'"]+)\2/g;

/**
 * Files that a declaration file reaches by its imports, itself included.
 * @param {string} entry
 * @returns {Promise<Map<string, string>>} path -> text with `./x.ts` written as `./x.js`, which every resolution finds
 */
async function reachable(entry) {
  /** @type {Map<string, string>} */
  const files = new Map();
  const queue = [entry];
  for (let path = queue.pop(); path; path = queue.pop()) {
    if (files.has(path)) continue;
    const text = await readFile(path, 'utf8');
    const folder = dirname(path);
    for (const [, , , target = ''] of text.matchAll(specifier)) {
      if (!target.startsWith('.')) throw new Error(`${path} names the types of '${target}': a consumer does not have them.`);
      queue.push(resolve(folder, target.replace(/\.ts$/, '.d.ts')));
    }
    files.set(
      path,
      text.replace(specifier, (_all, keyword, quote, target) => `${keyword}${quote}${target.replace(/\.ts$/, '.js')}${quote}`),
    );
  }
  return files;
}

/**
 * Writes `dist/types/`.
 * @param {string} root
 */
export async function writeDeclarations(root) {
  const folder = await mkdtemp(join(tmpdir(), 'halftone-types-'));
  try {
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: folder,
        rootDir: join(root, 'src'),
        typeRoots: [join(root, 'node_modules/@types')],
        types: [join(root, 'node_modules/vite/client.d.ts'), 'node'],
      },
      include: [],
      files: [join(root, 'src/index.ts')],
    };
    const configPath = join(folder, 'tsconfig.json');
    await writeFile(configPath, JSON.stringify(config));
    if ((await runTool('typescript', ['-p', configPath], { bin: 'tsc', cwd: root })) !== 0) {
      throw new Error('tsc could not write the type declarations (see above).');
    }
    const files = await reachable(join(folder, 'index.d.ts'));
    for (const name of await readdir(folder, { recursive: true })) {
      const path = join(folder, name);
      const text = files.get(path);
      if (text !== undefined) await writeFile(path, text);
      else if (/\.(ts|json)$/.test(name)) await rm(path);
    }
    await cp(folder, join(root, 'dist/types'), { recursive: true });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
