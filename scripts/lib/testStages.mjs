// The stages of `npm test`, in order. Each gets the file for its runner's JSON report and resolves to its exit code.
import { join } from 'node:path';
import { repositoryRoot, runNpm, runTool, succeeds } from './processes.mjs';

/**
 * @typedef {object} Stage
 * @property {string} name for `--only`, by its beginning
 * @property {string} what
 * @property {boolean} [counted] its runner writes a report of test counts
 * @property {() => string | undefined} [whyNot] reason not to run it on this machine
 * @property {(report: string) => Promise<void>} [skip] instead of `run` then: lists its tests
 * @property {(report: string) => Promise<number>} run
 */

const vitestReports = (/** @type {string} */ report) => [
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
];

const vitest = (/** @type {string} */ project) => (/** @type {string} */ report) =>
  runTool('vitest', ['run', '--project', project, ...vitestReports(report)]);

/** Why kernels cannot run on Dawn in Node here; with REQUIRE_GPU=1 they run, and fail. */
function withoutDawn() {
  if (process.env['REQUIRE_GPU'] === '1') return undefined;
  if (succeeds(process.execPath, [join(repositoryRoot, 'scripts/lib/dawnProbe.mjs')])) return undefined;
  return 'NO GPU ADAPTER for Dawn in Node (on Linux: a Vulkan driver): its kernel tests are SKIPPED; Chromium runs them in the next stage.';
}

/**
 * Writes a report of a project's tests as skipped. They are counted from their source, so that a table of cases is one test.
 * @param {string} report
 */
async function skipDawn(report) {
  await runTool('vitest', ['list', '--project', 'dawn', '--staticParse', `--json=${report}`]);
}

/** @type {readonly Stage[]} */
export const stages = [
  {
    name: 'check',
    what: 'format, lint, types, unit tests',
    counted: true,
    run: (report) => runNpm(['run', 'check', '--', ...vitestReports(report)]),
  },
  { name: 'knip', what: 'no unused files, exports and packages', run: () => runTool('knip', []) },
  { name: 'build', what: 'the library', run: () => runNpm(['run', 'build']) },
  {
    name: 'kernels-dawn',
    what: 'kernels and references on Dawn in Node',
    counted: true,
    whyNot: withoutDawn,
    skip: skipDawn,
    run: vitest('dawn'),
  },
  { name: 'kernels-chromium', what: 'kernels in Chromium', counted: true, run: vitest('chromium') },
  { name: 'media', what: 'video and audio in Chromium', counted: true, run: vitest('media') },
  {
    name: 'browser',
    what: 'demo and package in Chromium',
    counted: true,
    run: (report) =>
      runTool('@playwright/test', ['test', '--reporter=list,json'], {
        bin: 'playwright',
        env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      }),
  },
  { name: 'publint', what: 'the package as published', run: () => runTool('publint', ['--strict']) },
];
