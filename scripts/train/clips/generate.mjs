/// <reference path="../../lib/globals.d.ts" />
// Generated videos: NAME.webm or NAME.mp4, NAME.json with what was planted, NAME.vtt where there are captions.
// With --features what the browser's own extractor reads from the encoded file instead of the file:
// NAME.f32, rows of 2048 visual, 512 audio, 768 text and 64 engagement features, one a second.
//   node scripts/train/clips/generate.mjs --out DIR [--count 10] [--seed 1] [--held-out] [--features] [--pages 1]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { onEvalPage, readCount } from '../../eval/evalPage.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'held-out': { type: 'boolean', default: false },
    features: { type: 'boolean', default: false },
    pages: { type: 'string' },
  },
});
if (values.out === undefined) throw new Error('--out names the folder for the videos.');
const folder = resolve(values.out);
const count = readCount('count', values.count) ?? 10;
const pages = readCount('pages', values.pages) ?? 1;
const firstSeed = Number(values.seed);
/** @type {import('./generator/plan.ts').Domain} */
const domain = values['held-out'] ? 'held-out' : 'training';

/**
 * @param {import('@playwright/test').Page} page
 * @param {number} seed
 */
async function makeVideo(page, seed) {
  const { plan, extension, video, vtt, videoCodec } = await page.evaluate(
    ([seed, domain]) => window.halftoneClips.generate(seed, domain),
    /** @type {const} */ ([seed, domain]),
  );
  writeFileSync(join(folder, `${plan.name}.${extension}`), Buffer.from(video, 'base64'));
  if (vtt !== undefined) writeFileSync(join(folder, `${plan.name}.vtt`), vtt);
  return { plan, videoCodec };
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {number} seed
 */
async function makeFeatures(page, seed) {
  const { plan, features, videoCodec } = await page.evaluate(
    ([seed, domain]) => window.halftoneClips.features(seed, domain),
    /** @type {const} */ ([seed, domain]),
  );
  writeFileSync(join(folder, `${plan.name}.f32`), Buffer.from(features, 'base64'));
  return { plan, videoCodec };
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {Iterator<number>} seeds shared by all pages
 */
async function work(page, seeds) {
  for (let next = seeds.next(); !next.done; next = seeds.next()) {
    const started = performance.now();
    const made = await (values.features ? makeFeatures : makeVideo)(page, next.value).catch(
      (/** @type {unknown} */ error) => void process.stdout.write(`seed ${next.value} left out: ${String(error)}\n`),
    );
    if (!made) continue;
    const { plan, videoCodec } = made;
    const about = { segments: plan.highlights, ...plan };
    writeFileSync(join(folder, `${plan.name}.json`), `${JSON.stringify(about, undefined, 1)}\n`);
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(
      `${plan.name}: ${plan.seconds} s, ${videoCodec}, ${plan.highlights.length} highlights, ` +
        `${plan.distractors.length} distractors, made in ${seconds.toFixed(1)} s\n`,
    );
  }
}

mkdirSync(folder, { recursive: true });
const seeds = Array.from({ length: count }, (_, index) => firstSeed + index).values();
await onEvalPage({ html: 'clips.html', ready: 'window.halftoneClips !== undefined' }, async (page) => {
  const others = await Promise.all(
    Array.from({ length: pages - 1 }, async () => {
      const other = await page.context().browser()?.newPage();
      if (!other) throw new Error('The browser is gone.');
      await other.goto(page.url());
      await other.waitForFunction('window.halftoneClips !== undefined');
      return other;
    }),
  );
  await Promise.all([page, ...others].map((each) => work(each, seeds)));
});
