import { EngineError, internalError, throwIfAborted } from '../core/errors.ts';
import type { ClipConfig } from '../nn/clipConfig.ts';
import { weightsMissing } from '../variants/describe.ts';
import type {
  ClipEvent,
  ClipFeatures,
  ClipOptions,
  ClipScores,
  CutOptions,
  TimeRange,
  ViralClipperModel,
} from './api.ts';
import { checkClip, checkCut } from './clip/clipOptions.ts';
import { clipStream } from './clip/clipStream.ts';
import { planWindows } from './clip/windows.ts';
import { checkNames } from './flags.ts';
import { LocalModel } from './localModel.ts';
import { clipNetwork } from './networks.ts';

/** ViralClipper in the thread where the GPU is. */
export class LocalViralClipper extends LocalModel implements ViralClipperModel {
  readonly variant = 'viral-clipper';

  /** The GPU is taken for one window at a time; other calls on the model come between. */
  async *clip(video: Blob | string, options: ClipOptions = {}): AsyncGenerator<ClipEvent, void, undefined> {
    const { description, tensorNames } = this.core.setup;
    if (description.kind !== 'clipper') throw weightsMissing(description, tensorNames);
    checkClip(video, options);
    throwIfAborted(options.signal);
    const media = await this.core.setup.media();
    checkWidths(description.config, media.featureWidths);
    yield* clipStream(video, options, {
      media,
      score: (windows, signal) => this.#scoreWindows(windows, signal),
      windows: planWindows(description.config.maxSeq),
    });
  }

  async score(
    features: ClipFeatures,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ClipScores> {
    checkNames(options, ['signal'], 'score');
    const [scores] = await this.#scoreWindows([features], options.signal);
    if (!scores) throw internalError('One window gave no scores.');
    return scores;
  }

  async cut(video: Blob | string, range: TimeRange, options: CutOptions = {}): Promise<Blob> {
    checkNames(options, ['signal'], 'cut');
    checkCut(video, range);
    throwIfAborted(options.signal);
    const { cutVideo } = await this.core.setup.media();
    return cutVideo(video, range, options.signal);
  }

  #scoreWindows(windows: readonly ClipFeatures[], signal: AbortSignal | undefined): Promise<ClipScores[]> {
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => clipNetwork(this.core, runtime).score(windows, signal)),
    );
  }
}

/** A network made for another extractor cannot be fed by this one. */
function checkWidths({ widths }: ClipConfig, own: ClipConfig['widths']): void {
  for (const [modality, width] of Object.entries(widths)) {
    const ours = own[modality as keyof ClipConfig['widths']];
    if (width === ours) continue;
    throw new EngineError(
      'not-supported',
      `This checkpoint takes ${width} ${modality} features a step; clip() makes ${ours}.`,
      'Extract the features that it was trained on and call score().',
    );
  }
}
