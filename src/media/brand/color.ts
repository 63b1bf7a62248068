import {
  converter,
  formatHex,
  modeLab,
  modeLch,
  modeLrgb,
  modeOklab,
  modeOklch,
  modeP3,
  modeRgb,
  modeXyz50,
  modeXyz65,
  parse,
  useMode,
} from 'culori/fn';

// What getComputedStyle may write: rgb(), rgba(), color(), lab(), lch(), oklab(), oklch().
for (const mode of [modeRgb, modeLrgb, modeP3, modeLab, modeLch, modeXyz50, modeXyz65, modeOklab, modeOklch])
  useMode(mode as Parameters<typeof useMode>[0]);

const toRgb = converter('rgb');
const toOklab = converter('oklab');

/** sRGB, each 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];
/** OKLab (Björn Ottosson 2020): lightness 0 to 1, green to red, blue to yellow. */
export type Oklab = readonly [l: number, a: number, b: number];

/** A CSS colour with its opacity; undefined where it is none. What is outside of sRGB is brought to its nearest edge. */
export function parseColor(css: string): { readonly rgb: Rgb; readonly alpha: number } | undefined {
  const parsed = parse(css);
  if (!parsed) return undefined;
  const { r, g, b, alpha = 1 } = toRgb(parsed);
  return { rgb: [unit(r), unit(g), unit(b)], alpha: unit(alpha) };
}

const unit = (value: number): number => (value > 0 ? Math.min(1, value) : 0);

/** `over` on `under`, as browsers blend: in sRGB. */
export const blend = (over: Rgb, alpha: number, under: Rgb): Rgb => [
  over[0] * alpha + under[0] * (1 - alpha),
  over[1] * alpha + under[1] * (1 - alpha),
  over[2] * alpha + under[2] * (1 - alpha),
];

export function oklabOf([r, g, b]: Rgb): Oklab {
  const { l, a, b: blueness } = toOklab({ mode: 'rgb', r, g, b });
  return [l, a, blueness];
}

export const chromaOf = ([, a, b]: Oklab): number => Math.hypot(a, b);

/** Degrees, 0 to 360. */
export const hueOf = ([, a, b]: Oklab): number => ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;

/** Euclidean distance in OKLab: about 0.02 can just be seen. */
export const deltaE = (one: Oklab, other: Oklab): number =>
  Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);

/** '#rrggbb' */
export const hexOf = ([r, g, b]: Rgb): string => formatHex({ mode: 'rgb', r, g, b });

/** Relative luminance, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance. */
export function luminance([r, g, b]: Rgb): number {
  const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
export function contrastRatio(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Success criteria 1.4.3 and 1.4.6: 4.5 and 7, for large text 3 and 4.5. */
export function contrastLevel(ratio: number): 'AAA' | 'AA' | 'AA-large' | 'fail' {
  if (ratio >= 7) return 'AAA';
  if (ratio >= 4.5) return 'AA';
  return ratio >= 3 ? 'AA-large' : 'fail';
}
