import { describe, expect, test } from 'vitest';
import { extractBrand } from '../../../src/media/brand/extractBrand.ts';
import { fontClass } from '../../../src/media/brand/fontClass.ts';
import { layoutFeatureNames } from '../../../src/media/brand/layoutFeatures.ts';
import type { PageSnapshot } from '../../../src/media/brand/pageSnapshot.ts';
import { typographyFeatureNames } from '../../../src/media/brand/typographyFeatures.ts';
import { element, snapshot, textRun } from '../../support/snapshot.ts';

const feature = (page: PageSnapshot, name: string): number => {
  const { features } = extractBrand({ page });
  const [typography, layout] = [typographyFeatureNames.indexOf(name), layoutFeatureNames.indexOf(name)];
  expect(typography >= 0 || layout >= 0, name).toBe(true);
  return (typography >= 0 ? features.typography[typography] : features.layout[layout]) ?? Number.NaN;
};

test('every feature has one name, and a bare page stays within bounds', () => {
  expect(new Set(typographyFeatureNames).size).toBe(64);
  expect(new Set(layoutFeatureNames).size).toBe(128);
  const { features } = extractBrand({ page: snapshot([]) });
  for (const vector of [features.typography, features.layout])
    expect([...vector].every((value) => Number.isFinite(value) && Math.abs(value) <= 1)).toBe(true);
});

describe('colours of a page', () => {
  const covered = snapshot([
    element('div', [0, 0, 1280, 900], { background: 'rgb(255, 0, 0)' }),
    element('main', [0, 0, 1280, 900], { background: 'rgb(250, 250, 250)' }),
    element('button', [40, 40, 160, 48], { background: 'rgb(0, 80, 200)', button: true }),
  ]);

  test('what is covered does not count; what is seen counts by its area', () => {
    const { palette } = extractBrand({ page: covered });
    expect(palette.map(({ hex, role }) => [hex, role])).toEqual([
      ['#fafafa', 'background'],
      ['#0050c8', 'primary'],
    ]);
    expect(palette[1]?.share).toBeCloseTo((160 * 48) / (1280 * 900), 3);
  });

  test('translucent layers are blended as seen', () => {
    const page = snapshot([element('div', [0, 0, 1280, 450], { background: 'rgba(0, 0, 0, 0.5)' })]);
    const hexes = extractBrand({ page }).palette.map(({ hex }) => hex);
    expect(hexes.sort()).toEqual(['#808080', '#ffffff']);
  });

  test('text is held against what it stands on, not against the page', () => {
    const page = snapshot(
      [element('div', [0, 0, 1280, 200], { background: 'rgb(20, 33, 61)' })],
      [
        textRun('White on navy', [100, 80, 300, 24], { color: 'rgb(255, 255, 255)' }),
        textRun('Grey on white', [100, 400, 300, 24], { color: 'rgb(150, 150, 150)' }),
      ],
    );
    const { contrasts } = extractBrand({ page });
    const pair = (fore: string, back: string) =>
      contrasts.find(({ foreground, background }) => foreground === fore && background === back);
    expect(pair('#ffffff', '#14213d')?.ratio).toBeCloseTo(15.97, 2);
    expect(pair('#969696', '#ffffff')).toMatchObject({ level: 'fail' });
    expect(feature(page, 'share below AA')).toBe(0.5);
  });

  test('a picture hides what it covers and gives no colours', () => {
    const page = snapshot([
      element('div', [0, 0, 1280, 900], { background: 'rgb(1, 2, 3)' }),
      element('img', [0, 0, 1280, 890], { picture: true }),
    ]);
    expect(extractBrand({ page }).palette).toMatchObject([{ hex: '#010203', share: 1 }]);
  });
});

describe('typography of a page', () => {
  const sizes = [16, 20, 25, 31.25, 39];
  const body = textRun('Body text that goes on for a while, longer than all headings.', [0, 300, 600, 48], {
    lines: 2,
  });
  const headings = sizes
    .slice(1)
    .toReversed()
    .map((sizePx, index) =>
      textRun('Heading', [0, index * 60, 200, 40], {
        heading: index + 1,
        sizePx,
        weight: 700,
        lineHeightPx: sizePx * 1.2,
        fontFamily: '"Playfair Display", Georgia, serif',
        transform: index === 0 ? 'uppercase' : 'none',
      }),
    );
  const page = snapshot([], [...headings, body]);

  test('a major third is found, with families, roles and weights', () => {
    const { typography } = extractBrand({ page });
    expect(typography.bodySizePx).toBe(16);
    expect(typography.scaleRatio).toBeCloseTo(1.25, 2);
    expect(typography.lineHeight).toBe(1.5);
    expect(typography.families).toMatchObject([
      { family: 'Arial', role: 'body', weights: [400] },
      { family: 'Playfair Display', role: 'heading', weights: [700] },
    ]);
    expect(typography.styles.map(({ name, sizePx, weight }) => [name, sizePx, weight])).toEqual([
      ['body', 16, 400],
      ['h1', 39, 700],
      ['h2', 31.5, 700],
      ['h3', 25, 700],
      ['h4', 20, 700],
    ]);
  });

  test('the features tell a pair of classes, the weights, the scale and the capitals', () => {
    expect(feature(page, 'heading family class: serif')).toBe(1);
    expect(feature(page, 'body family class: sans')).toBe(1);
    expect(feature(page, 'heading and body are of one class')).toBe(0);
    expect(feature(page, 'heading over body weight ±')).toBeCloseTo(0.6, 5);
    expect(feature(page, 'how well the sizes keep to the scale')).toBeGreaterThan(0.9);
    expect(feature(page, 'upper-case share of headings')).toBe(0.25);
    const messy = snapshot(
      [],
      [body, ...[17, 23, 24, 37].map((sizePx) => textRun('Title', [0, 0, 90, 40], { sizePx, heading: 2 }))],
    );
    expect(feature(messy, 'how well the sizes keep to the scale')).toBeLessThan(0.8);
  });

  test.each([
    ['"Times New Roman", serif', 'serif'],
    ['Rockwell, serif', 'slab'],
    ['Inter, sans-serif', 'sans'],
    ['Poppins, sans-serif', 'geometric'],
    ['"Comic Sans MS", cursive', 'rounded'],
    ['"DejaVu Sans Mono", monospace', 'mono'],
    ['Impact, fantasy', 'display'],
    ['Pacifico, cursive', 'script'],
    ['"House Face", serif', 'serif'],
    ['"House Grotesk"', 'sans'],
    ['system-ui', 'sans'],
    ['Xyzzy', undefined],
  ])('%s is %s', (stack, kind) => {
    expect(fontClass(stack)).toBe(kind);
  });
});

describe('layout of a page', () => {
  const card = (column: number, look: object = {}) =>
    element('div', [40 + column * 420, 200, 380, 240], {
      parent: 0,
      background: 'rgb(240, 240, 240)',
      radius: 12,
      paddings: [24, 24, 24, 24],
      ...look,
    });
  const grid = element('section', [0, 160, 1280, 320], {
    display: 'grid',
    gridColumns: 3,
    gaps: [40, 40],
    paddings: [40, 40, 40, 40],
  });

  test('columns, unit, spacings and corners of a grid of cards', () => {
    const { layout } = extractBrand({ page: snapshot([grid, card(0), card(1), card(2)]) });
    expect(layout).toMatchObject({ columns: 3, spacingUnitPx: 8, spacingsPx: [24, 40], radiiPx: [12] });
  });

  test('a scale of fives, and spacings without one', () => {
    const padded = (px: readonly number[]) =>
      extractBrand({
        page: snapshot(px.map((p, index) => element('div', [0, index * 90, 1280, 80], { paddings: [p, p, p, p] }))),
      }).layout.spacingUnitPx;
    expect(padded([5, 10, 15, 25, 35])).toBe(5);
    expect(padded([10, 20, 30, 50])).toBe(10);
    expect(padded([7, 11, 13, 17, 23])).toBe(1);
  });

  test('a pill and a circle are round all the way, a percentage is what it comes to', () => {
    const { layout } = extractBrand({
      page: snapshot([
        element('button', [0, 0, 120, 40], { background: 'rgb(0, 0, 200)', button: true, radius: 999 }),
        element('div', [0, 100, 80, 80], { background: 'rgb(0, 0, 200)', radius: 40 }),
        element('div', [0, 200, 300, 100], { background: 'rgb(0, 0, 200)', radius: 6 }),
      ]),
    });
    expect(layout.radiiPx).toEqual([6, 9999]);
  });

  test('alignment, density, and features of corners that do not go together', () => {
    const centred = snapshot([], [textRun('A centred line', [400, 100, 480, 24], { align: 'center' })]);
    expect(extractBrand({ page: centred }).layout.alignment).toBe('center');
    expect(extractBrand({ page: centred }).layout.density).toBeGreaterThan(0);
    const even = snapshot([grid, card(0), card(1), card(2)]);
    const uneven = snapshot([grid, card(0, { radius: 0 }), card(1, { radius: 7 }), card(2, { radius: 32 })]);
    expect(feature(even, 'share of the commonest corner')).toBe(0.75 + 0.25);
    expect(feature(uneven, 'share of the commonest corner')).toBeLessThan(0.5);
    expect(feature(uneven, 'different corners, of 6')).toBeGreaterThan(feature(even, 'different corners, of 6'));
  });
});
