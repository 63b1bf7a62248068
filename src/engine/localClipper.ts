import { EngineError, internalError } from '../core/errors.ts';
import { weightsMissing } from '../variants/describe.ts';
import type { ClipEvent, ClipFeatures, ClipScores, ViralClipperModel } from './api.ts';
import { checkNames } from './flags.ts';
import { LocalModel } from './localModel.ts';
import { clipNetwork } from './networks.ts';

/** ViralClipper in the thread where the GPU is. */
export class LocalViralClipper extends LocalModel implements ViralClipperModel {
  readonly variant = 'viral-clipper';

  clip(): AsyncIterable<ClipEvent> {
    return rejecting(this.#notYet('clip'));
  }

  async score(
    features: ClipFeatures,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ClipScores> {
    checkNames(options, ['signal'], 'score');
    const [scores] = await this.core.exclusive(() =>
      this.core.retrying((runtime) => clipNetwork(this.core, runtime).score([features], options.signal)),
    );
    if (!scores) throw internalError('One window gave no scores.');
    return scores;
  }

  cut(): Promise<Blob> {
    return Promise.reject(this.#notYet('cut'));
  }

  #notYet(method: string): EngineError {
    const { description, tensorNames } = this.core.setup;
    if (description.kind !== 'clipper') return weightsMissing(description, tensorNames);
    return new EngineError(
      'not-supported',
      `${method}() is not in this version.`,
      'score() works with this checkpoint.',
    );
  }
}

/** An iterable that has only an error to tell. */
function rejecting(error: EngineError): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}
