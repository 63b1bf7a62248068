import { cssFontName } from '../../media/brand/fontStack.ts';
import type { BrandKitData } from '../brandApi.ts';
import { nameBrand } from './brandNames.ts';

/**
 * Custom properties in a `:root` rule. They are named as Tailwind 4's theme variables (https://tailwindcss.com/docs/theme), so that the same declarations inside
 * `@theme { … }` are its theme.
 */
export function cssProperties(kit: BrandKitData): string {
  const { colors, fonts, weights, sizes, lineHeights, spacings, radii } = nameBrand(kit);
  const px = (value: number): string => `${value}px`;
  const lines = [
    ...declarations('color', colors, (hex) => hex),
    ...declarations('font', fonts, (names) => names.map(cssFontName).join(', ')),
    ...declarations('font-weight', weights, String),
    ...declarations('text', sizes, px),
    ...declarations('leading', lineHeights, String),
    ...declarations('spacing', spacings, px),
    ...declarations('radius', radii, px),
  ];
  return `:root {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

const declarations = <V>(group: string, values: ReadonlyMap<string, V>, toCss: (value: V) => string): string[] =>
  [...values].map(([name, value]) => `--${group}-${name}: ${toCss(value)};`);
