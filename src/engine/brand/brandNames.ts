import { stackNames } from '../../media/brand/fontStack.ts';
import type { BrandKitData, TypeStyle } from '../brandApi.ts';

/**
 * A kit's values with one name each, the same in every export. Names have letters, digits and hyphens only, so that they are valid in design tokens,
 * CSS and Tailwind.
 */
export interface NamedBrand {
  /** '#rrggbb' by role; colours without one are palette-1, palette-2, … by area. */
  readonly colors: ReadonlyMap<string, string>;
  /** Names of a stack by role: heading, body, mono; others are other-1, … Headings in the body's family have its stack. */
  readonly fonts: ReadonlyMap<string, readonly string[]>;
  readonly weights: ReadonlyMap<string, number>;
  /** px. base is the body's; smaller ones are sm, xs, 2xs, …, larger ones lg, xl, 2xl, … */
  readonly sizes: ReadonlyMap<string, number>;
  readonly lineHeights: ReadonlyMap<string, number>;
  /** px, by themselves: 24px; 13-5px is 13.5. */
  readonly spacings: ReadonlyMap<string, number>;
  /** px, ascending from sm; full is 9999. */
  readonly radii: ReadonlyMap<string, number>;
  readonly styles: readonly TypeStyle[];
}

const fullRadiusPx = 9999;

export function nameBrand({ palette, typography, layout }: BrandKitData): NamedBrand {
  const { styles, families, sizesPx, bodySizePx } = typography;
  return {
    colors: numbered(
      palette,
      ({ role }) => role,
      'palette',
      ({ hex }) => hex,
    ),
    fonts: withHeading(
      numbered(
        families,
        ({ role }) => (role === 'other' ? undefined : role),
        'other',
        ({ stack }) => stackNames(stack),
      ),
    ),
    weights: new Map(styles.map(({ name, weight }) => [name, weight])),
    sizes: sizeNames(sizesPx, bodySizePx),
    lineHeights: new Map(styles.map(({ name, lineHeight }) => [name, lineHeight])),
    spacings: new Map(layout.spacingsPx.map((px) => [`${String(px).replace('.', '-')}px`, px])),
    radii: radiusNames(layout.radiiPx),
    styles,
  };
}

/** By their own names, or numbered where they have none. */
function numbered<T, V>(
  items: readonly T[],
  nameOf: (item: T) => string | undefined,
  unnamed: string,
  value: (item: T) => V,
): Map<string, V> {
  let count = 0;
  return new Map(items.map((item) => [nameOf(item) ?? `${unnamed}-${++count}`, value(item)]));
}

function withHeading(fonts: Map<string, readonly string[]>): Map<string, readonly string[]> {
  const body = fonts.get('body');
  if (body && !fonts.has('heading')) fonts.set('heading', body);
  return fonts;
}

/** The step's name, as Tailwind has them: 'sm', 'xs', '2xs' downwards, 'lg', 'xl', '2xl' upwards. */
const stepName = (step: number): string => {
  if (step === 0) return 'base';
  const [near, far] = step > 0 ? ['lg', 'xl'] : ['sm', 'xs'];
  const distance = Math.abs(step);
  if (distance === 1) return near;
  return distance === 2 ? far : `${distance - 1}${far}`;
};

function sizeNames(sizesPx: readonly number[], bodyPx: number | undefined): Map<string, number> {
  const base = Math.max(0, sizesPx.indexOf(bodyPx ?? Number.NaN));
  return new Map(sizesPx.map((px, index) => [stepName(index - base), px]));
}

function radiusNames(radiiPx: readonly number[]): Map<string, number> {
  const names = ['sm', 'md', 'lg'];
  const round = radiiPx.filter((px) => px !== fullRadiusPx);
  // A single corner is the brand's usual one.
  const first = round.length === 1 ? 1 : 0;
  const named = round.map((px, index) => [names[first + index] ?? stepName(index - 1), px] as const);
  return new Map([...named, ...(round.length < radiiPx.length ? [['full', fullRadiusPx] as const] : [])]);
}
