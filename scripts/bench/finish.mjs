// What a run ends with: tables printed and written, samples as JSON, an exit code.
import { readFile, writeFile } from 'node:fs/promises';
import { markdown } from './report.mjs';
import { succeeded } from './runBench.mjs';

/**
 * @param {import('./runBench.mjs').Report} measured
 * @param {import('./options.mjs').BenchOptions} options
 * @returns {Promise<boolean>} whether no case failed
 */
export async function finish(measured, options) {
  const torch = options.torch === undefined ? undefined : JSON.parse(await readFile(options.torch, 'utf8'));
  const report = torch === undefined ? measured : { ...measured, torch };
  const text = markdown(report);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, undefined, 1)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, `${text}\n`);
  process.stdout.write(`\n${text}\n`);
  return report.cases.every(succeeded);
}
