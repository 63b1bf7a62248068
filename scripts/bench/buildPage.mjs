import { join } from 'node:path';
import { repositoryRoot } from '../lib/processes.mjs';

/** Builds the page of `bench/` and returns its folder. onnxruntime-web is not in it: it is served beside. @param {string} outDir */
export async function buildPage(outDir) {
  const { build } = await import('vite');
  await build({
    root: join(repositoryRoot, 'bench'),
    configFile: join(repositoryRoot, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}
