/// <reference path="../lib/globals.d.ts" />
// Segments that `clip` finds in videos with planted highlights, decoded from real files in the browser.
//   npm run eval -- clips [--count 40] [--seed 1] [--domain held-out] [--videos DIR] [--model DIR] [--precision f16]
// DIR: NAME.webm or NAME.mp4 beside NAME.json {"segments": [{"start": s, "end": s}]}, and NAME.vtt or NAME.srt where there are captions.
// The last line printed is `F1 0.93 (precision 0.95, recall 0.91, 40 videos)`.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../lib/processes.mjs';
import { highestDuring, matchSegments, scoresOf } from './clipScores.mjs';
import { onEvalPage, readCount } from './evalPage.mjs';
import { listVideos } from './videoFolder.mjs';

/**
 * @typedef {import('./clipScores.mjs').Range} Range
 * @typedef {import('./videoFolder.mjs').Distractor} Distractor
 * @typedef {{ readonly name: string, readonly segments: readonly Range[], readonly distractors: readonly Distractor[],
 *   readonly found: readonly Range[], readonly virality: readonly number[], readonly stepSeconds: number }} Clipped
 */

/** `clip`'s own default. */
const threshold = 0.8;

/** @param {readonly string[]} args */
function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      count: { type: 'string' },
      seed: { type: 'string', default: '1' },
      domain: { type: 'string', default: 'held-out' },
      videos: { type: 'string' },
      model: { type: 'string', default: 'demo/public/models/viral-clipper' },
      precision: { type: 'string', default: 'auto' },
    },
  });
  const domain = /** @type {const} */ (['held-out', 'training']).find((known) => known === values.domain);
  if (!domain) throw new Error(`--domain ${values.domain} is unknown; there are held-out and training.`);
  const precision = /** @type {const} */ (['auto', 'f32', 'f16', 'int8', 'int4']).find((p) => p === values.precision);
  if (!precision) throw new Error(`--precision ${values.precision} is unknown.`);
  const model = resolve(repositoryRoot, values.model);
  if (!existsSync(join(model, 'config.json'))) throw new Error(`There is no config.json in ${model}.`);
  const videos = values.videos === undefined ? undefined : resolve(values.videos);
  return { count: readCount('count', values.count), seed: Number(values.seed), domain, videos, model, precision };
}

/** @param {Clipped} clipped */
function printVideo({ name, segments, found }) {
  const { matched } = matchSegments(found, segments);
  const show = (/** @type {readonly Range[]} */ ranges) =>
    ranges.map(({ start, end }) => `${start.toFixed(1)}–${end.toFixed(1)}`).join(' ') || 'none';
  const mark = matched === segments.length && matched === found.length ? 'ok   ' : 'WRONG';
  process.stdout.write(`${mark} ${name}: planted ${show(segments)}; found ${show(found)}\n`);
}

/** @param {readonly Clipped[]} all */
function printDistractors(all) {
  /** @type {Map<string, number[]>} */
  const kinds = new Map();
  for (const { distractors, segments, virality, stepSeconds } of all)
    for (const distractor of distractors) {
      const highest = highestDuring(distractor, segments, virality, stepSeconds);
      if (highest >= 0) kinds.set(distractor.kind, [...(kinds.get(distractor.kind) ?? []), highest]);
    }
  if (kinds.size === 0) return;
  process.stdout.write(`\ndistractor        number  highest virality: mean  most  over ${threshold}\n`);
  for (const [kind, values] of [...kinds].sort(([one], [other]) => one.localeCompare(other))) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const over = values.filter((value) => value > threshold).length;
    process.stdout.write(
      `${kind.padEnd(16)}  ${String(values.length).padStart(6)}  ${mean.toFixed(2).padStart(22)}  ${Math.max(...values).toFixed(2)}  ${over}\n`,
    );
  }
}

/**
 * @param {ReturnType<typeof readOptions>} options
 * @param {import('@playwright/test').Page} page
 */
async function* clipAll({ count, seed, domain, videos, precision }, page) {
  const used = await page.evaluate((wanted) => window.halftoneClips.load('model/', wanted), precision);
  process.stdout.write(`precision ${used}\n`);
  if (videos === undefined)
    for (let next = seed; next < seed + (count ?? 40); next++) {
      const { plan, ...clipped } = await page.evaluate(
        ([seed, domain]) => window.halftoneClips.clipGenerated(seed, domain),
        /** @type {const} */ ([next, domain]),
      );
      yield { name: plan.name, segments: plan.highlights, distractors: plan.distractors, ...clipped };
    }
  else
    for (const { file, captions, segments, distractors } of listVideos(videos).slice(0, count)) {
      const clipped = await page.evaluate(
        ([url, captions]) => window.halftoneClips.clipFile(url, captions),
        /** @type {const} */ ([`videos/${encodeURIComponent(file)}`, captions]),
      );
      yield { name: file, segments, distractors, ...clipped };
    }
}

/** @param {readonly string[]} args of the command line */
export async function run(args) {
  const options = readOptions(args);
  const folders = { '/model/': options.model, ...(options.videos === undefined ? {} : { '/videos/': options.videos }) };
  /** @type {Clipped[]} */
  const all = [];
  const done = await onEvalPage(
    { html: 'clips.html', ready: 'window.halftoneClips !== undefined', folders },
    async (page) => {
      for await (const clipped of clipAll(options, page)) {
        printVideo(clipped);
        all.push(clipped);
      }
      return true;
    },
  );
  if (!done) return;
  printDistractors(all);
  const { f1, precision, recall } = scoresOf(all.map(({ found, segments }) => matchSegments(found, segments)));
  process.stdout.write(
    `F1 ${f1.toFixed(2)} (precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}, ${all.length} videos)\n`,
  );
}
