import type { BrandTone } from '../variants/brandTones.ts';
import type { Model } from './api.ts';

export type { BrandTone };

/** At least one of image, html and text. */
export interface BrandInput {
  /** Any image that the browser decodes (of an animated one, the first frame), or its URL. */
  readonly image?: Blob | string;
  /** A page. It is rendered in a sandboxed frame without scripts and without network. */
  readonly html?: string;
  /** Style sheets beside those in the page. */
  readonly css?: string;
  /** Copy: its tone counts beside the page's own text. */
  readonly text?: string;
}

export interface BrandProgress {
  readonly phase: 'render' | 'image' | 'features' | 'network' | 'done';
  /** 0 to 1. */
  readonly fraction: number;
}

export interface AnalyzeOptions {
  readonly onProgress?: ((progress: BrandProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
  readonly role: 'heading' | 'body' | 'mono' | 'other';
  readonly weights: readonly number[];
  /** Share of the text, 0 to 1. */
  readonly share: number;
}

export interface Typography {
  /** 'page': from computed styles; 'image': estimated, no family can be known; 'none': there was nothing to see. */
  readonly source: 'page' | 'image' | 'none';
  readonly families: readonly FontFamily[];
  /** Font sizes in px, ascending. */
  readonly sizesPx: readonly number[];
  readonly bodySizePx: number | undefined;
  /** Ratio between steps of the scale (1.25: major third). */
  readonly scaleRatio: number | undefined;
  readonly lineHeight: number | undefined;
}

export interface Layout {
  readonly source: 'page' | 'image' | 'none';
  /** Columns of the grid that most blocks keep to. */
  readonly columns: number | undefined;
  /** Unit in px of which most gaps and paddings are multiples. */
  readonly spacingUnitPx: number | undefined;
  /** Spacings in px that occur, ascending. */
  readonly spacingsPx: readonly number[];
  /** Corner radii in px that occur, ascending. */
  readonly radiiPx: readonly number[];
  /** Share of the area that holds content, 0 to 1. */
  readonly density: number;
}

/** What `analyze` found, as plain data. */
export interface BrandKitData {
  readonly palette: readonly PaletteColor[];
  readonly contrasts: readonly ContrastPair[];
  readonly typography: Typography;
  readonly layout: Layout;
  readonly tone: { readonly label: BrandTone; readonly scores: Readonly<Record<BrandTone, number>> };
  /** 0 to 1: how well colours, type, layout and text go together. */
  readonly consistency: number;
  /** f32 [512]. */
  readonly profile: Float32Array;
  /** f32 [32], -1 to 1. */
  readonly sentiment: Float32Array;
  /** f32 [64], at least 0. */
  readonly style: Float32Array;
  /** Whether the result, or the features behind it, were remembered by the content's hash. */
  readonly cached: boolean;
}

export interface BrandKit extends BrandKitData {
  /** Design tokens in the Design Tokens Community Group's format. */
  toDesignTokens(): Record<string, unknown>;
  /** CSS custom properties in a `:root` rule. */
  toCss(): string;
  /** A Tailwind theme: the value of a config's `theme.extend`. */
  toTailwind(): Record<string, unknown>;
}

/** Features of a brand, and what the network makes of them. */
export interface BrandFeatures {
  /** f32 [colours, 8]. */
  readonly colors: Float32Array;
  /** f32 [64]. */
  readonly typography: Float32Array;
  /** f32 [128]. */
  readonly layout: Float32Array;
  /** f32 [sentences, 768]; none: no text. */
  readonly text: Float32Array;
}

export interface BrandScores {
  readonly profile: Float32Array;
  readonly consistency: number;
  /** f32 [10]: probabilities in the order of `brandTones`. */
  readonly tone: Float32Array;
  readonly sentiment: Float32Array;
  readonly style: Float32Array;
}

export interface BrandkitModel extends Model {
  readonly variant: 'brandkit';
  /**
   * @throws EngineError weights-missing, empty-input, image-invalid, not-supported (html where there is no document),
   * invalid-option, aborted
   */
  analyze(input: BrandInput, options?: AnalyzeOptions): Promise<BrandKit>;
}
