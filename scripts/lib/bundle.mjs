// Bundles the library by Rolldown itself: Vite's library mode would rewrite `new Worker(new URL(…))`.
import { readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { mediaFilePlugin, restoreAddress, restoreIgnore } from './mediaFile.mjs';
import { wgslPlugin } from './wgsl.mjs';

/** What the client starts; in this form every bundler finds the worker's file and takes it along. */
const workerStart = "new Worker(new URL('./halftone.worker.js', import.meta.url), { type: 'module' })";
/** The same as source and minifier write it. */
const workerStartPattern =
  /new Worker\(\s*new URL\(\s*(['"`])\.\/halftone\.worker\.[jt]s\1\s*,\s*import\.meta\.url\s*\)\s*,\s*\{\s*type:\s*(['"`])module\2\s*\}\s*\)/g;

/** What the entry imports statically is one file; all that only a dynamic import reaches is the other. */
const clientFiles = [
  { name: 'halftone', tags: [/** @type {const} */ ('$initial')], priority: 2 },
  { name: 'halftone.engine', priority: 1 },
];

/**
 * Throws when a file imports what is not one of the library's own.
 * @param {readonly import('rolldown').OutputChunk[]} chunks
 */
function assertNoBareImports(chunks) {
  const own = new Set(chunks.map((chunk) => chunk.fileName));
  for (const chunk of chunks) {
    const outside = [...chunk.imports, ...chunk.dynamicImports].filter((id) => !own.has(id));
    if (outside.length > 0)
      throw new Error(`${chunk.fileName} imports ${outside.join(', ')}: the library must be self-contained.`);
  }
}

/**
 * @param {{ root: string, input: Record<string, string>, output: import('rolldown').OutputOptions }} options
 */
async function bundle({ root, input, output }) {
  /** @type {string[]} */
  const unresolved = [];
  const build = await rolldown({
    cwd: root,
    input,
    platform: 'browser',
    // A bare import stays in the output as an external one and is reported below.
    external: builtinModules.flatMap((name) => [name, `node:${name}`]),
    plugins: [wgslPlugin(), mediaFilePlugin()],
    // Lets the entry's file itself hold what the engine's file shares with it (EngineError must be one class).
    preserveEntrySignatures: 'allow-extension',
    onLog(level, log) {
      if (log.code === 'UNRESOLVED_IMPORT') unresolved.push(log.message);
      else if (level === 'warn') process.stderr.write(`${log.message}\n`);
    },
  });
  try {
    const result = await build.write({ dir: join(root, 'dist'), format: 'es', minify: true, ...output });
    if (unresolved.length > 0) throw new Error(unresolved.join('\n'));
    const chunks = result.output.filter((part) => part.type === 'chunk');
    assertNoBareImports(chunks);
    return chunks.map((chunk) => chunk.fileName);
  } finally {
    await build.close();
  }
}

/**
 * `new URL('./halftone.worker.ts', …)` of the source becomes the built worker, with plain quotes: some bundlers look for those.
 * @param {string} code
 */
function pointToWorker(code) {
  const starts = code.match(workerStartPattern)?.length ?? 0;
  if (starts !== 1) {
    throw new Error(
      `halftone.js starts its worker ${starts} times in the form ${workerStart}; bundlers of embedding apps need exactly one.`,
    );
  }
  return code.replace(workerStartPattern, () => workerStart);
}

/**
 * @param {string} path
 * @param {...(code: string) => string} changes
 */
async function rewrite(path, ...changes) {
  const code = await readFile(path, 'utf8');
  await writeFile(
    path,
    changes.reduce((text, change) => change(text), code),
  );
}

/**
 * Writes `dist/halftone.js`, `dist/halftone.engine.js` (loaded with `worker: false` only), `dist/halftone.worker.js` and
 * `dist/halftone.media.js` (loaded with the first video or image).
 * @param {string} root
 * @returns {Promise<string[]>} file names in dist/
 */
export async function bundleLibrary(root) {
  const client = await bundle({
    root,
    input: { halftone: join(root, 'src/index.ts') },
    output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', codeSplitting: { groups: clientFiles } },
  });
  if (client.some((name) => !['halftone.js', 'halftone.engine.js'].includes(name)))
    throw new Error(`The client became ${client.join(', ')}; it must be halftone.js and halftone.engine.js.`);
  await rewrite(join(root, 'dist/halftone.js'), pointToWorker, restoreAddress, restoreIgnore);
  // A module worker may hold a classic script, and bundlers' default worker format is one: no chunks, no top-level await.
  // Both are refused here rather than in the build of an embedding app.
  const worker = await bundle({
    root,
    input: { 'halftone.worker': join(root, 'src/worker/halftone.worker.ts') },
    output: { entryFileNames: '[name].js', format: 'iife', codeSplitting: false },
  });
  await rewrite(join(root, 'dist/halftone.worker.js'), restoreIgnore);
  const media = await bundle({
    root,
    input: { 'halftone.media': join(root, 'src/media/index.ts') },
    output: { entryFileNames: '[name].js', codeSplitting: false },
  });
  return [...client, ...worker, ...media];
}
