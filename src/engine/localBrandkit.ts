import { EngineError } from '../core/errors.ts';
import { weightsMissing } from '../variants/describe.ts';
import type { BrandFeatures, BrandKit, BrandkitModel, BrandScores } from './api.ts';
import { LocalModel } from './localModel.ts';
import { brandNetwork } from './networks.ts';

/** Brandkit in the thread where the GPU is. */
export class LocalBrandkit extends LocalModel implements BrandkitModel {
  readonly variant = 'brandkit';

  analyze(): Promise<BrandKit> {
    const { description, tensorNames } = this.core.setup;
    if (description.kind !== 'brand') return Promise.reject(weightsMissing(description, tensorNames));
    const remedy = 'forward() works with this checkpoint.';
    return Promise.reject(new EngineError('not-supported', 'analyze() is not in this version.', remedy));
  }

  /** What the network makes of features. @throws EngineError weights-missing, invalid-shape, input-too-long, aborted */
  scoreFeatures(features: BrandFeatures, signal?: AbortSignal): Promise<BrandScores> {
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => brandNetwork(this.core, runtime).score(features, signal)),
    );
  }
}
