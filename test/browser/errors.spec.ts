import { expect, test } from '@playwright/test';
import { ask, openDemo, shotPath } from './demoPage.ts';

test('a bad model URL says what to do, and the default model loads after it', async ({ page }) => {
  await page.goto('./?model=models/nowhere/');
  await expect(page.evaluate(() => window.halftoneDemo.ready)).rejects.toThrow();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('models/nowhere');
  await expect(alert.locator('code')).toHaveText(/^[a-z]+(-[a-z]+)+$/);
  await expect(alert.locator('.error-remedy')).toHaveText(/\S+/);
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
  await page.getByText('Change the model', { exact: true }).click();
  await page.screenshot({ path: shotPath('error') });

  await page.getByRole('button', { name: 'Load the default model' }).click();
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
});

test('a model that does not load leaves the one before in use', async ({ page }) => {
  await openDemo(page);
  await page.getByText('Change the model', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Source' }).fill('models/nowhere');
  await page.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('nowhere');
  await expect(page.locator('#model-summary')).toContainText('reasoner');
  expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
});

test('a checkpoint comes from local files', async ({ page, request, baseURL }) => {
  await openDemo(page);
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
  const files = await Promise.all(
    names.map(async (name) => {
      const response = await request.get(new URL(`models/reasoner/${name}`, baseURL).href);
      expect(response.ok(), name).toBe(true);
      return { name, mimeType: 'application/octet-stream', buffer: await response.body() };
    }),
  );
  await page.getByText('Change the model', { exact: true }).click();
  await page.getByLabel('Precision', { exact: true }).selectOption('f32');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files…' }).click();
  await (await chooser).setFiles(files);
  await expect(page.locator('#model-summary')).toContainText(/4 local files.*f32/);
  expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
});

test('a load can be cancelled', async ({ page }) => {
  // Weights that never come: the load lasts until it is cancelled.
  await page.route('**/*.safetensors', () => undefined);
  await page.goto('./');
  await expect(page.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
  await page.screenshot({ path: shotPath('loading') });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('#model-summary')).toHaveText('No model is loaded.');
  await expect(page.getByRole('alert')).toHaveCount(0);

  await page.unroute('**/*.safetensors');
  await page.getByText('Change the model', { exact: true }).click();
  await page.getByRole('button', { name: 'Load the default model' }).click();
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled();
});

test('another model may be loaded while one answers', async ({ page }) => {
  await openDemo(page);
  await page.getByText('Change the model', { exact: true }).click();
  const asked = page.evaluate(() =>
    window.halftoneDemo
      .ask('What is 987 + 654 + 321?', () => {
        // At the first token only: each click starts the load anew.
        if (!document.querySelector('.turn.seen')) document.querySelector<HTMLButtonElement>('#model-default')?.click();
        document.querySelector('.turn')?.classList.add('seen');
      })
      .catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error)),
  );
  // The answer is over, one way or the other, and the chat is a new one.
  await asked;
  await expect(page.getByRole('progressbar')).toBeHidden();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.locator('.turn')).toHaveCount(0);
  expect((await ask(page, 'What is 12 + 30?')).text).toContain('42');
});
