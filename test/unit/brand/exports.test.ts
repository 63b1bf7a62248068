import { describe, expect, test } from 'vitest';
import { createBrandKit } from '../../../src/engine/brand/brandKit.ts';
import type { BrandKitData, BrandTone, PaletteColor } from '../../../src/engine/brandApi.ts';
import { brandTones } from '../../../src/variants/brandTones.ts';
import { checkDesignTokens } from '../../support/designTokens.ts';

const color = (hex: string, share: number, role?: PaletteColor['role']): PaletteColor => ({
  hex,
  share,
  role,
  oklch: [0.5, 0.1, 200],
});

const kitData: BrandKitData = {
  palette: [
    color('#fdf6e3', 0.7, 'background'),
    color('#ffffff', 0.15, 'surface'),
    color('#073642', 0.08, 'text'),
    color('#cb4b16', 0.04, 'primary'),
    color('#00ff7f', 0.02),
    color('#7f00ff', 0.01),
  ],
  contrasts: [],
  typography: {
    source: 'page',
    families: [
      { family: 'Lora', stack: 'Lora, "Times New Roman", serif', role: 'body', weights: [400, 700], share: 0.7 },
      { family: 'Montserrat', stack: 'Montserrat, sans-serif', role: 'heading', weights: [700], share: 0.2 },
      { family: 'Fira Code', stack: '"Fira Code", monospace', role: 'mono', weights: [400], share: 0.05 },
      { family: 'Caveat', stack: 'Caveat, cursive', role: 'other', weights: [400], share: 0.05 },
    ],
    sizesPx: [12, 13.5, 16, 20, 25, 31.5, 48],
    bodySizePx: 16,
    scaleRatio: 1.25,
    lineHeight: 1.5,
    styles: [
      {
        name: 'body',
        stack: 'Lora, "Times New Roman", serif',
        sizePx: 16,
        weight: 400,
        lineHeight: 1.5,
        letterSpacingPx: 0,
      },
      { name: 'h1', stack: 'Montserrat, sans-serif', sizePx: 48, weight: 700, lineHeight: 1.1, letterSpacingPx: -0.5 },
    ],
  },
  layout: {
    source: 'page',
    columns: 3,
    spacingUnitPx: 8,
    spacingsPx: [4, 8, 13.5, 24],
    radiiPx: [4, 8, 9999],
    alignment: 'left',
    density: 0.3,
  },
  tone: {
    label: 'calm',
    scores: Object.fromEntries(brandTones.map((tone) => [tone, 0.1])) as Record<BrandTone, number>,
  },
  consistency: 0.9,
  profile: new Float32Array(512),
  sentiment: new Float32Array(32),
  style: new Float32Array(64),
  cached: false,
};
const kit = createBrandKit(kitData);

const roleNames = ['background', 'surface', 'text', 'primary', 'palette-1', 'palette-2'];
const colors = Object.fromEntries(kitData.palette.map(({ hex }, index) => [roleNames[index], hex]));
const fonts = {
  body: ['Lora', 'Times New Roman', 'serif'],
  heading: ['Montserrat', 'sans-serif'],
  mono: ['Fira Code', 'monospace'],
  'other-1': ['Caveat', 'cursive'],
};
const sizes = { xs: 12, sm: 13.5, base: 16, lg: 20, xl: 25, '2xl': 31.5, '3xl': 48 };
const spacings = { '4px': 4, '8px': 8, '13-5px': 13.5, '24px': 24 };
const radii = { sm: 4, md: 8, full: 9999 };

test('design tokens keep the rules of the format and say what the kit says', () => {
  const tokens = checkDesignTokens(JSON.parse(JSON.stringify(kit.toDesignTokens())));
  const group = (name: string, of: (value: never) => unknown): Record<string, unknown> =>
    Object.fromEntries(
      tokens
        .filter(({ path }) => path.startsWith(`${name}.`))
        .map(({ path, value }) => [path.slice(name.length + 1), of(value as never)]),
    );
  expect(group('color', ({ hex }: { hex: string }) => hex)).toEqual(colors);
  const toHex = ({ components }: { components: number[] }): string =>
    `#${components
      .map((part) =>
        Math.round(part * 255)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
  expect(group('color', toHex)).toEqual(colors);
  expect(group('font-family', (names) => names)).toEqual(fonts);
  const px = ({ value }: { value: number }): number => value;
  expect(group('font-size', px)).toEqual(sizes);
  expect(group('spacing', px)).toEqual(spacings);
  expect(group('radius', px)).toEqual(radii);
  expect(group('typography', (style) => style)).toEqual({
    body: {
      fontFamily: fonts.body,
      fontSize: { value: 16, unit: 'px' },
      fontWeight: 400,
      letterSpacing: { value: 0, unit: 'px' },
      lineHeight: 1.5,
    },
    h1: {
      fontFamily: fonts.heading,
      fontSize: { value: 48, unit: 'px' },
      fontWeight: 700,
      letterSpacing: { value: -0.5, unit: 'px' },
      lineHeight: 1.1,
    },
  });
});

test('CSS custom properties read back as the kit', () => {
  const css = kit.toCss();
  expect(css).toMatch(/^:root \{\n(?: {2}--[\w-]+: [^;{}]+;\n)+\}\n$/);
  const properties = [...css.matchAll(/--([\w-]+): ([^;]+);/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  const group = (name: string, of: (value: string) => unknown): Record<string, unknown> =>
    Object.fromEntries(
      properties
        .filter(([key]) => key.startsWith(`${name}-`))
        .map(([key, value]) => [key.slice(name.length + 1), of(value)]),
    );
  expect(group('color', String)).toEqual(colors);
  expect(group('text', Number.parseFloat)).toEqual(sizes);
  expect(group('spacing', Number.parseFloat)).toEqual(spacings);
  expect(group('radius', Number.parseFloat)).toEqual(radii);
  expect(group('leading', Number)).toEqual({ body: 1.5, h1: 1.1 });
  expect(group('font-weight', Number)).toEqual({ body: 400, h1: 700 });
  expect(css).toContain('--font-body: Lora, "Times New Roman", serif;');
  expect(css).toContain('--font-mono: "Fira Code", monospace;');
});

test("a Tailwind theme reads back as the kit and leaves Tailwind's own spacings alone", () => {
  const theme = kit.toTailwind() as Record<string, Record<string, string>>;
  expect(JSON.parse(JSON.stringify(theme))).toEqual(theme);
  const numbers = (group: Record<string, string> = {}): Record<string, number> =>
    Object.fromEntries(Object.entries(group).map(([name, value]) => [name, Number.parseFloat(value)]));
  expect(theme['colors']).toEqual(colors);
  expect(numbers(theme['fontSize'])).toEqual(sizes);
  expect(numbers(theme['spacing'])).toEqual(spacings);
  expect(numbers(theme['borderRadius'])).toEqual(radii);
  expect(theme['fontFamily']?.['body']).toEqual(['Lora', '"Times New Roman"', 'serif']);
  expect(Object.keys(theme['spacing'] ?? {}).every((name) => name.endsWith('px'))).toBe(true);
});

describe('edges', () => {
  test("headings in the body's family have its font; a single corner is 'md'; an image has no type to export", () => {
    const one = createBrandKit({
      ...kitData,
      typography: { ...kitData.typography, families: kitData.typography.families.slice(0, 1) },
      layout: { ...kitData.layout, radiiPx: [6] },
    });
    expect(one.toTailwind()).toMatchObject({ fontFamily: { body: expect.anything(), heading: expect.anything() } });
    expect(one.toTailwind()).toMatchObject({ borderRadius: { md: '6px' } });
    checkDesignTokens(one.toDesignTokens());
    const none = {
      families: [],
      sizesPx: [],
      bodySizePx: undefined,
      scaleRatio: undefined,
      lineHeight: undefined,
      styles: [],
    };
    const bare = createBrandKit({
      ...kitData,
      typography: { source: 'none', ...none },
      layout: { ...kitData.layout, spacingsPx: [], radiiPx: [] },
    });
    expect(Object.keys(bare.toDesignTokens())).toEqual(['color']);
    checkDesignTokens(bare.toDesignTokens());
  });

  test('only the data of a kit crosses to another thread', () => {
    expect(structuredClone({ ...kit })).toEqual(kitData);
  });

  test.each([
    ['a name with a point', { color: { $type: 'color', 'a.b': { $value: '#ffffff' } } }],
    ['a string for a colour', { color: { $type: 'color', a: { $value: '#ffffff' } } }],
    ['a type that is not known', { a: { $type: 'colour', $value: 1 } }],
    ['no type', { a: { $value: 1 } }],
    ['a reference to nothing', { a: { $type: 'number', $value: '{b.c}' } }],
    ['a circle', { a: { $type: 'number', $value: '{b}' }, b: { $type: 'number', $value: '{a}' } }],
    ['a dimension in em', { a: { $type: 'dimension', $value: { value: 1, unit: 'em' } } }],
    ['a weight of 1001', { a: { $type: 'fontWeight', $value: 1001 } }],
  ])('the rules refuse %s', (_what, file) => {
    expect(() => checkDesignTokens(file)).toThrow();
  });
});
