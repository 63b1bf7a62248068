// WGSL as the library ships it. Depends on nothing but Node.
import { readFile } from 'node:fs/promises';

/**
 * Removes comments (block comments nest in WGSL), indentation and empty lines. WGSL has no string literals, so every `//`
 * and every slash-star is a comment.
 * @param {string} source
 */
function stripWgsl(source) {
  let kept = '';
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const pair = source.slice(at, at + 2);
    if (pair === '/*') {
      depth++;
      at++;
    } else if (depth > 0 && pair === '*/') {
      depth--;
      at++;
      kept += ' ';
    } else if (depth === 0 && pair === '//') {
      const end = source.indexOf('\n', at);
      at = (end < 0 ? source.length : end) - 1;
    } else if (depth === 0) {
      kept += source[at];
    }
  }
  return kept
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

/**
 * Rolldown plugin: `import source from './x.wgsl?raw'` gives the stripped text, as Vite's `?raw` gives the text.
 * @returns {import('rolldown').Plugin}
 */
export function wgslPlugin() {
  const suffix = '.wgsl?raw';
  return {
    name: 'wgsl',
    async resolveId(id, importer) {
      if (!id.endsWith(suffix)) return null;
      const resolved = await this.resolve(id.slice(0, -'?raw'.length), importer, { skipSelf: true });
      return resolved ? { id: `${resolved.id}?raw` } : null;
    },
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const source = await readFile(id.slice(0, -'?raw'.length), 'utf8');
      return { code: `export default ${JSON.stringify(stripWgsl(source))};`, moduleType: 'js' };
    },
  };
}
