import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { checkChromeTrace } from '../support/chromeTrace.ts';
import { openDemo, shotPath } from './demoPage.ts';

const panelOf = (page: Page) => page.getByRole('tabpanel', { name: 'Profile' });

test('the chat’s model: bars, figures beside the ceilings, memory over time, and a trace to take away', async ({
  page,
}) => {
  await openDemo(page, './#profile');
  const panel = panelOf(page);
  await panel.getByLabel('Rows, or tokens of the prompt').fill('20');
  await panel.getByRole('button', { name: 'Profile it' }).click();
  const decode = panel.locator('.profiled-run', { hasText: 'One token behind 20' });
  await expect(decode).toBeVisible({ timeout: 120_000 });
  await expect(panel.locator('.profiled-run', { hasText: 'Reading 20 tokens' })).toBeVisible();
  await expect(decode.locator('.busy-share')).toHaveText(/^\d+(\.\d+)? %$/);
  await expect(decode.getByRole('region', { name: 'decode: GPU time by kernel' })).toContainText('linear_vector');

  // Bars by keyboard: the first layer, its first dispatch, and back; Enter looks into a layer.
  const bars = decode.getByRole('group', { name: /decode: layers/ }).getByRole('button');
  await bars.filter({ hasText: 'layers.1' }).first().focus();
  await expect(decode.locator('.flame-detail')).toContainText(/layers\.1.*of the GPU time/);
  await page.keyboard.press('ArrowDown');
  await expect(decode.locator('.flame-detail')).toContainText(/by \w+/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(bars.filter({ hasText: 'layers.0' })).toBeHidden();
  await expect(bars.filter({ hasText: 'gateUp' }).first()).toBeVisible();
  await page.screenshot({ path: shotPath('profile-zoomed'), fullPage: true });
  await page.keyboard.press('Escape');
  await expect(bars.filter({ hasText: 'layers.0' }).first()).toBeVisible();

  await expect(panel.locator('.fact', { hasText: 'Reading memory' })).toContainText('GB/s');
  await expect(panel.locator('.fact', { hasText: 'Compiling' })).toContainText(/ (ms|s|µs)$/);
  await panel.getByText('Which kernel serves what, and why').click();
  await expect(panel.getByRole('region', { name: 'Which kernel serves what' })).toContainText(/linear|direct|vector/);
  await expect(panel.locator('.memory-chart canvas')).toBeVisible();
  await panel.getByText('Memory as a table').click();
  await expect(panel.locator('.memory .work-table')).toContainText('weights');
  await page.screenshot({ path: shotPath('profile-panel'), fullPage: true });

  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Download the trace' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe('halftone-deepseek-trace.json');
  const { complete, counters } = checkChromeTrace(JSON.parse(readFileSync(await file.path(), 'utf8')));
  expect(complete.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['decode', 'prefill', 'layers.0', 'submit decode']),
  );
  expect(counters.length).toBeGreaterThan(0);

  // The chat goes on with the same model.
  await page.getByRole('tab', { name: 'DeepSeek' }).click();
  expect((await page.evaluate(() => window.halftoneDemo.ask('What is 2 + 3?', () => undefined))).text).toContain('5');
});

test('each optimisation of the Brandkit is switched, with its worth in time and bytes', async ({ page }) => {
  await openDemo(page, './#profile');
  const panel = panelOf(page);
  await panel.getByLabel('Model').selectOption({ label: 'Brandkit: the page’s own' });
  await panel.getByLabel('Rows, or tokens of the prompt').fill('8');
  await panel.getByRole('button', { name: 'Switch each optimisation' }).click();
  await expect(panel.getByRole('progressbar')).toBeVisible();
  const flags = panel.locator('.flag-ablation');
  await expect(flags).toHaveCount(7, { timeout: 170_000 });
  for (const flag of [
    'ultraFusion',
    'computeOverlap',
    'memoryPooling',
    'caching',
    'dynamicBatching',
    'adaptivePrecision',
  ]) {
    const item = panel.locator(`[data-flag="${flag}"]`);
    await expect(item).toContainText(/× as fast|× as slow|no (clear )?difference/);
    await expect(item).toContainText('memory');
    await expect(item).toContainText(/same output|outputs agree/);
  }
  await expect(panel.locator('[data-flag="caching"]')).toContainText('the same text again');
  await page.screenshot({ path: shotPath('profile-ablation'), fullPage: true });
});

test('what cannot be profiled is told so; Stop ends it; the next one works', async ({ page }) => {
  await openDemo(page, './#profile');
  const panel = panelOf(page);
  await panel.getByLabel('Model').selectOption({ label: 'Brandkit: the page’s own' });
  await panel.getByLabel('Rows, or tokens of the prompt').fill('100000');
  await panel.getByRole('button', { name: 'Profile it' }).click();
  await expect(panel.getByRole('alert')).toContainText('input-too-long', { timeout: 90_000 });
  await panel.getByRole('button', { name: 'Switch each optimisation' }).click();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByRole('button', { name: 'Profile it' })).toBeEnabled();
  await expect(panel.locator('.flag-ablation')).toHaveCount(0);
  await panel.getByLabel('Rows, or tokens of the prompt').fill('12');
  await panel.getByRole('button', { name: 'Profile it' }).click();
  await expect(panel.locator('.profiled-run')).toContainText('The whole network over 12 rows', { timeout: 90_000 });
  await expect(panel.getByRole('alert')).toHaveCount(0);
  await panel.getByRole('button', { name: 'Free its memory' }).click();
});
