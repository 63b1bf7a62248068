// The demo's pages: built with the repository's Vite, served from this machine.
import { join } from 'node:path';
import { repositoryRoot } from './processes.mjs';
import { serve } from './serve.mjs';

const demoFolder = join(repositoryRoot, 'demo');

/**
 * Builds pages of `demo/` and serves them.
 * @param {{ port?: number, pages: readonly string[], outDir: string, folders?: Readonly<Record<string, string>> }} options
 *   outDir: relative to `demo/`; folders: more of them to serve, by URL prefix
 */
export async function buildAndServe({ port, pages, outDir, folders = {} }) {
  const { build } = await import('vite');
  await build({
    root: demoFolder,
    configFile: join(repositoryRoot, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, rolldownOptions: { input: pages.map((page) => join(demoFolder, page)) } },
  });
  return serve({ folders: { ...folders, '/': join(demoFolder, outDir) }, ...(port === undefined ? {} : { port }) });
}
