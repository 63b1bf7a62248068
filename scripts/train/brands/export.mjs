/// <reference path="../../lib/globals.d.ts" />
// Features of generated pages, read by the browser's own extractors from the rendered page, for train.py.
// DIR/pages.jsonl has a line for each page with its labels, DIR/pages.f32 the features, one page after the other: colours [n, 8], typography [64],
// layout [128], text [n, 768]. DIR/names.json says what each value of typography and layout is. DIR/lines-SPLIT.jsonl and .f32 [lines, 768] hold the copy by itself.
//   node scripts/train/brands/export.mjs --out DIR [--count 2000] [--seed 0] [--split train] [--append]
//   node scripts/train/brands/export.mjs --out DIR --pages FOLDER     NAME.html beside NAME.json, as npm run eval -- brands takes them
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readPages } from '../../eval/brandPages.mjs';
import { onEvalPage, readCount } from '../../eval/evalPage.mjs';

/** Sentences made from templates, for each tone. */
const composed = 1000;
/** Pages between two reports. */
const reportEvery = 50;
/** @type {readonly import('./generator/texts.ts').Split[]} */
const splits = ['train', 'check', 'fresh'];

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string', default: '0' },
    split: { type: 'string', default: 'train' },
    pages: { type: 'string' },
    append: { type: 'boolean', default: false },
  },
});
if (values.out === undefined) throw new Error('--out names the folder for the features.');
const split = readSplit(values.split);
const folder = resolve(values.out);
const count = readCount('count', values.count) ?? 2000;
const firstSeed = Number(values.seed);

/** @param {string} name */
function readSplit(name) {
  const split = splits.find((known) => known === name);
  if (split) return split;
  throw new Error(`--split ${name} is unknown; there are ${splits.join(', ')}.`);
}

/** @param {import('@playwright/test').Page} page */
async function exportLines(page) {
  for (const each of splits) {
    const { lines, features } = await page.evaluate(
      ([each, made]) => window.halftoneBrands.lines(each, made),
      /** @type {const} */ ([each, composed]),
    );
    writeFileSync(join(folder, `lines-${each}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    writeFileSync(join(folder, `lines-${each}.f32`), Buffer.from(features, 'base64'));
  }
}

/**
 * @param {{ readonly features: string } & Readonly<Record<string, unknown>>} made
 */
function writePage({ features, ...about }) {
  appendFileSync(join(folder, 'pages.f32'), Buffer.from(features, 'base64'));
  appendFileSync(join(folder, 'pages.jsonl'), `${JSON.stringify(about)}\n`);
}

/** @param {import('@playwright/test').Page} page */
async function exportGenerated(page) {
  const started = performance.now();
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const made = await page
      .evaluate(
        ([seed, split]) => window.halftoneBrands.features(seed, split),
        /** @type {const} */ ([seed, split]),
      )
      .catch((/** @type {unknown} */ error) => void process.stdout.write(`seed ${seed} left out: ${String(error)}\n`));
    if (!made) continue;
    writePage({ seed, split, ...made });
    const done = seed - firstSeed + 1;
    if (done % reportEvery === 0)
      process.stdout.write(`${done}/${count}, ${((performance.now() - started) / done).toFixed(0)} ms a page\n`);
  }
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} pages
 */
async function exportFolder(page, pages) {
  for (const { name, tone, consistent, kind, html, css } of readPages(resolve(pages))) {
    const made = await page.evaluate(
      ([html, css]) => window.halftoneBrands.featuresOf(html, css),
      /** @type {const} */ ([html, css]),
    );
    writePage({ name, tone, consistent, ...(consistent ? {} : { clash: kind }), ...made });
  }
}

mkdirSync(folder, { recursive: true });
if (!values.append) for (const name of ['pages.f32', 'pages.jsonl']) writeFileSync(join(folder, name), '');
await onEvalPage({ html: 'brands.html', ready: 'window.halftoneBrands !== undefined' }, async (page) => {
  const names = await page.evaluate(() => window.halftoneBrands.names);
  writeFileSync(join(folder, 'names.json'), JSON.stringify(names));
  if (values.pages !== undefined) return exportFolder(page, values.pages);
  await exportLines(page);
  await exportGenerated(page);
});
