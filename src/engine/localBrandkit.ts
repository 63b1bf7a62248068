import { weightsMissing } from '../variants/describe.ts';
import type { BrandKit, BrandkitModel } from './api.ts';
import { LocalModel } from './localModel.ts';

/** Brandkit in the thread where the GPU is. */
export class LocalBrandkit extends LocalModel implements BrandkitModel {
  readonly variant = 'brandkit';

  analyze(): Promise<BrandKit> {
    return Promise.reject(weightsMissing('brandkit', this.core.setup.tensorNames));
  }
}
