import type { EngineError } from '../core/errors.ts';
import { weightsMissing } from '../variants/describe.ts';
import type { ClipEvent, ClipScores, ViralClipperModel } from './api.ts';
import { LocalModel } from './localModel.ts';

/** ViralClipper in the thread where the GPU is. */
export class LocalViralClipper extends LocalModel implements ViralClipperModel {
  readonly variant = 'viral-clipper';

  clip(): AsyncIterable<ClipEvent> {
    return rejecting(weightsMissing('viral-clipper', this.core.setup.tensorNames));
  }

  score(): Promise<ClipScores> {
    return Promise.reject(weightsMissing('viral-clipper', this.core.setup.tensorNames));
  }

  cut(): Promise<Blob> {
    return Promise.reject(weightsMissing('viral-clipper', this.core.setup.tensorNames));
  }
}

/** An iterable that has only an error to tell. */
function rejecting(error: EngineError): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}
