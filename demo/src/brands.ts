import { type GeneratedBrand, generateBrand } from '../../scripts/train/brands/generator/brands.ts';
import { copyLines, type CopyLine, type Split } from '../../scripts/train/brands/generator/texts.ts';
import { type BrandInput, type BrandkitModel, type BrandTone, createEngine, type Precision } from '../../src/index.ts';
import { capturePage } from '../../src/media/brand/capturePage.ts';
import { extractBrand } from '../../src/media/brand/extractBrand.ts';
import { layoutFeatureNames } from '../../src/media/brand/layoutFeatures.ts';
import { typographyFeatureNames } from '../../src/media/brand/typographyFeatures.ts';
import { textFeatures } from '../../src/media/textFeatures.ts';
import { toBase64 } from './toBase64.ts';

export interface ExportedFeatures {
  readonly colors: number;
  readonly sentences: number;
  /** f32 in base64: colours [n, 8], typography [64], layout [128], text [n, 768]. */
  readonly features: string;
}

export type ExportedBrand = Omit<GeneratedBrand, 'html' | 'css'> & ExportedFeatures;

export interface ExportedLines {
  readonly lines: readonly CopyLine[];
  /** f32 [lines, 768] in base64. */
  readonly features: string;
}

export interface AnalyzedBrand {
  readonly tone: BrandTone;
  readonly consistency: number;
  readonly ms: number;
}

/** What scripts ask of this page: `window.halftoneBrands`. */
export interface HalftoneBrands {
  /** What each feature is, by index. */
  readonly names: { readonly typography: readonly string[]; readonly layout: readonly string[] };
  generate(seed: number, split: Split): GeneratedBrand;
  /** Renders a generated page and reads it as `analyze` does. */
  features(seed: number, split: Split): Promise<ExportedBrand>;
  featuresOf(html: string, css: string | undefined): Promise<ExportedFeatures>;
  /** The features of every line of the corpus and of sentences made from its templates. */
  lines(split: Split, composed: number): Promise<ExportedLines>;
  /** Loads the model that `analyze` uses; resolves to the precision it runs in. */
  load(source: string, precision: Precision): Promise<Precision>;
  analyze(input: BrandInput): Promise<AnalyzedBrand>;
}

let loaded: BrandkitModel | undefined;

window.halftoneBrands = {
  names: { typography: typographyFeatureNames, layout: layoutFeatureNames },
  generate: generateBrand,

  async features(seed, split) {
    const { html, css, ...labels } = generateBrand(seed, split);
    return { ...labels, ...(await readFeatures(html, css)) };
  },

  featuresOf: readFeatures,

  async lines(split, composed) {
    const lines = copyLines(split, composed);
    const features = lines.map(({ text }) => textFeatures(text).slice());
    return { lines, features: await toBase64(new Blob(features)) };
  },

  async load(source, precision) {
    const engine = await createEngine();
    loaded = await engine.load('brandkit', { source: new URL(source, document.baseURI).href, precision });
    return loaded.precision;
  },

  async analyze(input) {
    if (!loaded) throw new Error('load() comes first.');
    const started = performance.now();
    const { tone, consistency } = await loaded.analyze(input);
    return { tone: tone.label, consistency, ms: performance.now() - started };
  },
};

async function readFeatures(html: string, css: string | undefined): Promise<ExportedFeatures> {
  const { features, sentences } = extractBrand({ page: await capturePage(html, css, undefined) });
  const parts = [features.colors, features.typography, features.layout, features.text].map((part) => part.slice());
  return {
    colors: features.colors.length / 8,
    sentences: sentences.length,
    features: await toBase64(new Blob(parts)),
  };
}
