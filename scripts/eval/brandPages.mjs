// Pages with known tone and consistency, in a folder.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brandTones } from './brandScores.mjs';

/**
 * @typedef {{ readonly name: string, readonly tone: string, readonly consistent: boolean, readonly kind: string, readonly html: string,
 *   readonly css: string | undefined }} LabelledPage
 */

/**
 * The pages of a folder: those with a JSON of their labels.
 * @param {string} folder
 * @returns {LabelledPage[]}
 */
export function readPages(folder) {
  const names = readdirSync(folder);
  const stems = names.filter((name) => name.endsWith('.html')).map((name) => name.slice(0, -'.html'.length));
  const labelled = stems.filter((stem) => names.includes(`${stem}.json`)).sort();
  if (labelled.length === 0) throw new Error(`${folder} has no NAME.html with a NAME.json beside it.`);
  return labelled.map((name) => {
    const json = join(folder, `${name}.json`);
    const { tone, consistent, kind } = JSON.parse(readFileSync(json, 'utf8'));
    if (!brandTones.includes(tone) || typeof consistent !== 'boolean')
      throw new Error(
        `${json} is no {"tone": t, "consistent": true or false} with a tone of ${brandTones.join(', ')}.`,
      );
    return {
      name,
      tone,
      consistent,
      kind: typeof kind === 'string' ? kind : consistent ? 'fits' : 'clashes',
      html: readFileSync(join(folder, `${name}.html`), 'utf8'),
      css: names.includes(`${name}.css`) ? readFileSync(join(folder, `${name}.css`), 'utf8') : undefined,
    };
  });
}
