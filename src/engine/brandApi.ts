import type { BrandScores } from '../core/features.ts';
import type { BrandTone } from '../variants/brandTones.ts';
import type { ContrastPair, Layout, PaletteColor, Typography } from '../media/brand/brandTypes.ts';
import type { PageSnapshot } from '../media/brand/pageSnapshot.ts';
import type { Model } from './api.ts';

export type * from '../media/brand/brandTypes.ts';
export type { BrandScores, BrandTone, PageSnapshot };

/** At least one of image, html and text. */
export interface BrandInput {
  /**
   * Any image that the browser decodes, up to 100 megapixels (of an animated one, the first frame), or its URL. Over 1.5
   * megapixels it is scaled down.
   */
  readonly image?: Blob | string;
  /**
   * A page. It is rendered 1280 px wide in a sandboxed frame without scripts and without network: what it refers to elsewhere is
   * missing. Up to 10 million characters with its css; some MB of css hold the page up for a second or two. Read down to 8000 px.
   */
  readonly html?: string;
  /** Style sheets beside those in the page. */
  readonly css?: string;
  /** Instead of html and css: a page that was captured already. */
  readonly page?: PageSnapshot;
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
  /** Whether the result was remembered by the content's hash. */
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

export interface BrandkitModel extends Model {
  readonly variant: 'brandkit';
  /**
   * @throws EngineError weights-missing, empty-input, input-too-long, image-invalid, source-not-found, source-unreadable,
   * not-supported (html where there is no document), unknown-option, invalid-option, aborted
   */
  analyze(input: BrandInput, options?: AnalyzeOptions): Promise<BrandKit>;
}
