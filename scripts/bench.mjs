/// <reference path="./lib/globals.d.ts" />
// Measures Halftone beside onnxruntime-web in one browser page, outputs compared before times are.
//   node scripts/bench.mjs [options]   see scripts/bench/options.mjs
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions, usage } from './bench/options.mjs';
import { repositoryRoot } from './lib/processes.mjs';
import { setup } from './setup.mjs';

/** @param {string} name */
const versionOf = (name) => JSON.parse(readFileSync(join(repositoryRoot, name, 'package.json'), 'utf8')).version;

async function bench() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const chromium = await setup({ browser: true });
  if (!chromium) return;
  const { buildPage } = await import('./bench/buildPage.mjs');
  const versions = { halftone: versionOf('.'), 'onnxruntime-web': versionOf('node_modules/onnxruntime-web') };
  const pageFolder = await buildPage(join(repositoryRoot, 'node_modules/.cache/halftone-bench'));
  if (options.pack !== undefined) {
    const { pack } = await import('./bench/pack.mjs');
    await pack({ folder: options.pack, partBytes: options.partBytes, pageFolder, versions });
    return;
  }
  const { runBench } = await import('./bench/runBench.mjs');
  const { finish } = await import('./bench/finish.mjs');
  const ortFolder = join(repositoryRoot, 'node_modules/onnxruntime-web/dist');
  const log = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
  const report = await runBench({ options, chromium, pageFolder, ortFolder, versions, log });
  if (!(await finish(report, options))) process.exitCode = 1;
}

try {
  await bench();
} catch (error) {
  process.stderr.write(`npm run bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
