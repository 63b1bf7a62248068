import { expect, test, type Page } from '@playwright/test';
import { ask, openDemo, shotPath } from './demoPage.ts';

/** Controls that a screen reader would announce without a name. */
function namelessControls(page: Page): Promise<string[]> {
  const controls = 'button, a[href], input, select, textarea, summary, dialog, [role="tabpanel"], [role="progressbar"]';
  return page.locator(controls).evaluateAll((elements) =>
    elements
      .filter((element) => {
        const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
        const labels = 'labels' in element && element.labels instanceof NodeList ? [...element.labels] : [];
        const named = [...ids.map((id) => document.getElementById(id)), ...labels];
        if (element.matches('button, a, summary')) named.push(element);
        return !element.getAttribute('aria-label') && !named.some((node) => node?.textContent?.trim());
      })
      .map((element) => element.outerHTML),
  );
}

interface ShownText {
  readonly text: string;
  readonly colour: string;
  readonly opacity: number;
  /** Background colours from the element outwards. */
  readonly backgrounds: readonly string[];
  /** 24 px, or 18.66 px and bold: WCAG asks for less contrast. */
  readonly large: boolean;
}

/** Text that is there to be read: not what is disabled (WCAG exempts it) or only for screen readers. */
function shownTexts(page: Page): Promise<ShownText[]> {
  return page.locator('body *').evaluateAll((elements) =>
    elements.flatMap((element) => {
      const text = [...element.childNodes].map((node) => (node instanceof Text ? node.data.trim() : '')).join('');
      if (!text || !element.checkVisibility() || element.closest(':disabled, .visually-hidden, .skip-link')) return [];
      const backgrounds: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement)
        backgrounds.push(getComputedStyle(at).backgroundColor);
      const { color: colour, opacity, fontSize, fontWeight } = getComputedStyle(element);
      const size = Number.parseFloat(fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
      return [{ text, colour, opacity: Number(opacity), backgrounds, large }];
    }),
  );
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

function parseColour(css: string): Colour {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, alpha];
}

function over(top: Colour, below: Colour): Colour {
  const mix = (channel: 0 | 1 | 2): number => top[channel] * top[3] + below[channel] * (1 - top[3]);
  return [mix(0), mix(1), mix(2), 1];
}

/** WCAG's relative luminance. */
function luminance([red, green, blue]: Colour): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) =>
    value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Text whose contrast with its background is under WCAG's AA: 4.5, for large text 3. */
async function weakContrasts(page: Page): Promise<string[]> {
  const texts = await shownTexts(page);
  expect(texts.length).toBeGreaterThan(20);
  return texts.flatMap(({ text, colour, opacity, backgrounds, large }) => {
    const background = backgrounds
      .map(parseColour)
      .reduceRight<Colour>((below, top) => over(top, below), [255, 255, 255, 1]);
    const [red, green, blue, alpha] = parseColour(colour);
    const ink = luminance(over([red, green, blue, alpha * opacity], background));
    const paper = luminance(background);
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    return contrast < (large ? 3 : 4.5) ? [`${contrast.toFixed(2)}: ${text}`] : [];
  });
}

/** Heading levels in document order, of what is shown. */
function headingLevels(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
      .filter((heading) => heading.checkVisibility())
      .map((heading) => Number(heading.tagName.slice(1))),
  );
}

test('every control has a name, headings descend by one, landmarks are there', async ({ page }) => {
  await openDemo(page);
  await ask(page, 'What is 2 + 3?');
  await page.getByText('Change the model', { exact: true }).click();
  for (const tab of ['DeepSeek', 'ViralClipper', 'Brandkit', 'Profile']) {
    await page.getByRole('tab', { name: tab }).click();
    expect(await namelessControls(page)).toEqual([]);
    const levels = await headingLevels(page);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [index, level] of levels.entries()) {
      expect(level - (levels[index - 1] ?? 0), `heading ${index} of ${levels.join(' ')}`).toBeLessThanOrEqual(1);
    }
  }
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  for (const role of ['banner', 'main', 'complementary', 'contentinfo'] as const) {
    await expect(page.getByRole(role)).toHaveCount(1);
  }
  await expect(page.locator('#announcer')).toHaveAttribute('aria-live', 'polite');
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map((element) => element.id));
  expect(new Set(ids).size).toBe(ids.length);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`text has AA contrast, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openDemo(page);
    await ask(page, 'What is 2 + 3?');
    await page.getByText('Change the model', { exact: true }).click();
    expect(await weakContrasts(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Source' }).fill('models/nowhere');
    await page.getByRole('button', { name: 'Load', exact: true }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    expect(await weakContrasts(page)).toEqual([]);
    await page.screenshot({ path: shotPath(`model-form-${colorScheme}`), fullPage: true });
  });
}

test('the page is worked by keyboard alone', async ({ page }) => {
  await openDemo(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the model' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'View code' }).first()).toBeFocused();
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
  expect(outline).not.toBe('none');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`what a profile shows is named and legible, and fits a phone, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openDemo(page, './#profile');
    const panel = page.getByRole('tabpanel', { name: 'Profile' });
    await panel.getByLabel('Model').selectOption({ label: 'Brandkit: the page’s own' });
    await panel.getByLabel('Rows, or tokens of the prompt').fill('8');
    await panel.getByRole('button', { name: 'Profile it' }).click();
    await expect(panel.locator('.memory-chart canvas')).toBeVisible();
    await panel.getByText('Every dispatch as a table').click();
    await panel.getByText('Memory as a table').click();
    await panel.locator('.flame-bar:not(.narrow)').first().click();
    expect(await weakContrasts(page)).toEqual([]);
    expect(await namelessControls(page)).toEqual([]);
    const levels = await headingLevels(page);
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    await page.screenshot({ path: shotPath(`profile-${colorScheme}`), fullPage: true });
    await page.setViewportSize({ width: 360, height: 780 });
    const overflow = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await expect.poll(overflow).toBeLessThanOrEqual(0);
    await page.screenshot({ path: shotPath(`profile-phone-${colorScheme}`), fullPage: true });
  });
}

for (const [name, width] of [
  ['phone', 360],
  ['tablet', 820],
] as const) {
  test(`nothing is cut off on a ${name}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 780 });
    await openDemo(page);
    await ask(page, 'What is 417 + 286?');
    for (const tab of ['DeepSeek', 'ViralClipper', 'Brandkit', 'Profile']) {
      await page.getByRole('tab', { name: tab }).click();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${tab} is wider than the screen by`).toBeLessThanOrEqual(0);
    }
    await page.getByRole('tab', { name: 'DeepSeek' }).click();
    await page.screenshot({ path: shotPath(`answer-${name}`) });
  });
}
