import { expect, type Page } from '@playwright/test';
import type { AskResult } from '../../demo/src/demoApi.d.ts';

/** Where the screenshots go that a person looks at. */
export function shotPath(name: string): string {
  return `test-results/screenshots/${name}.png`;
}

/** Opens the demo and waits until its model answers. Errors of the page fail the test. */
export async function openDemo(page: Page, address = './'): Promise<void> {
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.addInitScript(() => {
    window.recorded = { longTasksMs: [], shownLengths: new Set() };
  });
  await page.goto(address);
  await page.evaluate(() => window.halftoneDemo.ready);
}

declare global {
  interface Window {
    /** What tests record in the page. */
    recorded: { longTasksMs: number[]; shownLengths: Set<number> };
  }
}

export interface Asked extends AskResult {
  /** Pieces in which the text came. */
  readonly updates: number;
}

/** Asks through the page's own chat. */
export function ask(page: Page, question: string): Promise<Asked> {
  return page.evaluate(async (question) => {
    let updates = 0;
    const result = await window.halftoneDemo.ask(question, () => updates++);
    return { ...result, updates };
  }, question);
}

/** The answer shown last, without its thinking. */
export async function expectAnswer(page: Page, answer: string): Promise<void> {
  await expect(page.locator('.turn').last().locator('.answer')).toContainText(answer);
}

/** Tokens that the model read for the last answer, as the page says. */
export async function tokensRead(page: Page): Promise<number> {
  const stats = page.locator('.turn').last().locator('.turn-stats');
  await expect(stats).toContainText('read');
  return Number(/([\d,]+) read/.exec((await stats.textContent()) ?? '')?.[1]?.replaceAll(',', ''));
}
