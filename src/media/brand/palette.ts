import type { ColorRole, ContrastPair, PaletteColor } from './brandTypes.ts';
import { chromaOf, contrastLevel, contrastRatio, deltaE, hexOf, hueOf, luminance, oklabOf, type Rgb } from './color.ts';
import { areaOf, type ColorSample, mergeColors, nearest, sameColor, scaled } from './colorSamples.ts';
import { imageColors, type Pixels } from './imageColors.ts';
import type { PagePaint } from './pagePaint.ts';

/** A palette with what is behind its colours. */
export interface Palette {
  readonly colors: readonly PaletteColor[];
  readonly contrasts: readonly ContrastPair[];
  /** f32 [colours, 8]. */
  readonly features: Float32Array;
}

/** Values of one colour: OKLab l, a, b; chroma; cosine and sine of the hue, both faded out towards grey; share of the area; WCAG luminance. */
const colorFeatureCount = 8;
/** Below this chroma (OKLab) a colour is called neutral: its hue is hardly seen. */
export const neutralChroma = 0.04;
/** An image that is transparent beyond this share (a logo) has no background of its own. */
const mostTransparent = 0.1;

/** The palette of a page, an image, or both (half and half). */
export function brandPalette(paint: PagePaint | undefined, pixels: Pixels | undefined): Palette {
  const fromPage = paint?.samples ?? [];
  const fromImage = pixels ? imageColors(pixels) : [];
  const samples =
    fromPage.length > 0 && fromImage.length > 0
      ? [...whole(fromPage), ...whole(fromImage)]
      : [...fromPage, ...fromImage];
  const merged = mergeColors(
    whole(samples).filter((sample) => areaOf(sample) > 0),
    fromImage.length > 0 ? sameColor.image : sameColor.page,
  );
  const hasBackground = fromPage.length > 0 || (pixels !== undefined && transparentShare(pixels) <= mostTransparent);
  const roles = giveRoles(merged, { hasBackground, isPage: fromPage.length > 0 });
  const colors = merged.map((sample, index) => paletteColor(sample, roles.get(index)));
  return { colors, contrasts: contrasts(merged, roles, paint), features: colorFeatures(merged) };
}

/** With areas that add up to 1. */
function whole(samples: readonly ColorSample[]): ColorSample[] {
  const total = samples.reduce((sum, sample) => sum + areaOf(sample), 0);
  return total > 0 ? samples.map((sample) => scaled(sample, 1 / total)) : [];
}

function transparentShare({ data }: Pixels): number {
  let clear = 0;
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) < 128) clear++;
  return (clear * 4) / Math.max(4, data.length);
}

function paletteColor(sample: ColorSample, role: ColorRole | undefined): PaletteColor {
  const { rgb, lab } = sample;
  return { hex: hexOf(rgb), oklch: [lab[0], chromaOf(lab), hueOf(lab)], share: areaOf(sample), role };
}

function colorFeatures(samples: readonly ColorSample[]): Float32Array {
  const features = new Float32Array(samples.length * colorFeatureCount);
  samples.forEach((sample, index) => {
    const { lab, rgb } = sample;
    const chroma = chromaOf(lab);
    const colorful = Math.min(1, chroma / neutralChroma);
    const hue = (hueOf(lab) * Math.PI) / 180;
    features.set(
      [...lab, chroma, colorful * Math.cos(hue), colorful * Math.sin(hue), areaOf(sample), luminance(rgb)],
      index * colorFeatureCount,
    );
  });
  return features;
}

/** Which colour has which role, by index. A role without a fitting colour is not given. */
function giveRoles(
  samples: readonly ColorSample[],
  { hasBackground, isPage }: { readonly hasBackground: boolean; readonly isPage: boolean },
): Map<number, ColorRole> {
  const roles = new Map<number, ColorRole>();
  const give = (role: ColorRole, score: (sample: ColorSample) => number): ColorSample | undefined => {
    let best = -1;
    let most = 0;
    samples.forEach((sample, index) => {
      const points = roles.has(index) ? 0 : score(sample);
      if (points > most) [best, most] = [index, points];
    });
    if (best >= 0) roles.set(best, role);
    return samples[best];
  };
  const neutral = ({ lab }: ColorSample): number => 1 / (1 + chromaOf(lab) / neutralChroma);
  const background = hasBackground ? give('background', ({ fill }) => fill) : undefined;
  const seen = (sample: ColorSample): number => (background ? contrastRatio(sample.rgb, background.rgb) - 1 : 0);
  const text = background && give('text', (sample) => textScore(sample, seen(sample), isPage));
  give('primary', brandScore);
  const isQuiet = (sample: ColorSample): boolean => chromaOf(sample.lab) < 2 * neutralChroma;
  if (text)
    give('muted', (sample) => (isQuiet(sample) && sample.text > sample.fill ? sample.text * neutral(sample) : 0));
  const border =
    isPage && give('border', (sample) => (isQuiet(sample) && sample.border > sample.fill ? sample.border : 0));
  // A card: another ground for the same text.
  const carries = (sample: ColorSample): boolean => !text || contrastRatio(text.rgb, sample.rgb) >= 3;
  if (background)
    give('surface', (sample) => {
      const isGround = isQuiet(sample) || deltaE(sample.lab, background.lab) < 0.2;
      return isGround && carries(sample) && sample.fill > sample.text ? sample.fill : 0;
    });
  if (isPage && !border) give('border', (sample) => (isQuiet(sample) ? sample.border : 0));
  give('secondary', brandScore);
  give('accent', brandScore);
  return roles;
}

/** Of a page: what most is written in. Of an image: what stands out against the background, rather in thin strokes, rather neutral. */
function textScore(sample: ColorSample, seen: number, isPage: boolean): number {
  if (isPage) return seen > 0.5 ? sample.text : 0;
  if (seen < 2) return 0;
  const area = sample.text + 0.1 * Math.sqrt(sample.fill);
  return (area * Math.log(1 + seen)) / (1 + chromaOf(sample.lab) / neutralChroma);
}

/** How much a colour speaks for the brand: colourful first, on buttons and letters rather than on large areas. */
function brandScore(sample: ColorSample): number {
  const chroma = chromaOf(sample.lab);
  if (chroma < neutralChroma) return 0;
  const area = sample.fill + 4 * sample.text + 2 * sample.border + 8 * sample.button;
  return area ** 0.25 * (chroma - neutralChroma / 2);
}

/** Pairs by role, and of a page those that texts really stand in. Highest contrast last: what fails is read first. */
function contrasts(
  samples: readonly ColorSample[],
  roles: ReadonlyMap<number, ColorRole>,
  paint: PagePaint | undefined,
): ContrastPair[] {
  const pairs = new Map<string, ContrastPair>();
  const add = (foreground: Rgb, background: Rgb): void => {
    const [fore, back] = [hexOf(foreground), hexOf(background)];
    const ratio = contrastRatio(foreground, background);
    if (fore !== back)
      pairs.set(`${fore} ${back}`, { foreground: fore, background: back, ratio, level: contrastLevel(ratio) });
  };
  const byRole = new Map([...roles].map(([index, role]) => [role, samples[index]?.rgb]));
  for (const ground of ['background', 'surface'] as const) {
    for (const role of ['text', 'muted', 'primary', 'secondary', 'accent'] as const) {
      const [fore, back] = [byRole.get(role), byRole.get(ground)];
      if (fore && back) add(fore, back);
    }
  }
  const [primary, background] = [byRole.get('primary'), byRole.get('background')];
  if (primary && background) add(background, primary);
  for (const { color, ground } of paint?.texts ?? []) {
    if (!ground) continue;
    const fore = samples[nearest({ lab: oklabOf(color) }, samples)];
    const back = samples[nearest({ lab: oklabOf(ground) }, samples)];
    if (fore && back) add(fore.rgb, back.rgb);
  }
  return [...pairs.values()].sort((one, other) => one.ratio - other.ratio);
}
