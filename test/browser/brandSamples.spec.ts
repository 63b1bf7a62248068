import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { differenceCiede2000 } from 'culori';
import { repositoryRoot } from '../../scripts/lib/processes.mjs';
import { serve } from '../../scripts/lib/serve.mjs';

// The default Brandkit on the demo's samples, against what was planted in them (demo/public/samples/brand.json).

type Library = typeof import('../../src/index.ts');
type Kit = import('../../src/index.ts').BrandKitData;

const samples = join(repositoryRoot, 'demo/public/samples');
/** CIEDE2000: a colour of a palette is the planted one up to what nobody sees side by side. */
const sameColor = 3;

let server: Awaited<ReturnType<typeof serve>> | undefined;

test.beforeAll(async () => {
  await access(join(repositoryRoot, 'dist/halftone.js'));
  server = await serve({
    folders: {
      '/dist/': join(repositoryRoot, 'dist'),
      '/public/': join(repositoryRoot, 'demo/public'),
      '/': join(repositoryRoot, 'test/fixtureApp/blank'),
    },
  });
});
test.afterAll(() => server?.close());

async function analyze(page: Page, files: Readonly<Record<'html' | 'image', string | undefined>>): Promise<Kit> {
  await page.goto(server?.url ?? '');
  return page.evaluate(async ({ html, image }) => {
    const library = '/dist/halftone.js';
    const { createEngine } = (await import(library)) as Library;
    const engine = await createEngine();
    const model = await engine.load('brandkit', { source: new URL('/public/models/brandkit/', location.href).href });
    const kit = await model.analyze({
      ...(html === undefined ? {} : { html: await (await fetch(`/public/samples/${html}`)).text() }),
      ...(image === undefined ? {} : { image: await (await fetch(`/public/samples/${image}`)).blob() }),
    });
    const { palette, contrasts, typography, layout, tone, consistency, profile, sentiment, style, cached } = kit;
    await engine.dispose();
    return { palette, contrasts, typography, layout, tone, consistency, profile, sentiment, style, cached };
  }, files);
}

function expectPlanted(kit: Kit, colors: Readonly<Record<string, string>>): void {
  const far = differenceCiede2000();
  for (const [role, planted] of Object.entries(colors)) {
    const nearest = Math.min(...kit.palette.map(({ hex }) => far(hex, planted)));
    expect(nearest, `${role} ${planted} among ${kit.palette.map(({ hex }) => hex).join(' ')}`).toBeLessThan(sameColor);
  }
}

test('the sample page gives the planted colours, fonts, layout and tone', async ({ page }) => {
  const { page: planted } = JSON.parse(await readFile(join(samples, 'brand.json'), 'utf8'));
  const kit = await analyze(page, { html: planted.file, image: undefined });
  expectPlanted(kit, planted.colors);
  const byRole = (role: string): string | undefined => kit.palette.find((color) => color.role === role)?.hex;
  expect(byRole('background')).toBe(planted.colors.background);
  expect(byRole('text')).toBe(planted.colors.text);
  expect(byRole('primary')).toBe(planted.colors.primary);
  const family = (role: string): string | undefined => kit.typography.families.find((one) => one.role === role)?.family;
  expect(family('heading')).toBe(planted.fonts.heading);
  expect(family('body')).toBe(planted.fonts.body);
  expect(kit.typography.bodySizePx).toBe(planted.bodySizePx);
  expect(kit.layout.spacingUnitPx).toBe(planted.spacingUnitPx);
  expect(kit.layout.columns).toBe(planted.columns);
  expect(kit.layout.radiiPx).toEqual(expect.arrayContaining(planted.radiiPx));
  expect(kit.tone.label).toBe(planted.tone);
  expect(kit.consistency).toBeGreaterThan(0.5);
});

test('the sample image gives the planted colours', async ({ page }) => {
  const { image: planted } = JSON.parse(await readFile(join(samples, 'brand.json'), 'utf8'));
  const kit = await analyze(page, { html: undefined, image: planted.file });
  expectPlanted(kit, planted.colors);
  expect(kit.palette.find(({ role }) => role === 'background')?.hex).toBe(planted.colors.background);
  expect(kit.typography.families).toEqual([]);
});
