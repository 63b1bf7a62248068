/// <reference path="./globals.d.ts" />
// Uses the demo page as a person would, in headless Chromium, and tells on stdout what it answers.
import { openPage, within } from './headless.mjs';

const questions = [
  'What is 417 + 286?',
  'What is 85 - 29?',
  'Sam has 12 apples and buys 30 more. How many apples does Sam have?',
];
/** The page's script offers itself to scripts at once; a model takes longer. */
const startMs = 30_000;
const loadMs = 300_000;
const answerMs = 180_000;

/** @typedef {{ page: import('@playwright/test').Page, write: (text: string) => void }} Drive */

/** @param {Drive} drive */
async function untilReady({ page, write }) {
  write('Loading the default model …\n');
  await page.waitForFunction('window.halftoneDemo !== undefined', undefined, { timeout: startMs });
  await within(
    page.evaluate(() => window.halftoneDemo.ready),
    loadMs,
    'Loading the default model',
  );
  const info = await page.evaluate(() => window.halftoneDemo.info());
  const { vendor, architecture, description } = info.adapter;
  write(
    `Adapter: ${[vendor, architecture, description].filter(Boolean).join(' ') || 'unnamed'}; tier: ${info.tier}\n\n`,
  );
}

/**
 * @param {Drive} drive
 * @param {string} question
 */
async function ask({ page, write }, question) {
  write(`> ${question}\n`);
  const { text, tokensPerSecond } = await within(
    page.evaluate((asked) => window.halftoneDemo.ask(asked, (piece) => void window.halftoneWrite?.(piece)), question),
    answerMs,
    `The answer to "${question}"`,
  );
  write(`\n  ${tokensPerSecond.toFixed(1)} tokens/s\n\n`);
  if (text.trim() === '') throw new Error(`The answer to "${question}" is empty.`);
}

/** @param {Drive} drive */
async function showParameters({ page, write }) {
  const counts = await within(
    page.evaluate(() => window.halftoneDemo.parameterCounts()),
    answerMs,
    'Counting the parameters',
  );
  write('Parameters of the three variants:\n');
  for (const [variant, count] of Object.entries(counts)) {
    write(`  ${variant.padEnd(14)} ${count.toLocaleString('en-US').padStart(12)}\n`);
  }
}

/**
 * Asks the default model three questions; answers come token by token.
 * @param {{ url: string, chromium: string, write?: (text: string) => void }} options
 * @throws Error with the reason and the page's own errors, when an answer did not come
 */
export async function driveDemo({ url, chromium, write = (text) => void process.stdout.write(text) }) {
  const { page, problems, close } = await openPage(chromium, url);
  try {
    await page.exposeFunction('halftoneWrite', write);
    const drive = { page, write };
    await untilReady(drive);
    for (const question of questions) await ask(drive, question);
    await showParameters(drive);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const notes = problems.map((problem) => `\n  page: ${problem}`).join('');
    throw new Error(`${reason}${notes}`, { cause: error });
  } finally {
    await close();
  }
}
