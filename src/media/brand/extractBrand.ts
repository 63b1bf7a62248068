import { textFeatureCount, textFeatures } from '../textFeatures.ts';
import type { BrandFeatures, ContrastPair, Layout, PaletteColor, Typography } from './brandTypes.ts';
import type { Pixels } from './imageColors.ts';
import { imageLayout } from './imageLayout.ts';
import { layoutFeatures } from './layoutFeatures.ts';
import { measurePage } from './pageLayout.ts';
import { paintPage } from './pagePaint.ts';
import type { PageSnapshot } from './pageSnapshot.ts';
import { pageTypography, styleTexts } from './pageTypography.ts';
import { brandPalette } from './palette.ts';
import { brandSentences } from './sentences.ts';
import { typographyFeatures } from './typographyFeatures.ts';

/** What a brand is read from: at least one of them. */
export interface BrandMaterial {
  readonly page?: PageSnapshot | undefined;
  readonly pixels?: Pixels | undefined;
  readonly text?: string | undefined;
}

/** What was found, and the network's view of it. */
export interface ExtractedBrand {
  readonly palette: readonly PaletteColor[];
  readonly contrasts: readonly ContrastPair[];
  readonly typography: Typography;
  readonly layout: Layout;
  readonly sentences: readonly string[];
  readonly features: BrandFeatures;
}

const noLayout: Layout = {
  source: 'none',
  columns: undefined,
  spacingUnitPx: undefined,
  spacingsPx: [],
  radiiPx: [],
  alignment: undefined,
  density: 0,
};

/**
 * Everything that can be read without a network. Pure: the same material gives the same result anywhere. Type and layout are the page's where there is
 * one, else the image's; colours are those of both.
 */
export function extractBrand(material: BrandMaterial, maxSentences?: number): ExtractedBrand {
  const { page, pixels, text } = material;
  const paint = page && paintPage(page);
  const palette = brandPalette(paint, pixels);
  const texts = page && paint ? styleTexts(page, paint) : [];
  const typography = pageTypography(texts);
  const measures = page && { ...measurePage(page, texts), snapshot: page, texts };
  const image = pixels && !page ? imageLayout(pixels) : undefined;
  const layout = measures?.layout ?? image?.layout ?? noLayout;
  const sentences = brandSentences(text, page, maxSentences);
  return {
    palette: palette.colors,
    contrasts: palette.contrasts,
    typography,
    layout,
    sentences,
    features: {
      colors: palette.features,
      typography: typographyFeatures(typography, texts),
      layout: layoutFeatures({ layout, palette, mask: measures?.mask ?? image?.mask, page: measures }),
      text: sentenceFeatures(sentences),
    },
  };
}

/** f32 [sentences, 768]. */
function sentenceFeatures(sentences: readonly string[]): Float32Array {
  const features = new Float32Array(sentences.length * textFeatureCount);
  sentences.forEach((sentence, index) => features.set(textFeatures(sentence), index * textFeatureCount));
  return features;
}
