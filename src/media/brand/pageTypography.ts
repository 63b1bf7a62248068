import type { FontFamily, Typography, TypeStyle } from './brandTypes.ts';
import { contrastRatio } from './color.ts';
import { fontClass, type FontClass } from './fontClass.ts';
import { stackNames } from './fontStack.ts';
import { share, sum, weigh, weightedMean } from './measures.ts';
import type { PagePaint } from './pagePaint.ts';
import type { PageSnapshot, PageText } from './pageSnapshot.ts';

/** A run of text with what the typography asks of it. */
export interface StyledText extends PageText {
  readonly characters: number;
  readonly family: string;
  readonly fontClass: FontClass | undefined;
  /** Heading by its element, or set at least a quarter larger than the body. */
  readonly isHeading: boolean;
  /** Contrast to what it stands on; undefined: on a picture. */
  readonly contrast: number | undefined;
  readonly isButton: boolean;
}

/** Text at least this much larger than the body's reads as a heading. */
const headingRatio = 1.25;

export const charactersOf = (text: StyledText): number => text.characters;

export function styleTexts(page: PageSnapshot, paint: PagePaint): StyledText[] {
  const body = bodySize(page.texts) ?? 16;
  return page.texts.map((text, index) => {
    const { color, ground } = paint.texts[index] ?? {};
    return {
      ...text,
      sizePx: Math.round(text.sizePx * 2) / 2,
      characters: text.text.trim().length,
      family: stackNames(text.fontFamily)[0] ?? '',
      fontClass: fontClass(text.fontFamily),
      isHeading: text.heading > 0 || text.sizePx >= headingRatio * body,
      contrast: color && ground ? contrastRatio(color, ground) : undefined,
      isButton: page.elements[text.element]?.button === true,
    };
  });
}

/** The size that most characters outside of headings have. */
function bodySize(texts: readonly PageText[]): number | undefined {
  const running = texts.filter(({ heading }) => heading === 0);
  const from = running.length > 0 ? running : texts;
  return weigh(
    from,
    ({ sizePx }) => Math.round(sizePx * 2) / 2,
    ({ text }) => text.length,
  )[0]?.[0];
}

export function pageTypography(texts: readonly StyledText[]): Typography {
  if (texts.length === 0)
    return {
      source: 'none',
      families: [],
      sizesPx: [],
      bodySizePx: undefined,
      scaleRatio: undefined,
      lineHeight: undefined,
      styles: [],
    };
  const sizesPx = [...new Set(texts.map(({ sizePx }) => sizePx))].sort((one, other) => one - other);
  const bodySizePx = bodySize(texts);
  const body = texts.filter(({ isHeading, sizePx }) => !isHeading && sizePx === bodySizePx);
  return {
    source: 'page',
    families: fontFamilies(texts),
    sizesPx,
    bodySizePx,
    scaleRatio: scaleRatio(sizesPx, bodySizePx ?? 16),
    lineHeight: round2(meanLineHeight(body.length > 0 ? body : texts)),
    styles: typeStyles(texts, body),
  };
}

/** The commonest style of the body and of each level of headings; larger text without a level is one of its own. */
function typeStyles(texts: readonly StyledText[], body: readonly StyledText[]): TypeStyle[] {
  const leveled = ([1, 2, 3, 4, 5, 6] as const).map(
    (level) => [`h${level}` as const, texts.filter(({ heading }) => heading === level)] as const,
  );
  const large = texts.filter(({ isHeading, heading }) => isHeading && heading === 0);
  const groups = [['body', body] as const, ['large', large] as const, ...leveled];
  return groups.flatMap(([name, own]) => {
    const style = commonestStyle(own);
    return style ? [{ name, ...style }] : [];
  });
}

function commonestStyle(texts: readonly StyledText[]): Omit<TypeStyle, 'name'> | undefined {
  const counts = new Map<string, { readonly text: StyledText; count: number }>();
  for (const text of texts) {
    const { family, sizePx, weight, lineHeightPx, letterSpacingPx } = text;
    const key = [family, sizePx, weight, lineHeightPx, letterSpacingPx].join();
    const known = counts.get(key) ?? { text, count: 0 };
    known.count += text.characters;
    counts.set(key, known);
  }
  const [most] = [...counts.values()].sort((one, other) => other.count - one.count);
  return (
    most && {
      stack: most.text.fontFamily,
      sizePx: most.text.sizePx,
      weight: most.text.weight,
      lineHeight: round2(meanLineHeight([most.text])),
      letterSpacingPx: round2(most.text.letterSpacingPx),
    }
  );
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

/** What browsers make of `normal`, about: it depends on the font. */
const normalLineHeight = 1.2;

/** As a multiple of the size. */
export const meanLineHeight = (texts: readonly StyledText[]): number =>
  weightedMean(
    texts,
    ({ lineHeightPx, sizePx }) => (lineHeightPx ? lineHeightPx / sizePx : normalLineHeight),
    charactersOf,
  );

/** Middle of the ratios between neighbouring sizes from the body's on. */
function scaleRatio(sizesPx: readonly number[], bodyPx: number): number | undefined {
  const sizes = sizesPx.filter((size) => size >= bodyPx);
  const ratios = sizes
    .slice(1)
    .map((size, index) => size / (sizes[index] ?? size))
    .sort((one, other) => one - other);
  const middle = ratios[Math.floor((ratios.length - 1) / 2)];
  return middle === undefined ? undefined : Math.round(middle * 1000) / 1000;
}

function fontFamilies(texts: readonly StyledText[]): FontFamily[] {
  const names = [...new Set(texts.map(({ family }) => family))];
  const total = sum(texts.map(charactersOf));
  const groups = names.map((family) => {
    const own = texts.filter((text) => text.family === family);
    return { family, own, share: sum(own.map(charactersOf)) / total };
  });
  groups.sort((one, other) => other.share - one.share);
  const most = (of: (text: StyledText) => boolean): string | undefined => {
    const counted = groups.map(({ family, own }) => ({ family, count: sum(own.filter(of).map(charactersOf)) }));
    counted.sort((one, other) => other.count - one.count);
    return (counted[0]?.count ?? 0) > 0 ? counted[0]?.family : undefined;
  };
  const body = most(({ isHeading }) => !isHeading) ?? groups[0]?.family;
  const heading = most(({ isHeading }) => isHeading);
  const mono = groups.find(({ family, own }) => own[0]?.fontClass === 'mono' && family !== body && family !== heading);
  const roleOf = (family: string): FontFamily['role'] => {
    if (family === body) return 'body';
    if (family === heading) return 'heading';
    return family === mono?.family ? 'mono' : 'other';
  };
  return groups.map(({ family, own, share }) => ({
    family,
    stack: own[0]?.fontFamily ?? family,
    role: roleOf(family),
    weights: [...new Set(own.map(({ weight }) => weight))].sort((one, other) => one - other),
    share,
  }));
}

/** Part of the letters that are set in capitals, by style or by hand. */
export const upperCaseShare = (texts: readonly StyledText[]): number =>
  share(texts, ({ transform, text }) => transform === 'uppercase' || isUpperCase(text), charactersOf);

const isUpperCase = (text: string): boolean =>
  text.length > 2 && text === text.toUpperCase() && text !== text.toLowerCase();
