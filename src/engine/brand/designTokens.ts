import { stackNames } from '../../media/brand/fontStack.ts';
import type { BrandKitData, TypeStyle } from '../brandApi.ts';
import { nameBrand, type NamedBrand } from './brandNames.ts';

/** A design token or a group of them. */
export type TokenTree = Record<string, unknown>;

/**
 * Design tokens in the Design Tokens Community Group's format, 2025.10 (https://www.designtokens.org/TR/2025.10/format/ and …/color/): colours as objects with
 * components in sRGB, dimensions in px, and composite typography tokens that refer to the single ones.
 */
export function designTokens(kit: BrandKitData): TokenTree {
  const named = nameBrand(kit);
  const shares = new Map(kit.palette.map(({ hex, share }) => [hex, share]));
  return withoutEmpty({
    color: group(
      'color',
      named.colors,
      colorValue,
      (hex) => `${((shares.get(hex) ?? 0) * 100).toFixed(1)} % of the area`,
    ),
    'font-family': group('fontFamily', named.fonts, (names) => [...names]),
    'font-weight': group('fontWeight', named.weights, (weight) => weight),
    'font-size': group('dimension', named.sizes, dimension),
    'line-height': group('number', named.lineHeights, (value) => value),
    spacing: group('dimension', named.spacings, dimension),
    radius: group('dimension', named.radii, dimension),
    typography: group('typography', new Map(named.styles.map((style) => [style.name, style])), (style) =>
      typographyValue(style, named),
    ),
  });
}

function group<V>(
  type: string,
  values: ReadonlyMap<string, V>,
  toValue: (value: V) => unknown,
  describe?: (value: V) => string,
): TokenTree {
  const tokens = [...values].map(([name, value]) => [
    name,
    { $value: toValue(value), ...(describe ? { $description: describe(value) } : {}) },
  ]);
  return tokens.length > 0 ? { $type: type, ...Object.fromEntries(tokens) } : {};
}

const withoutEmpty = (tree: TokenTree): TokenTree =>
  Object.fromEntries(Object.entries(tree).filter(([, value]) => Object.keys(value as object).length > 0));

const colorValue = (hex: string) => ({
  colorSpace: 'srgb',
  components: [1, 3, 5].map((at) => Number((Number.parseInt(hex.slice(at, at + 2), 16) / 255).toFixed(5))),
  alpha: 1,
  hex,
});

const dimension = (value: number) => ({ value, unit: 'px' });

/** Refers to the single tokens where there are equal ones. */
function typographyValue(style: TypeStyle, named: NamedBrand): TokenTree {
  const size = [...named.sizes].find(([, px]) => px === style.sizePx)?.[0];
  const stack = stackNames(style.stack);
  const font = [...named.fonts].find(([, names]) => names.join() === stack.join())?.[0];
  return {
    fontFamily: font ? `{font-family.${font}}` : stack,
    fontSize: size ? `{font-size.${size}}` : dimension(style.sizePx),
    fontWeight: `{font-weight.${style.name}}`,
    letterSpacing: dimension(style.letterSpacingPx),
    lineHeight: `{line-height.${style.name}}`,
  };
}
