// Everything that CI runs, in order; stops at the first stage that fails.
//   node scripts/test.mjs [--only STAGE …]      STAGE: the beginning of a stage's name, such as `kernels`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noTests, readCounts, sumCounts } from './lib/testCounts.mjs';
import { stages } from './lib/testStages.mjs';
import { setup } from './setup.mjs';

/**
 * @typedef {import('./lib/testCounts.mjs').Counts} Counts
 * @typedef {import('./lib/testStages.mjs').Stage} Stage
 * @typedef {{ stage: Stage, state: 'passed' | 'failed' | 'skipped' | 'not run', seconds: number, counts: Counts }} Result
 */

function chosenStages() {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const wanted = values.only;
  if (!wanted) return stages;
  const chosen = stages.filter(({ name }) => wanted.some((beginning) => name.startsWith(beginning)));
  if (chosen.length > 0) return chosen;
  throw new Error(`--only ${wanted.join(' ')} names no stage; there are ${stages.map(({ name }) => name).join(', ')}.`);
}

/**
 * @param {Stage} stage
 * @param {string} folder for the report
 * @returns {Promise<Result>}
 */
async function runStage(stage, folder) {
  const report = join(folder, `${stage.name}.json`);
  const reason = stage.whyNot?.();
  if (reason) {
    process.stdout.write(`\n=== ${stage.name}: ${reason}\n`);
    await stage.skip?.(report);
    return { stage, state: 'skipped', seconds: 0, counts: readCounts(report) ?? noTests };
  }
  process.stdout.write(`\n=== ${stage.name}: ${stage.what}\n`);
  const started = performance.now();
  const code = await stage.run(report);
  const seconds = (performance.now() - started) / 1000;
  const counts = (stage.counted ? readCounts(report) : undefined) ?? noTests;
  if (code === 0) return { stage, state: 'passed', seconds, counts };
  // Lint, types or a runner that fell over have no failed test of their own, and are a failure all the same.
  return { stage, state: 'failed', seconds, counts: { ...counts, failed: Math.max(1, counts.failed) } };
}

/** @param {readonly Result[]} results */
function printSummary(results) {
  process.stdout.write('\n=== Summary\n');
  for (const { stage, state, seconds, counts } of results) {
    const tests =
      stage.counted && state !== 'not run'
        ? `  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
        : '';
    process.stdout.write(`${state.padEnd(8)} ${stage.name.padEnd(17)} ${seconds.toFixed(1).padStart(7)} s${tests}\n`);
  }
  const { passed, failed, skipped } = sumCounts(results.map(({ counts }) => counts));
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
}

async function test() {
  const chosen = chosenStages();
  await setup({ browser: true });
  const folder = mkdtempSync(join(tmpdir(), 'halftone-test-'));
  /** @type {Result[]} */
  const results = [];
  try {
    for (const stage of chosen) {
      const stopped = results.some(({ state }) => state === 'failed');
      results.push(stopped ? { stage, state: 'not run', seconds: 0, counts: noTests } : await runStage(stage, folder));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  printSummary(results);
  if (results.some(({ state }) => state === 'failed')) process.exitCode = 1;
}

try {
  await test();
} catch (error) {
  process.stderr.write(`npm test failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
