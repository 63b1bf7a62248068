import type { Layout, PaletteColor } from './brandTypes.ts';
import { chromaOf, oklabOf, parseColor } from './color.ts';
import type { ContentMask } from './contentMask.ts';
import { contrastScale, mean, sum } from './measures.ts';
import { fullRadiusPx, type PageMeasures, type VisibleBox } from './pageLayout.ts';
import type { PageSnapshot } from './pageSnapshot.ts';
import type { StyledText } from './pageTypography.ts';
import { neutralChroma, type Palette } from './palette.ts';

/** What the layout's features are computed from; for an image there is no page. */
export interface LayoutMeasures {
  readonly layout: Layout;
  readonly palette: Palette;
  readonly mask: ContentMask | undefined;
  readonly page:
    | (PageMeasures & { readonly snapshot: PageSnapshot; readonly texts: readonly StyledText[] })
    | undefined;
}

export const boxes = ({ page }: LayoutMeasures): readonly VisibleBox[] => page?.boxes ?? [];
export const texts = ({ page }: LayoutMeasures): readonly StyledText[] => page?.texts ?? [];
export const buttons = (m: LayoutMeasures): VisibleBox[] => boxes(m).filter(({ button }) => button);

/** The widest border of each box that has one. */
export const borderWidths = (m: LayoutMeasures): number[] =>
  boxes(m)
    .filter(({ bordered }) => bordered)
    .map((box) => Math.max(...box.borderWidths));

/** Share of the values up to each end, and beyond the last one. */
export function histogram(values: readonly number[], ends: readonly number[]): number[] {
  const counts = Array<number>(ends.length + 1).fill(0);
  for (const value of values) {
    const found = ends.findIndex((end) => value <= end);
    const index = found < 0 ? ends.length : found;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts.map((count) => count / Math.max(1, values.length));
}

/** Part of the items that have the value that most have. */
export function commonest<T>(items: readonly T[], of: (item: T) => unknown): number {
  const counts = new Map<unknown, number>();
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1);
  return Math.max(0, ...counts.values()) / Math.max(1, items.length);
}

const roundness = (of: readonly VisibleBox[]): number =>
  mean(of.map(({ cornerPx }) => Math.min(24, cornerPx === fullRadiusPx ? 24 : cornerPx) / 24));

/** Buttons rounder than the rest: positive. 0 where there are not both. */
export function cornerGap(m: LayoutMeasures): number {
  const others = boxes(m).filter(({ button, picture }) => !button && !picture);
  return buttons(m).length > 0 && others.length > 0 ? roundness(buttons(m)) - roundness(others) : 0;
}

/** A count of the page for each screen that it is high, at least one. */
export const perScreen = ({ page }: LayoutMeasures, count: number): number =>
  page ? count / Math.max(1, page.snapshot.height / page.snapshot.viewport.height) : 0;

export function areaShare({ page }: LayoutMeasures, of: readonly VisibleBox[]): number {
  const area = page ? page.snapshot.width * page.snapshot.height : 1;
  return Math.min(1, sum(of.map(({ width, height }) => width * height)) / Math.max(1, area));
}

/** Contrasts of the palette's pairs, ascending, logarithmic. */
export const ratios = ({ palette }: LayoutMeasures): number[] =>
  palette.contrasts.map(({ ratio }) => contrastScale(ratio)).sort((one, other) => one - other);

export const colorful = ({ palette }: LayoutMeasures): PaletteColor[] =>
  palette.colors.filter(({ oklch }) => oklch[1] >= neutralChroma);

export const isColorful = (css: string): boolean => {
  const color = parseColor(css);
  return color !== undefined && chromaOf(oklabOf(color.rgb)) >= neutralChroma;
};

/** Of all pairs of colourful ones, in degrees, 0 to 180. */
export function hueDifferences(m: LayoutMeasures): number[] {
  const hues = colorful(m).map(({ oklch }) => oklch[2]);
  return hues.flatMap((hue, index) =>
    hues.slice(index + 1).map((other) => {
      const difference = Math.abs(hue - other);
      return Math.min(difference, 360 - difference);
    }),
  );
}

/** Of colourful ones, weighted by chroma and the root of the area: short where hues are spread out. */
export function meanHue(m: LayoutMeasures): readonly [cosine: number, sine: number] {
  const weighted = colorful(m).map(({ oklch: [, chroma, hue], share }) => {
    const weight = chroma * Math.sqrt(share);
    const radians = (hue * Math.PI) / 180;
    return [weight * Math.cos(radians), weight * Math.sin(radians), weight] as const;
  });
  const total = sum(weighted.map(([, , weight]) => weight));
  const part = (index: 0 | 1): number => (total > 0 ? sum(weighted.map((value) => value[index])) / total : 0);
  return [part(0), part(1)];
}

/** Share of the area by class of a value. */
export function areaBy(
  { palette }: LayoutMeasures,
  of: (color: PaletteColor) => number,
  ends: readonly number[],
): number[] {
  return [...ends, Number.POSITIVE_INFINITY].map((end, index) => {
    const start = ends[index - 1] ?? Number.NEGATIVE_INFINITY;
    return sum(palette.colors.filter((color) => of(color) > start && of(color) <= end).map(({ share }) => share));
  });
}

/** Part of the neighbouring heading levels where the deeper one is smaller; 0 with fewer than two levels. */
export function headingOrder(all: readonly StyledText[]): number {
  const sizes = [1, 2, 3, 4, 5, 6].flatMap((level) => {
    const own = all.filter(({ heading }) => heading === level).map(({ sizePx }) => sizePx);
    return own.length > 0 ? [mean(own)] : [];
  });
  const steps = sizes.slice(1).map((size, index): number => (size < (sizes[index] ?? 0) ? 1 : 0));
  return mean(steps);
}
