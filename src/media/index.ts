/**
 * Everything that needs the libraries for media, which an app gets when it first asks for them: see `engine/mediaCode.ts`.
 */
import { audioFeatureCount } from './audioFeatures.ts';
import { engagementFeatureCount } from './engagementFeatures.ts';
import { textFeatureCount } from './textFeatures.ts';
import { visualFeatureCount } from './visualFeatures.ts';

export { StepReader, type StepFeatures, type StepOptions } from './stepReader.ts';
export { cutVideo } from './cutVideo.ts';
export { capturePage } from './brand/capturePage.ts';
export { decodeImage, isSvg, rasterizeSvg } from './brand/decodeImage.ts';
export { extractBrand } from './brand/extractBrand.ts';

/** Features of a step, by modality. */
export const featureWidths = {
  visual: visualFeatureCount,
  audio: audioFeatureCount,
  text: textFeatureCount,
  engagement: engagementFeatureCount,
} as const;
