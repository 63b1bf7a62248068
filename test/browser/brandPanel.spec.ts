import { readFileSync } from 'node:fs';
import { differenceEuclidean } from 'culori';
import { expect, test, type Page } from '@playwright/test';
import { openDemo, shotPath } from './demoPage.ts';

interface Planted {
  readonly page: {
    readonly colors: Readonly<Record<string, string>>;
    readonly fonts: { readonly heading: string; readonly body: string };
    readonly tone: string;
    readonly consistent: boolean;
  };
  readonly image: { readonly colors: Readonly<Record<string, string>> };
}

const samples = new URL('../../demo/public/samples/', import.meta.url);
const planted = JSON.parse(readFileSync(new URL('brand.json', samples), 'utf8')) as Planted;
const panelOf = (page: Page) => page.getByRole('tabpanel', { name: 'Brandkit' });
const distance = differenceEuclidean('oklab');

/** Hex and role of each swatch. */
async function swatches(page: Page): Promise<{ readonly hex: string; readonly role: string }[]> {
  const items = panelOf(page).locator('.swatch');
  return items.evaluateAll((elements) =>
    elements.map((element) => ({
      hex: element.querySelector('.swatch-hex')?.textContent ?? '',
      role: element.querySelector('.swatch-role')?.textContent ?? '',
    })),
  );
}

/**
 * Roles whose planted colour has no swatch of that role within a just noticeable distance (OKLab 0.02). Which of two more colours is
 * the accent and which the secondary one, nobody can see: either will do.
 */
function missing(found: readonly { hex: string; role: string }[], wanted: Readonly<Record<string, string>>): string[] {
  return Object.entries(wanted).flatMap(([role, hex]) => {
    const near = found.filter((swatch) => distance(swatch.hex, hex) < 0.02);
    const roles = role === 'accent' ? ['accent', 'secondary'] : [role];
    return near.some((swatch) => roles.includes(swatch.role)) ? [] : [`${role} ${hex}: ${JSON.stringify(near)}`];
  });
}

test('a dropped page: its planted colours, fonts and tone, and exports to take away', async ({ page }) => {
  await openDemo(page, './#brandkit');
  const panel = panelOf(page);
  await panel.locator('input[type="file"]').setInputFiles(new URL('brand.html', samples).pathname);
  await expect(panel.locator('.brand-summary')).toContainText(planted.page.tone, { timeout: 120_000 });
  expect(missing(await swatches(page), planted.page.colors)).toEqual([]);
  for (const family of Object.values(planted.page.fonts))
    await expect(panel.locator('.specimen-name').filter({ hasText: family }).first()).toBeVisible();
  const consistency = Number.parseFloat((await panel.locator('.consistency .number').textContent()) ?? '');
  expect(consistency > 50).toBe(planted.page.consistent);
  await expect(panel.locator('.contrasts tbody tr').first()).toContainText(': 1');
  await page.screenshot({ path: shotPath('brand-panel'), fullPage: true });

  const code = panel.locator('.export-code');
  expect(JSON.parse((await code.textContent()) ?? '')).toHaveProperty('color');
  await panel.getByRole('button', { name: 'CSS', exact: true }).click();
  await expect(code).toContainText(':root');
  const download = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('brand.css');

  // The same page again is remembered.
  await panel.locator('input[type="file"]').setInputFiles(new URL('brand.html', samples).pathname);
  await expect(panel.locator('.brand-summary')).toContainText('remembered');
});

test('an image: the planted colours; what is no image is told so and leaves the page usable', async ({ page }) => {
  await openDemo(page, './#brandkit');
  const panel = panelOf(page);
  const input = panel.locator('input[type="file"]');
  await input.setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from('not an image') });
  await expect(panel.getByRole('alert')).toContainText('image-invalid', { timeout: 90_000 });
  await input.setInputFiles(new URL('brand.png', samples).pathname);
  await expect(panel.locator('.brand-summary')).toContainText('brand.png', { timeout: 120_000 });
  await expect(panel.getByRole('alert')).toHaveCount(0);
  const found = await swatches(page);
  for (const hex of Object.values(planted.image.colors))
    expect(
      found.some((swatch) => distance(swatch.hex, hex) < 0.03),
      `${hex} in ${JSON.stringify(found)}`,
    ).toBe(true);
  await page.screenshot({ path: shotPath('brand-panel-image'), fullPage: true });
});

test('pasted text alone gets a tone; nothing pasted is an error that says what to pass', async ({ page }) => {
  await openDemo(page, './#brandkit');
  const panel = panelOf(page);
  await panel.getByText('Paste a page or a text').click();
  await panel.getByRole('button', { name: 'Analyse what is pasted' }).click();
  await expect(panel.getByRole('alert')).toContainText('empty-input', { timeout: 90_000 });
  await panel
    .getByLabel('Text', { exact: true })
    .fill('Last chance! The sale ends tonight. Order now before it is gone.');
  await panel.getByRole('button', { name: 'Analyse what is pasted' }).click();
  await expect(panel.locator('.brand-summary')).toContainText('urgent', { timeout: 90_000 });
});
