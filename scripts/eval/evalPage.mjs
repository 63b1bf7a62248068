// A page of `demo/` that an evaluation drives in headless Chromium.
import { setup } from '../setup.mjs';

/** A thousand answers on a software adapter take minutes; this ends a run that hangs. */
const longestMs = 4 * 3_600_000;

/**
 * Builds a page, serves it beside other folders and hands it over. An error carries what went wrong in the page.
 * Resolves to undefined where setup finds no browser (it has said so then).
 * @template T
 * @param {object} options
 * @param {string} options.html file in `demo/`
 * @param {string} options.ready expression that is true once the page can be used
 * @param {Readonly<Record<string, string>>} [options.folders] URL prefix (begins and ends in '/') -> folder to serve
 * @param {(page: import('@playwright/test').Page) => Promise<T>} use
 * @returns {Promise<T | undefined>}
 */
export async function onEvalPage({ html, ready, folders = {} }, use) {
  const chromium = await setup({ browser: true });
  if (!chromium) return undefined;
  const { buildAndServe } = await import('../lib/demo.mjs');
  const { openPage, within } = await import('../lib/headless.mjs');
  // A folder of its own for each page, so that a demo that is being served, and other evaluations, stay whole.
  const outDir = `../node_modules/.cache/halftone-${html.replace('.html', '')}`;
  const server = await buildAndServe({ pages: [html], outDir, folders });
  try {
    const { page, problems, close } = await openPage(chromium, `${server.url}${html}`);
    try {
      await page.waitForFunction(ready);
      return await within(use(page), longestMs, 'The evaluation');
    } catch (error) {
      throw new Error([error instanceof Error ? error.message : String(error), ...problems].join('\n  page: '), {
        cause: error,
      });
    } finally {
      await close();
    }
  } finally {
    await server.close();
  }
}

/**
 * A whole number over 0 from the command line.
 * @param {string} name of the option
 * @param {string | undefined} value
 */
export function readCount(name, value) {
  const count = value === undefined ? undefined : Number(value);
  if (count === undefined || (Number.isInteger(count) && count > 0)) return count;
  throw new Error(`--${name} ${value} is no count.`);
}
