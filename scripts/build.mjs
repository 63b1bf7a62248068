// Builds the library into dist/: ES modules without bare imports, the worker, type declarations.
//   node scripts/build.mjs
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleLibrary } from './lib/bundle.mjs';
import { writeDeclarations } from './lib/declarations.mjs';
import { repositoryRoot } from './lib/processes.mjs';

const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

try {
  await rm(join(repositoryRoot, 'dist'), { recursive: true, force: true });
  const files = await bundleLibrary(repositoryRoot);
  await writeDeclarations(repositoryRoot);
  for (const name of files) {
    const code = await readFile(join(repositoryRoot, 'dist', name));
    process.stdout.write(
      `dist/${name.padEnd(22)}${kilobytes(code.length)}  gzip ${kilobytes(gzipSync(code).length)}\n`,
    );
  }
} catch (error) {
  process.stderr.write(`npm run build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
