// The bench inside its archive: everything lies beside this file (scripts/bench/pack.mjs puts it there).
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { finish } from './finish.mjs';
import { readOptions, usage } from './options.mjs';
import { runBench } from './runBench.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const log = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    log(usage);
  } else {
    const versions = JSON.parse(readFileSync(join(folder, 'versions.json'), 'utf8'));
    const report = await runBench({
      options,
      chromium: join(folder, 'chromium/chromium-headless-shell'),
      pageFolder: join(folder, 'page'),
      ortFolder: join(folder, 'ort'),
      versions,
      log,
    });
    if (!(await finish(report, options))) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
