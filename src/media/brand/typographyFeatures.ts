import type { Typography } from './brandTypes.ts';
import { fontClasses, type FontClass } from './fontClass.ts';
import { contrastScale, mean, oneHot, share, signedRange, sum, unitRange, weigh, weightedMean } from './measures.ts';
import { charactersOf, meanLineHeight, type StyledText, upperCaseShare } from './pageTypography.ts';

const typographyFeatureCount = 64;

/** What the features are computed from. `texts` is empty for an image. */
export interface TypographyMeasures {
  readonly typography: Typography;
  readonly texts: readonly StyledText[];
  readonly headings: readonly StyledText[];
  readonly body: readonly StyledText[];
}

/**
 * The layout of the vector, in order; [name, how many values, values]. Each is about 0 to 1, or -1 to 1 where the name ends in ±. 'Share' is
 * the part of the characters. What cannot be known is 0.
 */
const table: readonly (readonly [name: string, count: number, values: (m: TypographyMeasures) => readonly number[]])[] =
  [
    // Kinds of letters, each in the order of `fontClasses`.
    ['heading family class', 8, (m) => oneHot(fontClasses, classOf(m.headings))],
    ['body family class', 8, (m) => oneHot(fontClasses, classOf(m.body))],
    [
      'share by family class',
      8,
      (m) => fontClasses.map((kind) => share(m.texts, (t) => t.fontClass === kind, charactersOf)),
    ],
    // How families go together.
    ['families, of 6', 1, (m) => [m.typography.families.length / 6]],
    ['heading and body are one family', 1, (m) => [both(m) && familyOf(m.headings) === familyOf(m.body) ? 1 : 0]],
    ['heading and body are of one class', 1, (m) => [both(m) && classOf(m.headings) === classOf(m.body) ? 1 : 0]],
    ['largest share of one family', 1, (m) => [Math.max(0, ...m.typography.families.map((family) => family.share))]],
    // Weights.
    ['heading weight / 1000', 1, (m) => [weightOf(m.headings) / 1000]],
    ['body weight / 1000', 1, (m) => [weightOf(m.body) / 1000]],
    ['heading over body weight ±', 1, (m) => [both(m) ? (weightOf(m.headings) - weightOf(m.body)) / 500 : 0]],
    ['weights, of 6', 1, (m) => [distinct(m.texts, (t) => t.weight) / 6]],
    ['bold share', 1, (m) => [share(m.texts, (t) => t.weight >= 600, charactersOf)]],
    ['light share', 1, (m) => [share(m.texts, (t) => t.weight <= 300, charactersOf)]],
    ['italic share', 1, (m) => [share(m.texts, (t) => t.italic, charactersOf)]],
    // Sizes and their scale.
    ['body size, octaves from 16 px ±', 1, (m) => [octaves(m.typography.bodySizePx, 16)]],
    ['largest size, octaves from 16 px / 4', 1, (m) => [octaves(m.typography.sizesPx.at(-1), 16) / 4]],
    ['smallest size, octaves from 16 px ±', 1, (m) => [octaves(m.typography.sizesPx[0], 16)]],
    ['largest over body, octaves / 4', 1, (m) => [octaves(m.typography.sizesPx.at(-1), m.typography.bodySizePx) / 4]],
    ['sizes, of 12', 1, (m) => [m.typography.sizesPx.length / 12]],
    ['scale ratio - 1', 1, (m) => [(m.typography.scaleRatio ?? 1) - 1]],
    ['how well the sizes keep to the scale', 1, (m) => [scaleFit(m.typography)]],
    ['sizes of whole px, share of the sizes', 1, (m) => [share(m.typography.sizesPx, Number.isInteger)]],
    // Lines and letters.
    ['body line height - 1', 1, (m) => [lineHeight(m.body) || (m.typography.lineHeight ?? 1) - 1]],
    ['heading line height - 1 ±', 1, (m) => [lineHeight(m.headings)]],
    ['body letter spacing, em · 5 ±', 1, (m) => [letterSpacing(m.body) * 5]],
    ['heading letter spacing, em · 5 ±', 1, (m) => [letterSpacing(m.headings) * 5]],
    ['upper-case share', 1, (m) => [upperCaseShare(m.texts)]],
    ['upper-case share of headings', 1, (m) => [upperCaseShare(m.headings)]],
    ['upper-case share of buttons', 1, (m) => [upperCaseShare(m.texts.filter((t) => t.isButton))]],
    ['centred share', 1, (m) => [share(m.texts, (t) => t.align === 'center', charactersOf)]],
    ['centred share of headings', 1, (m) => [share(m.headings, (t) => t.align === 'center', charactersOf)]],
    ['justified share', 1, (m) => [share(m.texts, (t) => t.align === 'justify', charactersOf)]],
    ['right-aligned share', 1, (m) => [share(m.texts, (t) => t.align === 'right' || t.align === 'end', charactersOf)]],
    ['underlined share', 1, (m) => [share(m.texts, (t) => t.underline, charactersOf)]],
    ['characters in a body line / 120', 1, (m) => [lineLength(m.body) / 120]],
    // Colour and contrast.
    ['text colours, of 8', 1, (m) => [new Set(m.texts.map((t) => t.color)).size / 8]],
    ['body contrast, logarithmic', 1, (m) => [meanContrast(m.body)]],
    ['heading contrast, logarithmic', 1, (m) => [meanContrast(m.headings)]],
    ['least contrast, logarithmic', 1, (m) => [Math.min(1, ...contrastsOf(m.texts))]],
    ['share below AA', 1, (m) => [share(m.texts, (t) => t.contrast !== undefined && t.contrast < 4.5, charactersOf)]],
    // The whole.
    ['heading share', 1, (m) => [share(m.texts, (t) => t.isHeading, charactersOf)]],
    ['styles (family, size, weight), of 20', 1, (m) => [styles(m.texts) / 20]],
    ['source is a page', 1, (m) => [m.typography.source === 'page' ? 1 : 0]],
  ];

/** Names of all features, by index. */
export const typographyFeatureNames: readonly string[] = table.flatMap(([name, count]) =>
  count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}: ${fontClasses[index] ?? index}`),
);

/** f32 [64]; see the table. */
export function typographyFeatures(typography: Typography, texts: readonly StyledText[]): Float32Array {
  const measures: TypographyMeasures = {
    typography,
    texts,
    headings: texts.filter(({ isHeading }) => isHeading),
    body: texts.filter(({ isHeading }) => !isHeading),
  };
  const features = new Float32Array(typographyFeatureCount);
  features.set(table.flatMap(([, , values]) => values(measures)).map(signedRange));
  return features;
}

const both = ({ headings, body }: TypographyMeasures): boolean => headings.length > 0 && body.length > 0;

const heaviest = <T>(texts: readonly StyledText[], of: (text: StyledText) => T): T | undefined => {
  const counts = new Map<T, number>();
  for (const text of texts) counts.set(of(text), (counts.get(of(text)) ?? 0) + text.characters);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
};

const classOf = (texts: readonly StyledText[]): FontClass | undefined => heaviest(texts, (text) => text.fontClass);
const familyOf = (texts: readonly StyledText[]): string | undefined => heaviest(texts, (text) => text.family);
const weightOf = (texts: readonly StyledText[]): number => weightedMean(texts, (text) => text.weight, charactersOf);
const distinct = (texts: readonly StyledText[], of: (text: StyledText) => number): number => weigh(texts, of).length;
const styles = (texts: readonly StyledText[]): number =>
  new Set(texts.map(({ family, sizePx, weight }) => `${family} ${sizePx} ${weight}`)).size;

const octaves = (size: number | undefined, from: number | undefined): number =>
  size && from ? Math.log2(size / from) : 0;

/** 1: every size is the body's times a whole power of the scale's ratio. */
function scaleFit({ sizesPx, bodySizePx, scaleRatio }: Typography): number {
  if (!bodySizePx || !scaleRatio || scaleRatio <= 1) return 0;
  const steps = sizesPx.map((size) => Math.log(size / bodySizePx) / Math.log(scaleRatio));
  return 1 - 2 * mean(steps.map((step) => Math.abs(step - Math.round(step))));
}

const lineHeight = (texts: readonly StyledText[]): number => (texts.length > 0 ? meanLineHeight(texts) - 1 : 0);
const letterSpacing = (texts: readonly StyledText[]): number =>
  weightedMean(texts, ({ letterSpacingPx, sizePx }) => letterSpacingPx / sizePx, charactersOf);

/** Of texts that wrap: characters a line. */
function lineLength(texts: readonly StyledText[]): number {
  const wrapped = texts.filter(({ lines }) => lines > 1);
  return sum(wrapped.map(charactersOf)) / Math.max(1, sum(wrapped.map(({ lines }) => lines)));
}

const contrastsOf = (texts: readonly StyledText[]): number[] =>
  texts.flatMap(({ contrast }) => (contrast === undefined ? [] : [contrastScale(contrast)]));

const meanContrast = (texts: readonly StyledText[]): number => unitRange(mean(contrastsOf(texts)));
