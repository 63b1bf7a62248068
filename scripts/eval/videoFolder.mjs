// Videos on disk with what is planted in them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/**
 * @typedef {import('./clipScores.mjs').Range} Range
 * @typedef {Range & { readonly kind: string }} Distractor
 */

/**
 * The videos of a folder: those with a JSON of what is planted in them.
 * @param {string} folder
 */
export function listVideos(folder) {
  const names = readdirSync(folder);
  const videos = names.filter((name) => /\.(webm|mp4)$/i.test(name) && names.includes(`${stem(name)}.json`)).sort();
  if (videos.length === 0) throw new Error(`${folder} has no NAME.webm or NAME.mp4 with a NAME.json beside it.`);
  return videos.map((file) => {
    const json = join(folder, `${stem(file)}.json`);
    const { segments, distractors = [] } = JSON.parse(readFileSync(json, 'utf8'));
    if (!Array.isArray(segments) || segments.some(({ start, end }) => !(start < end)))
      throw new Error(`${json} is no {"segments": [{"start": s, "end": s}]}.`);
    const caption = [`${stem(file)}.vtt`, `${stem(file)}.srt`].find((name) => names.includes(name));
    return {
      file,
      captions: caption === undefined ? undefined : readFileSync(join(folder, caption), 'utf8'),
      segments: segments.map(({ start, end }) => ({ start, end })),
      distractors: /** @type {readonly Distractor[]} */ (distractors),
    };
  });
}

const stem = (/** @type {string} */ file) => basename(file, extname(file));
