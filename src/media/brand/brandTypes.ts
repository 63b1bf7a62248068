/** What a brand looks like, as plain data. */

export type { BrandFeatures } from '../../core/features.ts';

export type ColorRole = 'background' | 'surface' | 'text' | 'muted' | 'primary' | 'secondary' | 'accent' | 'border';

export interface PaletteColor {
  /** '#rrggbb' */
  readonly hex: string;
  /** OKLCH: lightness 0 to 1, chroma, hue in degrees. */
  readonly oklch: readonly [lightness: number, chroma: number, hue: number];
  /** Share of the visible area, 0 to 1. */
  readonly share: number;
  /** A role is given once; colours beyond the roles have none. */
  readonly role: ColorRole | undefined;
}

/** WCAG 2.2 contrast of a pair. */
export interface ContrastPair {
  readonly foreground: string;
  readonly background: string;
  /** 1 to 21. */
  readonly ratio: number;
  /** 'AA-large': enough for large text only. */
  readonly level: 'AAA' | 'AA' | 'AA-large' | 'fail';
}

export interface FontFamily {
  readonly family: string;
  /** Its whole stack, as CSS has it. */
  readonly stack: string;
  /** Each role is given once, but for 'other'. Where headings are set in the body's family there is no 'heading'. */
  readonly role: 'heading' | 'body' | 'mono' | 'other';
  readonly weights: readonly number[];
  /** Share of the text, 0 to 1. */
  readonly share: number;
}

/** How a kind of text is set. */
export interface TypeStyle {
  /** The body, a level of headings, or text as large as headings without being one. */
  readonly name: 'body' | 'large' | 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6';
  /** Font stack as CSS has it. */
  readonly stack: string;
  readonly sizePx: number;
  /** 1 to 1000. */
  readonly weight: number;
  /** As a multiple of the size; 1.2 for CSS's `normal`. */
  readonly lineHeight: number;
  readonly letterSpacingPx: number;
}

export interface Typography {
  /** 'page': from computed styles; 'none': there was no page with text. Of an image, nothing is guessed. */
  readonly source: 'page' | 'none';
  readonly families: readonly FontFamily[];
  /** Font sizes in px, ascending. */
  readonly sizesPx: readonly number[];
  readonly bodySizePx: number | undefined;
  /** Ratio between steps of the scale (1.25: major third). */
  readonly scaleRatio: number | undefined;
  /** Of the body text, as a multiple of its size. */
  readonly lineHeight: number | undefined;
  /** The commonest style of each kind of text that occurs; none for an image. */
  readonly styles: readonly TypeStyle[];
}

export interface Layout {
  /** 'image': density and columns only, from where its edges are; 'none': there was nothing to see. */
  readonly source: 'page' | 'image' | 'none';
  /** Columns of the grid that most blocks keep to. */
  readonly columns: number | undefined;
  /** Unit in px of which most gaps and paddings are multiples. */
  readonly spacingUnitPx: number | undefined;
  /** Spacings in px that occur, ascending. */
  readonly spacingsPx: readonly number[];
  /** Corner radii in px that occur, ascending; 9999: round all the way. */
  readonly radiiPx: readonly number[];
  /** Where text and blocks begin: the edge that most of them share. */
  readonly alignment: 'left' | 'center' | 'right' | 'mixed' | undefined;
  /** Share of the area that holds content, 0 to 1. */
  readonly density: number;
}
