// How many tests passed, failed and were skipped, by the runners' own JSON reports. Depends on nothing but Node.
import { readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @type {Counts} */
export const noTests = Object.freeze({ passed: 0, failed: 0, skipped: 0 });

/**
 * Counts of a JSON report by Vitest or Playwright; undefined when the runner ended before it wrote one.
 * @param {string} path
 * @returns {Counts | undefined}
 */
export function readCounts(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  // A list of tests that were not run.
  if (Array.isArray(report)) return { ...noTests, skipped: report.length };
  if (report.stats) {
    const { expected, unexpected, flaky, skipped } = report.stats;
    return { passed: expected + flaky, failed: unexpected, skipped };
  }
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @param {readonly Counts[]} all
 * @returns {Counts}
 */
export function sumCounts(all) {
  return all.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    noTests,
  );
}
