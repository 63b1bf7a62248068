import { expect, test } from '@playwright/test';
import { openDemo, shotPath } from './demoPage.ts';

const published = { deepseek: 809_631_744, 'viral-clipper': 25_178_112, brandkit: 10_493_952 };

test('variants are switched by keyboard, and the address keeps the choice', async ({ page }) => {
  await openDemo(page);
  const tab = (name: string) => page.getByRole('tab', { name });
  await tab('DeepSeek').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab('ViralClipper')).toBeFocused();
  await expect(tab('ViralClipper')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel', { name: 'ViralClipper' })).toBeVisible();
  await expect(page.locator('#panel-deepseek')).toBeHidden();
  await page.keyboard.press('End');
  await expect(page).toHaveURL(/#profile$/);
  await page.keyboard.press('ArrowRight');
  await expect(tab('DeepSeek')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.reload();
  await expect(tab('Brandkit')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel', { name: 'Brandkit' })).toBeVisible();
});

test('the three parameter counts are the published ones', async ({ page }) => {
  await openDemo(page);
  expect(await page.evaluate(() => window.halftoneDemo.parameterCounts())).toEqual(published);
  for (const count of Object.values(published)) {
    await expect(page.getByRole('tab').filter({ hasText: count.toLocaleString('en-US') })).toBeVisible();
  }
});

for (const [variant, name] of [
  ['viral-clipper', 'ViralClipper'],
  ['brandkit', 'Brandkit'],
] as const) {
  test(`${name} runs its trunk, twice the same`, async ({ page }) => {
    await openDemo(page, `./#${variant}`);
    const panel = page.getByRole('tabpanel', { name });
    await panel.getByText('The published configuration').click();
    await panel.getByRole('button', { name: 'Run the trunk' }).click();
    const fact = (term: string) => panel.locator('.fact', { hasText: term }).locator('dd');
    await expect(fact('Parameters')).toHaveText(published[variant].toLocaleString('en-US'));
    await expect(fact('All values finite')).toHaveText('yes');
    await expect(fact('Both runs identical')).toHaveText('yes, bit by bit');
    await page.screenshot({ path: shotPath(`trunk-${variant}`) });
    await panel.getByRole('button', { name: 'Free its memory' }).click();
    await expect(panel.getByRole('button', { name: 'Free its memory' })).toBeHidden();
  });
}

test('the status panel names adapter, tier and reasons', async ({ page }) => {
  await openDemo(page);
  const status = page.getByRole('complementary', { name: 'On this device' });
  const info = await page.evaluate(() => window.halftoneDemo.info());
  await expect(status).toContainText(info.tier);
  for (const { name, reason } of info.negotiation) {
    await expect(status.locator('.negotiated li', { hasText: name }).first()).toContainText(reason);
  }
  await expect(status.locator('#memory-facts')).toContainText('weights');
});

for (const [title, expected] of [
  ['Stream an answer', '703'],
  ['Stop an answer', 'Stopped.'],
  ['Read the logits', 'token 5: -'],
  ['Run a trunk', '10,493,952 parameters'],
  ['Find the clips of a video', 'a clip of'],
  ['Make a brand kit', '--color-primary'],
  ['Profile a trunk', 'the GPU was busy'],
] as const) {
  test(`the code example '${title}' runs`, async ({ page }) => {
    await openDemo(page);
    await page.getByRole('navigation', { name: 'Code examples' }).getByRole('button', { name: title }).click();
    const dialog = page.getByRole('dialog', { name: title });
    await expect(dialog.locator('pre')).toContainText("from 'halftone'");
    await dialog.getByRole('button', { name: 'Run' }).click();
    await expect(dialog.locator('output')).toContainText('Done.');
    await expect(dialog.locator('output')).toContainText(expected);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  });
}
