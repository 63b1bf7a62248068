// Makes a fresh clone ready: Node's version, node modules, a Chromium. Takes well under a second when all is there.
//   node scripts/setup.mjs
import { pathToFileURL } from 'node:url';
import { ensureChromium } from './lib/installChromium.mjs';
import { checkNode, installModules } from './lib/nodeModules.mjs';

/**
 * @param {{ browser: boolean }} options browser: a Chromium is needed too
 * @returns {Promise<string | undefined>} the Chromium's path
 */
export async function setup({ browser }) {
  checkNode();
  await installModules();
  return browser ? ensureChromium() : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const chromium = await setup({ browser: true });
    process.stdout.write(`Ready: Node ${process.versions.node}, node modules, ${chromium}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
