import { expect, test, type Page } from '@playwright/test';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { shotPath } from './demoPage.ts';

const executablePath = findChromium();
// Without the flags that the other tests start Chromium with, and without a GPU process, there is no adapter.
test.use({ launchOptions: { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox', '--disable-gpu'] } });

async function expectHelp(page: Page, code: string, advice: RegExp): Promise<void> {
  await expect(page.evaluate(() => window.halftoneDemo.ready)).rejects.toThrow();
  const alert = page.getByRole('alert');
  await expect(alert.locator('code')).toHaveText(code);
  await expect(alert).toContainText(advice);
  await expect(alert.getByRole('button', { name: 'Try again' })).toBeVisible();
}

async function expectUsable(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Brandkit' }).click();
  await expect(page.getByRole('tab', { name: 'Brandkit' })).toContainText('10,493,952');
  await page.getByRole('button', { name: 'Try the sample page' }).click();
  await expect(page.locator('#panel-brandkit').getByRole('alert')).toBeVisible();
  await page.getByRole('button', { name: 'Load local files' }).click();
  await expect(page.getByRole('dialog')).toContainText('halftone');
}

test('a browser without an adapter is told what to do', async ({ page }) => {
  await page.goto('./');
  await expectHelp(page, 'adapter-unavailable', /hardware acceleration/);
  await expectUsable(page);
});

test('a page without WebGPU says so', async ({ page, baseURL }) => {
  // Over plain http from another host than localhost, neither the page nor its worker has navigator.gpu.
  const insecure = 'http://halftone.test/';
  await page.route(`${insecure}**`, async (route) => {
    const url = new URL(route.request().url().slice(insecure.length), baseURL).href;
    await route.fulfill({ response: await route.fetch({ url }) });
  });
  await page.goto(insecure);
  expect(await page.evaluate(() => 'gpu' in navigator)).toBe(false);
  await expectHelp(page, 'webgpu-unavailable', /Chrome or Edge/);
  await page.screenshot({ path: shotPath('no-webgpu') });
  await expectUsable(page);
});
