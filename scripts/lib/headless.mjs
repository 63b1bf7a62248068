// A page in headless Chromium that keeps what went wrong in it.
import { chromiumFlags } from './chromium.mjs';

/**
 * Opens a page. `problems` grows with the page's console errors, uncaught errors and failed requests.
 * @param {string} executablePath
 * @param {string} url
 * @param {readonly string[]} [moreFlags] for the browser
 */
export async function openPage(executablePath, url, moreFlags = []) {
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, args: [...chromiumFlags, ...moreFlags] });
  const page = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('crash', () => problems.push('The page crashed.'));
  page.on('requestfailed', (request) => problems.push(`${request.url()}: ${request.failure()?.errorText ?? 'failed'}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.url()}: HTTP ${response.status()}`);
  });
  try {
    await page.goto(url);
  } catch (error) {
    await browser.close();
    throw error;
  }
  return { page, problems, close: () => browser.close() };
}

/**
 * Rejects when a promise takes too long: a hung page must not hang the script.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {string} what
 * @returns {Promise<T>}
 */
export async function within(promise, ms, what) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_done, fail) => {
    timer = setTimeout(() => fail(new Error(`${what} took over ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
