// One run: server, page, cases in order, each with its samples. A case that fails or hangs does not take the others with it.
import { writeFile } from 'node:fs/promises';
import { openPage, within } from '../lib/headless.mjs';
import { serve } from '../lib/serve.mjs';
import { ceilingsCase, planCases } from './plan.mjs';
import { WeightServer } from './weightServer.mjs';

/** @typedef {import('../../bench/src/protocol.ts').BenchCase} BenchCase */
/** @typedef {import('../../bench/src/protocol.ts').CaseResult} CaseResult */
/** @typedef {import('../../bench/src/protocol.ts').AdapterReport} AdapterReport */
/** @typedef {import('./options.mjs').BenchOptions} BenchOptions */

/**
 * @typedef {object} CaseReport
 * @property {string} name
 * @property {BenchCase} benchCase
 * @property {CaseResult} [result]
 * @property {string} [failed] what went wrong: a mismatch, a crash, a hang
 * @property {string} [leftOut]
 * @property {string} [remark]
 * @property {number} seconds
 *
 * @typedef {object} Report
 * @property {AdapterReport} adapter
 * @property {import('../../bench/src/protocol.ts').Ceilings | undefined} ceilings
 * @property {Readonly<Record<string, string>>} versions
 * @property {string} date
 * @property {readonly CaseReport[]} cases
 * @property {TorchReport} [torch]
 *
 * What scripts/bench/torchPeer.py writes.
 * @typedef {{ version: string, device: string, tensorFlops: number, trunks: readonly { network: string, precision: string, seq: number, ms: number }[] }} TorchReport
 */

/** Timestamps in full resolution; the page's memory as large as the peer's models. */
const browserArgs = ['--disable-dawn-features=timestamp_quantization', '--js-flags=--max-old-space-size=8192'];
/** Cross-origin isolation: clocks of 5 µs instead of 100. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
/** A case may take this many times the limit of one of its measurements before it counts as hung. */
const hungFactor = 12;

/** The page, onnxruntime-web's files and the weights. @param {string} pageFolder @param {string} ortFolder */
export function serveBench(pageFolder, ortFolder) {
  const weights = new WeightServer();
  /** @type {import('../lib/serve.mjs').Handler} */
  const handle = (request, response) => void weights.handle(request, response);
  const handlers = Object.fromEntries(WeightServer.prefixes.map((prefix) => [prefix, handle]));
  return serve({ folders: { '/': pageFolder, '/ort/': ortFolder }, headers: isolation, handlers });
}

/** The page, opened anew when it has crashed. */
class BenchPage {
  /** @type {Awaited<ReturnType<typeof openPage>> | undefined} */
  #open;
  #chromium;
  #url;
  #cpuProfile;

  /** @param {string} chromium @param {string} url @param {string | undefined} cpuProfile file for the last case's */
  constructor(chromium, url, cpuProfile) {
    this.#chromium = chromium;
    this.#url = url;
    this.#cpuProfile = cpuProfile;
  }

  async #page() {
    if (this.#open?.problems.includes('The page crashed.')) await this.close();
    this.#open ??= await openPage(this.#chromium, this.#url, browserArgs);
    await this.#open.page.waitForFunction('window.halftoneBench !== undefined');
    return this.#open.page;
  }

  async describe() {
    const page = await this.#page();
    return {
      adapter: await page.evaluate(() => window.halftoneBench.describe()),
      browser: page.context().browser()?.version() ?? '',
    };
  }

  /** A page of its own for each case: what the peer's WebAssembly took is given back. @param {BenchCase} benchCase */
  async run(benchCase) {
    const page = await this.#page();
    const crash = new Promise((/** @type {(value: never) => void} */ _done, fail) =>
      page.once('crash', () => fail(new Error('The page crashed.'))),
    );
    crash.catch(() => undefined);
    try {
      const stopProfile = await this.#startProfile(page);
      const run = page.evaluate((wanted) => window.halftoneBench.run(wanted), benchCase);
      run.catch(() => undefined);
      const result = await within(Promise.race([run, crash]), benchCase.limitMs * hungFactor, 'The case');
      await stopProfile();
      await page.reload();
      return result;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Of the page's own thread: where a case's time goes in JavaScript. @param {import('@playwright/test').Page} page */
  async #startProfile(page) {
    const file = this.#cpuProfile;
    if (file === undefined) return () => Promise.resolve();
    const session = await page.context().newCDPSession(page);
    await session.send('Profiler.enable');
    await session.send('Profiler.start');
    return async () => {
      const { profile } = await session.send('Profiler.stop');
      await writeFile(file, JSON.stringify(profile));
      await session.detach();
    };
  }

  async close() {
    await this.#open?.close();
    this.#open = undefined;
  }
}

/** @param {unknown} error */
const messageOf = (error) =>
  (error instanceof Error
    ? error.message.replace(/^page\.evaluate: (Error: )?/, '').split('\n    at ')[0]
    : String(error)) ?? '';

/**
 * @param {BenchPage} page
 * @param {string} name
 * @param {BenchCase} benchCase
 * @returns {Promise<CaseReport>}
 */
async function runCase(page, name, benchCase) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const result = await page.run(benchCase);
    return { name, benchCase, result, seconds: seconds() };
  } catch (error) {
    return { name, benchCase, failed: messageOf(error), seconds: seconds() };
  }
}

const withoutSubgroups =
  'onnxruntime-web ran on a device without subgroups: with them its outputs are wrong on this adapter, and without them they are right.';

/** @param {CaseReport} report */
const hasMismatch = ({ result }) =>
  result?.sections.some(({ measurements }) => measurements.some(({ mismatch }) => mismatch)) ?? false;

/** Whether nothing went wrong in a case. @param {CaseReport} report */
export const succeeded = (report) => report.failed === undefined && !hasMismatch(report);

/** @param {CaseReport} report */
const outcome = (report) =>
  report.failed ?? report.result?.unavailable ?? (hasMismatch(report) ? 'the outputs differ' : 'done');

/**
 * @param {{ options: BenchOptions, chromium: string, pageFolder: string, ortFolder: string, versions: Readonly<Record<string, string>>,
 *   log: (line: string) => void }} setup
 * @returns {Promise<Report>}
 */
export async function runBench({ options, chromium, pageFolder, ortFolder, versions, log }) {
  const server = await serveBench(pageFolder, ortFolder);
  const page = new BenchPage(chromium, server.url, options.cpuProfile);
  const started = performance.now();
  try {
    const { adapter, browser } = await page.describe();
    const { vendor, architecture, description } = adapter.adapter;
    log(`${[vendor, architecture, description].filter(Boolean).join(' ')}, Chromium ${browser}, tier ${adapter.tier}`);
    const first = await runCase(page, 'ceilings', ceilingsCase(options, adapter));
    const ceilings = first.result?.ceilings;
    const cases = [first];
    let peerSubgroups = true;
    for (const { name, benchCase } of planCases(options, adapter, ceilings)) {
      if (performance.now() - started > options.minutes * 60_000) {
        cases.push({ name, benchCase, leftOut: `the run's ${options.minutes} minutes were over`, seconds: 0 });
        continue;
      }
      let report = await runCase(page, name, { ...benchCase, peerSubgroups });
      if (hasMismatch(report) && peerSubgroups) {
        log(`${name}: the outputs differ; once more with onnxruntime-web on a device without subgroups`);
        const again = await runCase(page, name, { ...benchCase, peerSubgroups: false });
        // A retry that fails otherwise proves nothing either.
        peerSubgroups = !succeeded(again);
        if (!peerSubgroups) report = again;
      }
      if (!peerSubgroups) report = { ...report, remark: withoutSubgroups };
      cases.push(report);
      log(`${name}: ${outcome(report)} (${report.seconds.toFixed(0)} s)`);
    }
    return { adapter, ceilings, versions: { ...versions, chromium: browser }, date: new Date().toISOString(), cases };
  } finally {
    await page.close();
    await server.close();
  }
}
