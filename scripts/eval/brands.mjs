/// <reference path="../lib/globals.d.ts" />
// Tone and consistency that `analyze` finds in pages, in the browser engine.
//   npm run eval -- brands [--count 200] [--seed 1000000] [--pages DIR] [--model DIR] [--precision auto]
// DIR: NAME.html beside NAME.json {"tone": t, "consistent": true}, and NAME.css where a page's style sheet is beside it.
// The last line printed is `AUC 0.97, tone 0.93 (200 pages)`: the chance that a page whose parts fit scores over one whose parts clash, and the share of right tones.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../lib/processes.mjs';
import { readPages } from './brandPages.mjs';
import { confusionLines, rankAuc } from './brandScores.mjs';
import { onEvalPage, readCount } from './evalPage.mjs';

/**
 * @typedef {import('./brandPages.mjs').LabelledPage} LabelledPage
 * @typedef {LabelledPage & { readonly found: string, readonly consistency: number, readonly ms: number }} AnalyzedPage
 */

/** Pages between two reports. */
const reportEvery = 25;

/** @param {readonly string[]} args */
function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      count: { type: 'string' },
      seed: { type: 'string', default: '1000000' },
      pages: { type: 'string' },
      model: { type: 'string', default: 'demo/public/models/brandkit' },
      precision: { type: 'string', default: 'auto' },
    },
  });
  const precision = /** @type {const} */ (['auto', 'f32', 'f16', 'int8', 'int4']).find((p) => p === values.precision);
  if (!precision) throw new Error(`--precision ${values.precision} is unknown.`);
  const model = resolve(repositoryRoot, values.model);
  if (!existsSync(join(model, 'config.json'))) throw new Error(`There is no config.json in ${model}.`);
  const pages = values.pages === undefined ? undefined : resolve(values.pages);
  return { count: readCount('count', values.count), seed: Number(values.seed), pages, model, precision };
}

/**
 * Generated pages that training never saw: other seeds, held-out copy. Half of them speak in the corpus's held-out sentences, half in those of another sitting.
 * @param {import('@playwright/test').Page} page
 * @param {number} seed
 * @param {number} count
 */
async function* generated(page, seed, count) {
  for (let next = seed; next < seed + count; next++) {
    const split =
      Math.floor((next - seed) / 20) % 2 === 0 ? /** @type {const} */ ('fresh') : /** @type {const} */ ('check');
    const { html, css, tone, consistent, clash } = await page.evaluate(
      ([next, split]) => window.halftoneBrands.generate(next, split),
      /** @type {const} */ ([next, split]),
    );
    yield { name: `${split} ${next}`, tone, consistent, kind: clash ?? 'fits', html, css };
  }
}

/**
 * @param {ReturnType<typeof readOptions>} options
 * @param {import('@playwright/test').Page} page
 * @returns {AsyncGenerator<AnalyzedPage>}
 */
async function* analyzeAll({ count, seed, pages, precision }, page) {
  const used = await page.evaluate((wanted) => window.halftoneBrands.load('model/', wanted), precision);
  process.stdout.write(`precision ${used}\n`);
  const all = pages === undefined ? generated(page, seed, count ?? 200) : readPages(pages).slice(0, count);
  for await (const labelled of all) {
    const { html, css } = labelled;
    const input = css === undefined ? { html } : { html, css };
    const { tone, ...scores } = await page.evaluate((brand) => window.halftoneBrands.analyze(brand), input);
    yield { ...labelled, ...scores, found: tone };
  }
}

/** @param {AnalyzedPage} analyzed */
function printWrong({ name, tone, found, consistent, consistency, kind }) {
  const wrongTone = tone !== found;
  const wrongFit = consistent !== consistency >= 0.5;
  if (!wrongTone && !wrongFit) return;
  const parts = [
    ...(wrongTone ? [`tone ${tone}, found ${found}`] : []),
    ...(wrongFit ? [`${kind}, consistency ${consistency.toFixed(2)}`] : []),
  ];
  process.stdout.write(`${name}: ${parts.join('; ')}\n`);
}

/** @param {readonly AnalyzedPage[]} all */
function printKinds(all) {
  const kinds = [...new Set(all.map(({ kind }) => kind))].sort();
  process.stdout.write(`\nkind          number  mean consistency  tone\n`);
  for (const kind of kinds) {
    const of = all.filter((analyzed) => analyzed.kind === kind);
    const mean = of.reduce((sum, { consistency }) => sum + consistency, 0) / of.length;
    const right = of.filter(({ tone, found }) => tone === found).length / of.length;
    process.stdout.write(
      `${kind.padEnd(12)}  ${String(of.length).padStart(6)}  ${mean.toFixed(2).padStart(16)}  ${right.toFixed(2)}\n`,
    );
  }
}

/** @param {readonly string[]} args of the command line */
export async function run(args) {
  const options = readOptions(args);
  /** @type {AnalyzedPage[]} */
  const all = [];
  const done = await onEvalPage(
    { html: 'brands.html', ready: 'window.halftoneBrands !== undefined', folders: { '/model/': options.model } },
    async (page) => {
      for await (const analyzed of analyzeAll(options, page)) {
        printWrong(analyzed);
        all.push(analyzed);
        if (all.length % reportEvery === 0) process.stdout.write(`${all.length} pages\n`);
      }
      return true;
    },
  );
  if (!done) return;
  const right = all.filter(({ tone, found }) => tone === found).length / all.length;
  const meanMs = all.reduce((sum, { ms }) => sum + ms, 0) / all.length;
  process.stdout.write(`\n${confusionLines(all).join('\n')}\n`);
  printKinds(all);
  process.stdout.write(`\n${meanMs.toFixed(0)} ms a page\n`);
  process.stdout.write(`AUC ${rankAuc(all).toFixed(2)}, tone ${right.toFixed(2)} (${all.length} pages)\n`);
}
