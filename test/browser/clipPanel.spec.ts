import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { openDemo, shotPath } from './demoPage.ts';

interface Planted {
  readonly segments: readonly { readonly start: number; readonly end: number }[];
  readonly distractors: readonly { readonly start: number; readonly end: number }[];
}

const sample = new URL('../../demo/public/samples/', import.meta.url);
const planted = JSON.parse(readFileSync(new URL('highlights.json', sample), 'utf8')) as Planted;
const panelOf = (page: Page) => page.getByRole('tabpanel', { name: 'ViralClipper' });

/** '1:05 to 1:20' -> 65 and 80 */
function secondsOf(text: string): { readonly start: number; readonly end: number } {
  const [start = Number.NaN, end = Number.NaN] = [...text.matchAll(/(\d+):(\d\d)/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return { start, end };
}

const overlap = (a: { start: number; end: number }, b: { start: number; end: number }): number =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start)) /
  (Math.max(a.end, b.end) - Math.min(a.start, b.start));

test('a dropped video with captions: the planted highlights are found, previewed and downloaded', async ({ page }) => {
  await openDemo(page, './#viral-clipper');
  const panel = panelOf(page);
  await panel
    .locator('input[type="file"]')
    .setInputFiles(['highlights.webm', 'highlights.vtt'].map((name) => new URL(name, sample).pathname));
  await expect(panel.locator('.clip-summary')).toHaveText(/\d segments?\.|Nothing/, { timeout: 150_000 });
  const found = (await panel.locator('.segment-time').allTextContents()).map(secondsOf);
  expect(found).toHaveLength(planted.segments.length);
  for (const segment of planted.segments)
    expect(Math.max(...found.map((other) => overlap(segment, other)))).toBeGreaterThanOrEqual(0.5);
  for (const distractor of planted.distractors)
    for (const segment of found) expect(overlap(distractor, segment)).toBe(0);
  await expect(panel.locator('.score-chart canvas')).toBeVisible();
  await page.screenshot({ path: shotPath('clip-panel'), fullPage: true });

  const first = panel.locator('.segment').first();
  await first.getByRole('button', { name: /^Preview/ }).click();
  const at = () => panel.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  await expect.poll(at).toBeGreaterThanOrEqual((found[0]?.start ?? 0) - 1);

  const download = page.waitForEvent('download');
  await first.getByRole('button', { name: /^Download/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^highlights-.*\.webm$/);
  // What was saved plays, and is as long as the button says.
  const bytes = [...readFileSync(await file.path())];
  const duration = await page.evaluate(async (bytes) => {
    const video = document.createElement('video');
    video.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'video/webm' }));
    await new Promise((resolve, reject) => {
      video.addEventListener('loadedmetadata', resolve);
      video.addEventListener('error', () => reject(new Error('The clip does not play.')));
    });
    return video.duration;
  }, bytes);
  expect(duration).toBeGreaterThan(25);
  expect(duration).toBeLessThan(40);
});

test('what is no video is told so, and the next one works', async ({ page }) => {
  await openDemo(page, './#viral-clipper');
  const panel = panelOf(page);
  const input = panel.locator('input[type="file"]');
  await input.setInputFiles({ name: 'notes.mp4', mimeType: 'video/mp4', buffer: Buffer.from('These are notes.') });
  await expect(panel.getByRole('alert')).toContainText('media-invalid', { timeout: 90_000 });
  await panel.getByRole('button', { name: 'Try the sample video' }).click();
  await expect(panel.locator('.clip-summary')).toHaveText(/\d segments?\./, { timeout: 150_000 });
  await expect(panel.getByRole('alert')).toHaveCount(0);
});

test('a threshold out of range is refused by name; Stop ends the reading', async ({ page }) => {
  await openDemo(page, './#viral-clipper');
  const panel = panelOf(page);
  await panel.getByText('Options and engagement numbers').click();
  await panel.getByLabel('Threshold').fill('7');
  await panel.getByRole('button', { name: 'Try the sample video' }).click();
  await expect(panel.getByRole('alert')).toContainText('threshold', { timeout: 90_000 });
  await panel.getByLabel('Threshold').fill('0.8');
  await panel.getByRole('button', { name: 'Find the clips again' }).click();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.locator('.clip-summary')).toHaveText('Stopped.');
});
