// Type declarations for consumers: written by tsc, reduced to what index.d.ts reaches, with specifiers that resolve.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
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
      if (!target.startsWith('.'))
        throw new Error(`${path} names the types of '${target}': a consumer does not have them.`);
      queue.push(resolve(folder, target.replace(/\.ts$/, '.d.ts')));
    }
    files.set(
      path,
      text.replace(
        specifier,
        (_all, keyword, quote, target) => `${keyword}${quote}${target.replace(/\.ts$/, '.js')}${quote}`,
      ),
    );
  }
  return files;
}

/** @param {string} text */
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

/**
 * Makes declarations hold for a TypeScript whose libraries lack WebGPU. Interfaces are declared empty: they merge with the
 * full ones where those are there. A type alias cannot be declared twice, so its definition takes the place of its name.
 * @param {Map<string, string>} files path -> text; changed in place
 * @param {string} root
 * @returns {Promise<string>} what to write as webgpu.d.ts beside the entry
 */
async function withoutWebGpu(files, root) {
  const known = withoutComments(await readFile(join(root, 'node_modules/@webgpu/types/dist/index.d.ts'), 'utf8'));
  /** @type {Set<string>} */
  const interfaces = new Set();
  for (const [path, text] of files) {
    const names = new Set(withoutComments(text).match(/\bGPU(?:[A-Z]\w*)?\b/g));
    let changed = text;
    for (const name of names) {
      const alias = new RegExp(`^type ${name}\\s*=([^;]+);`, 'm').exec(known)?.[1];
      if (alias === undefined) interfaces.add(name);
      else
        changed = changed.replace(
          new RegExp(`\\b${name}\\b`, 'g'),
          `(${alias.replace(/\s+/g, ' ').replace(/^ \| /, '').trim()})`,
        );
    }
    files.set(path, changed);
  }
  const lines = [...interfaces].sort((one, other) => one.localeCompare(other)).map((name) => `interface ${name} {}`);
  return `// WebGPU's names, for a TypeScript without them; they merge with the full declarations.\n${lines.join('\n')}\n`;
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
    const entry = join(folder, 'index.d.ts');
    const files = await reachable(entry);
    const webGpu = await withoutWebGpu(files, root);
    files.set(entry, `/// <reference path="./webgpu.d.ts" />\n${files.get(entry)}`);
    files.set(join(folder, 'webgpu.d.ts'), webGpu);
    for (const [path, text] of files) {
      const target = join(root, 'dist/types', relative(folder, path));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
