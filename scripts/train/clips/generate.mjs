/// <reference path="../../lib/globals.d.ts" />
// Generated videos: NAME.webm or NAME.mp4, NAME.json with what was planted, NAME.vtt where there are captions.
// With --features what the browser's own extractor reads from the encoded file instead of the file:
// NAME.f32, rows of 2048 visual, 512 audio, 768 text and 64 engagement features, one a second.
//   node scripts/train/clips/generate.mjs --out DIR [--count 10] [--seed 1] [--held-out] [--features] [--pages 1]
// The demo's sample, into demo/public/samples:
//   node scripts/train/clips/generate.mjs --out demo/public/samples --sample
// Features of videos that are there, in a folder as `npm run eval -- clips --videos` takes it:
//   node scripts/train/clips/generate.mjs --out DIR --videos DIR
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { onEvalPage, readCount } from '../../eval/evalPage.mjs';
import { listVideos } from '../../eval/videoFolder.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'held-out': { type: 'boolean', default: false },
    features: { type: 'boolean', default: false },
    pages: { type: 'string' },
    sample: { type: 'boolean', default: false },
    videos: { type: 'string' },
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
  const made = await page.evaluate(
    ([seed, domain]) => window.halftoneClips.generate(seed, domain),
    /** @type {const} */ ([seed, domain]),
  );
  writeVideo(made);
  return made;
}

/** @param {import('../../../demo/src/clips.ts').GeneratedVideo} made */
function writeVideo({ plan, extension, video, vtt }) {
  writeFileSync(join(folder, `${plan.name}.${extension}`), Buffer.from(video, 'base64'));
  if (vtt !== undefined) writeFileSync(join(folder, `${plan.name}.vtt`), vtt);
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

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} videos
 */
async function readFolder(page, videos) {
  for (const { file, captions, segments, distractors } of listVideos(videos)) {
    const features = await page.evaluate(
      ([url, captions]) => window.halftoneClips.featuresOfFile(url, captions),
      /** @type {const} */ ([`videos/${encodeURIComponent(file)}`, captions]),
    );
    const name = basename(file, extname(file));
    writeFileSync(join(folder, `${name}.f32`), Buffer.from(features, 'base64'));
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ name, segments, distractors })}\n`);
    process.stdout.write(`${file}\n`);
  }
}

/** @param {import('@playwright/test').Page} page */
async function makeSample(page) {
  const made = await page.evaluate(() => window.halftoneClips.generateSample());
  writeVideo(made);
  const { seconds, highlights, distractors } = made.plan;
  const about = { seconds, segments: highlights, distractors };
  writeFileSync(join(folder, `${made.plan.name}.json`), `${JSON.stringify(about, undefined, 2)}\n`);
}

/** @param {import('@playwright/test').Page} page */
async function generateAll(page) {
  const seeds = Array.from({ length: count }, (_, index) => firstSeed + index).values();
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
}

mkdirSync(folder, { recursive: true });
const videos = values.videos === undefined ? undefined : resolve(values.videos);
await onEvalPage(
  {
    html: 'clips.html',
    ready: 'window.halftoneClips !== undefined',
    folders: videos === undefined ? {} : { '/videos/': videos },
  },
  (page) => (values.sample ? makeSample(page) : videos === undefined ? generateAll(page) : readFolder(page, videos)),
);
