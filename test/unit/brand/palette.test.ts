import { describe, expect, test } from 'vitest';
import type { PaletteColor } from '../../../src/media/brand/brandTypes.ts';
import { contrastLevel, contrastRatio, deltaE, oklabOf, parseColor, type Rgb } from '../../../src/media/brand/color.ts';
import { mergeColors, sampleOf } from '../../../src/media/brand/colorSamples.ts';
import { extractBrand } from '../../../src/media/brand/extractBrand.ts';
import { brandPalette } from '../../../src/media/brand/palette.ts';
import type { Pixels } from '../../../src/media/brand/imageColors.ts';
import { drawPixels, mix, seeded, shrink } from '../../support/pixels.ts';

const rgb = (css: string): Rgb => parseColor(css)?.rgb ?? [0, 0, 0];
const paletteOf = (pixels: Pixels): readonly PaletteColor[] => brandPalette(undefined, pixels).colors;
const hexes = (pixels: Pixels): string[] => paletteOf(pixels).map(({ hex }) => hex);
const roles = (pixels: Pixels): Record<string, string> =>
  Object.fromEntries(paletteOf(pixels).flatMap(({ role, hex }) => (role ? [[role, hex]] : [])));
const near = (one: string, other: string): number => deltaE(oklabOf(rgb(one)), oklabOf(rgb(other)));

describe('colours', () => {
  test.each([
    // Worked examples of WCAG's techniques and understanding documents, and the pairs that everybody knows.
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#767676', '#ffffff', 4.54],
    ['#949494', '#ffffff', 3.03],
    ['#0000ff', '#ffffff', 8.59],
    ['#ff0000', '#ffffff', 4],
    ['#ffff00', '#ffffff', 1.07],
  ])('contrast of %s on %s is %f', (one, other, ratio) => {
    expect(contrastRatio(rgb(one), rgb(other))).toBeCloseTo(ratio, 2);
    expect(contrastRatio(rgb(other), rgb(one))).toBeCloseTo(ratio, 2);
  });

  test('levels are those of success criteria 1.4.3 and 1.4.6', () => {
    expect([21, 7, 6.99, 4.5, 4.49, 3, 2.99, 1].map(contrastLevel)).toEqual([
      'AAA',
      'AAA',
      'AA',
      'AA',
      'AA-large',
      'AA-large',
      'fail',
      'fail',
    ]);
  });

  test.each([
    // From Björn Ottosson's definition: white, black and the primaries of sRGB.
    ['#ffffff', [1, 0, 0]],
    ['#000000', [0, 0, 0]],
    ['#ff0000', [0.628, 0.2249, 0.1258]],
    ['#00ff00', [0.8664, -0.2339, 0.1795]],
    ['#0000ff', [0.452, -0.0325, -0.3115]],
  ])('%s in OKLab', (css, lab) => {
    oklabOf(rgb(css)).forEach((value, index) => expect(value).toBeCloseTo(lab[index] ?? 0, 3));
  });

  test.each([
    'rgb(203, 75, 22)',
    'rgba(203, 75, 22, 0.5)',
    'color(srgb 0.796 0.294 0.086)',
    'oklch(0.5808 0.1732 39.5)',
  ])('%s is read', (css) => {
    expect(near('#cb4b16', css)).toBeLessThan(0.005);
  });

  test('what is no colour is none', () => {
    expect(parseColor('url(#gradient)')).toBeUndefined();
    expect(parseColor('')).toBeUndefined();
    expect(parseColor('rgba(0, 0, 0, 0)')?.alpha).toBe(0);
  });
});

describe('a palette of an image', () => {
  const planted = ['#f4f1ea', '#1d3557', '#e63946', '#457b9d', '#a8dadc'];

  test('planted colours come back exactly, with their shares, whatever their order', () => {
    const shares = [0.5, 0.2, 0.1, 0.15, 0.05];
    const ends = shares.map((_, index) => shares.slice(0, index + 1).reduce((sum, share) => sum + share, 0));
    const bands = drawPixels(100, 40, (x) => planted[ends.findIndex((end) => x < Math.round(end * 100))] ?? '#000000');
    const found = paletteOf(bands);
    expect(found.map(({ hex }) => hex).sort()).toEqual([...planted].sort());
    for (const { hex, share } of found) expect(share).toBeCloseTo(shares[planted.indexOf(hex)] ?? 0, 1);
    expect(roles(bands)).toMatchObject({ background: '#f4f1ea', primary: '#e63946' });
  });

  test('anti-aliased edges make no colours', () => {
    const disc: Pixels = shrink(
      drawPixels(800, 800, (x, y) =>
        Math.hypot(x - 400, y - 400) < 240 ? '#c1121f' : Math.hypot(x - 400, y - 400) < 330 ? '#003049' : '#fdf0d5',
      ),
      4,
    );
    expect(hexes(disc).sort()).toEqual(['#003049', '#c1121f', '#fdf0d5']);
  });

  test('a gradient has its ends as colours and little between them', () => {
    const gradient = drawPixels(512, 64, (x) => mix('#2a6fdb', '#f7b32b', x / 511));
    const found = hexes(gradient);
    expect(found.length).toBeLessThanOrEqual(4);
    for (const end of ['#2a6fdb', '#f7b32b'])
      expect(Math.min(...found.map((hex) => near(hex, end)))).toBeLessThan(0.06);
  });

  test('noise of compression makes no colours', () => {
    const random = seeded(7);
    const noisy = drawPixels(300, 200, (x) => {
      const base = rgb(x < 180 ? '#e9ecef' : x < 260 ? '#2b2d42' : '#ef233c');
      return `#${base
        .map((value) =>
          Math.round(Math.min(255, Math.max(0, value * 255 + 6 * random() - 3)))
            .toString(16)
            .padStart(2, '0'),
        )
        .join('')}`;
    });
    const found = hexes(noisy);
    expect(found).toHaveLength(3);
    for (const hex of ['#e9ecef', '#2b2d42', '#ef233c'])
      expect(Math.min(...found.map((other) => near(hex, other)))).toBeLessThan(0.02);
  });

  test('thin strokes, nowhere flat, are a colour: the text of a screenshot', () => {
    // Strokes of three quarters of a pixel, so that no pixel has the colour of the ink all around it.
    const page = shrink(
      drawPixels(1600, 800, (x, y) => {
        const inLine = y % 80 < 40 && x > 160 && x < 1440;
        return inLine && x % 16 < 6 ? '#14213d' : x > 1480 ? '#fca311' : '#ffffff';
      }),
      4,
    );
    expect(roles(page)).toMatchObject({ background: '#ffffff', primary: '#fca311' });
    const text = roles(page)['text'] ?? '#ffffff';
    expect(contrastRatio(rgb(text), [1, 1, 1])).toBeGreaterThan(5);
  });

  test('a logo on transparency has a primary and no background', () => {
    const logo = drawPixels(64, 64, (x, y) => (Math.hypot(x - 32, y - 32) < 20 ? '#7209b7' : '#00000000'));
    expect(paletteOf(logo)).toMatchObject([{ hex: '#7209b7', share: 1, role: 'primary' }]);
  });

  test('one pixel, and nothing', () => {
    expect(paletteOf(drawPixels(1, 1, () => '#336699'))).toMatchObject([
      { hex: '#336699', share: 1, role: 'background' },
    ]);
    expect(paletteOf(drawPixels(3, 3, () => '#ffffff00'))).toEqual([]);
  });

  test('a picture of many colours has at most twelve, the same each time', () => {
    const random = seeded(3);
    const cells = Array.from(
      { length: 400 },
      () =>
        `#${Math.floor(random() * 2 ** 24)
          .toString(16)
          .padStart(6, '0')}`,
    );
    const picture = drawPixels(200, 200, (x, y) => cells[Math.floor(y / 10) * 20 + Math.floor(x / 10)] ?? '#000000');
    const found = paletteOf(picture);
    expect(found).toHaveLength(12);
    expect(paletteOf(picture)).toEqual(found);
    const total = found.reduce((sum, { share }) => sum + share, 0);
    expect(total).toBeCloseTo(1, 6);
  });
});

describe('merging', () => {
  test('near-duplicates become the one with the larger area', () => {
    const samples = [
      sampleOf(rgb('#3366cc'), { fill: 1 }),
      sampleOf(rgb('#3367cd'), { fill: 9 }),
      sampleOf(rgb('#ffffff'), { fill: 90 }),
    ];
    const merged = mergeColors(samples, 0.02);
    expect(merged.map(({ rgb: color }) => color)).toEqual([rgb('#ffffff'), rgb('#3367cd')]);
    expect(merged[1]?.fill).toBe(10);
  });

  test("a small button's colour survives many tints of grey", () => {
    const tints = Array.from({ length: 16 }, (_, index) =>
      sampleOf(rgb(mix('#000000', '#ffffff', index / 15)), { fill: 100 }),
    );
    const merged = mergeColors([...tints, sampleOf(rgb('#e63946'), { fill: 1, button: 1 })], 0.02);
    expect(merged).toHaveLength(12);
    expect(merged.some(({ rgb: color }) => color.join() === rgb('#e63946').join())).toBe(true);
  });
});

test('features of a colour: OKLab, chroma, hue, share, luminance; a grey has no hue', () => {
  const { features, colors } = brandPalette(
    undefined,
    drawPixels(10, 10, (x) => (x < 7 ? '#808080' : '#ff0000')),
  );
  expect(colors.map(({ hex }) => hex)).toEqual(['#808080', '#ff0000']);
  const [grey, red] = [features.subarray(0, 8), features.subarray(8)];
  const close = (got: Float32Array, want: readonly number[]): void =>
    want.forEach((value, index) => expect(got[index], `value ${index}`).toBeCloseTo(value, 2));
  close(grey, [0.6, 0, 0, 0, 0, 0, 0.7, 0.216]);
  close(red, [
    0.628,
    0.225,
    0.126,
    0.258,
    Math.cos((29.23 * Math.PI) / 180),
    Math.sin((29.23 * Math.PI) / 180),
    0.3,
    0.2126,
  ]);
});

test('the layout of an image is where its content is: columns parted by gutters, and how much of it', () => {
  const cards = drawPixels(960, 480, (x, y) => {
    const inCard = y > 120 && y < 360 && x % 320 > 40 && x % 320 < 280;
    return inCard && (x + y) % 8 < 3 ? '#1b4332' : '#ffffff';
  });
  const { layout, typography } = extractBrand({ pixels: cards });
  expect(layout).toMatchObject({ source: 'image', columns: 3, spacingsPx: [], radiiPx: [] });
  expect(layout.density).toBeCloseTo((0.75 * 240) / 480, 1);
  expect(typography).toMatchObject({ source: 'none', families: [], sizesPx: [] });
  expect(extractBrand({ pixels: drawPixels(64, 64, () => '#ffffff') }).layout).toMatchObject({
    columns: undefined,
    density: 0,
  });
});
