import { expect, test } from 'vitest';
import { capturePage } from '../../../src/media/brand/capturePage.ts';
import { extractBrand } from '../../../src/media/brand/extractBrand.ts';

const html = `<!doctype html><html><head><style>
body{margin:0;background:#fdf6e3;color:#073642;font:400 16px/1.5 "Lora",serif}
header{padding:24px 32px;background:#ffffff;border-bottom:2px solid #eee8d5}
h1{font:700 48px/1.1 "Montserrat",sans-serif;margin:0 0 16px}
h2{font:600 32px/1.2 "Montserrat",sans-serif;margin:0 0 8px}
.hero{padding:64px 32px}
.grid{display:grid;grid-template-columns:repeat(3,1fr);gap:24px;padding:32px}
.card{background:#fff;border-radius:12px;padding:24px}
.button{display:inline-block;background:#cb4b16;color:#fff;padding:12px 24px;border-radius:8px;text-decoration:none}
.muted{color:#657b83}
</style></head><body>
<header><b>Solar</b></header>
<div class="hero"><h1>Warm light, all year</h1><p>We build lamps like the sun. Order <b>today</b>!</p><a class="button" href="/x">Shop now</a></div>
<div class="grid">
  <div class="card"><h2>One</h2><p class="muted">First of three.</p></div>
  <div class="card"><h2>Two</h2><p class="muted">Second of three.</p></div>
  <div class="card"><h2>Three</h2><p class="muted">Third of three.</p></div>
</div></body></html>`;

test('a page becomes a brand: its colours, type, layout and copy as the style sheet says', async () => {
  const frames = document.querySelectorAll('iframe').length;
  const page = await capturePage(html, '.hero { background: #002b36; color: #fdf6e3 }', undefined);
  expect(document.querySelectorAll('iframe')).toHaveLength(frames);
  expect(structuredClone(page)).toEqual(page);
  const { palette, contrasts, typography, layout, sentences, features } = extractBrand({ page });
  const roles = Object.fromEntries(palette.map(({ role, hex }) => [role, hex]));
  expect(roles).toMatchObject({
    background: '#fdf6e3',
    text: '#073642',
    primary: '#cb4b16',
    muted: '#657b83',
    border: '#eee8d5',
    surface: '#ffffff',
  });
  expect(contrasts.find((pair) => pair.foreground === '#ffffff' && pair.background === '#cb4b16')?.level).toBe('AA');
  expect(typography.families.map(({ family, role, weights }) => [family, role, weights])).toEqual([
    ['Lora', 'body', [400, 700]],
    ['Montserrat', 'heading', [600, 700]],
  ]);
  expect(typography).toMatchObject({ source: 'page', sizesPx: [16, 32, 48], bodySizePx: 16, lineHeight: 1.5 });
  expect(layout).toMatchObject({
    source: 'page',
    columns: 3,
    spacingUnitPx: 8,
    spacingsPx: [8, 12, 16, 24, 32, 64],
    radiiPx: [8, 12],
    alignment: 'left',
  });
  expect(sentences.slice(0, 4)).toEqual([
    'Solar',
    'Warm light, all year',
    'We build lamps like the sun.',
    'Order today!',
  ]);
  expect(features.colors).toHaveLength(palette.length * 8);
  expect([features.typography.length, features.layout.length]).toEqual([64, 128]);
  expect(features.text).toHaveLength(sentences.length * 768);
  for (const vector of [features.colors, features.typography, features.layout, features.text])
    expect(vector.every((value) => Math.abs(value) <= 1)).toBe(true);
});
