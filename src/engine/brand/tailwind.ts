import { cssFontName } from '../../media/brand/fontStack.ts';
import type { BrandKitData } from '../brandApi.ts';
import { nameBrand } from './brandNames.ts';

/**
 * What goes into `theme.extend` of a Tailwind 3 config (https://v3.tailwindcss.com/docs/theme), also one that Tailwind 4 loads by `@config`. Spacings are named by
 * their px (`p-24px`), so that Tailwind's own scale stays.
 */
export function tailwindTheme(kit: BrandKitData): Record<string, unknown> {
  const { colors, fonts, weights, sizes, lineHeights, spacings, radii } = nameBrand(kit);
  const px = (value: number): string => `${value}px`;
  return {
    colors: record(colors, (hex) => hex),
    fontFamily: record(fonts, (names) => names.map(cssFontName)),
    fontWeight: record(weights, String),
    fontSize: record(sizes, px),
    lineHeight: record(lineHeights, String),
    spacing: record(spacings, px),
    borderRadius: record(radii, px),
  };
}

const record = <V, T>(values: ReadonlyMap<string, V>, of: (value: V) => T): Record<string, T> =>
  Object.fromEntries([...values].map(([name, value]) => [name, of(value)]));
