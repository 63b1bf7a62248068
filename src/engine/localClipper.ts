import { EngineError, internalError, throwIfAborted } from '../core/errors.ts';
import type { ClipConfig } from '../nn/clipConfig.ts';
import { weightsMissing } from '../variants/describe.ts';
import type {
  ClipEvent,
  ClipFeatures,
  ClipOptions,
  ClipScores,
  CutOptions,
  ModelMetrics,
  TimeRange,
  ViralClipperModel,
} from './api.ts';
import { checkClip, checkCut } from './clip/clipOptions.ts';
import { clipStream } from './clip/clipStream.ts';
import { planWindows } from './clip/windows.ts';
import { contentHash } from './contentHash.ts';
import { checkNames } from './flags.ts';
import { LocalModel } from './localModel.ts';
import { Memo } from './memo.ts';
import type { ModelCore } from './modelCore.ts';
import { clipNetwork } from './networks.ts';

/** ViralClipper in the thread where the GPU is. */
export class LocalViralClipper extends LocalModel implements ViralClipperModel {
  readonly variant = 'viral-clipper';
  readonly #memo: Memo<ClipScores> | undefined;

  constructor(core: ModelCore) {
    super(core);
    const { caching } = core.setup;
    this.#memo = caching && new Memo(caching.results);
  }

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
      score: (windows, signal) => this.#remembered(windows, signal),
      windows: planWindows(description.config.maxSeq),
      overlap: this.core.setup.flags.computeOverlap,
    });
  }

  async score(
    features: ClipFeatures,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ClipScores> {
    checkNames(options, ['signal'], 'score');
    const [scores] = await this.#remembered([features], options.signal);
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

  /** Scores windows; those with the features of an earlier one are as they were. */
  async #remembered(windows: readonly ClipFeatures[], signal: AbortSignal | undefined): Promise<ClipScores[]> {
    this.core.requireAlive();
    throwIfAborted(signal);
    const memo = this.#memo?.of(this.core.runtime);
    if (!memo) return this.#scoreWindows(windows, signal);
    const keys = await Promise.all(windows.map(windowHash));
    const known = keys.map((key) => (key === undefined ? undefined : memo.find(key)));
    const missing = windows.filter((_, index) => !known[index]);
    const scored = missing.length > 0 ? await this.#scoreWindows(missing, signal) : [];
    return known.map((scores, index) => {
      if (scores) return structuredClone(scores);
      const fresh = scored.shift();
      if (!fresh) throw internalError('A window has no scores.');
      const key = keys[index];
      if (key !== undefined) memo.keep(key, structuredClone(fresh), bytesOf(fresh));
      return fresh;
    });
  }

  /** Windows that were remembered, and that were not. */
  protected override get cacheStats(): ModelMetrics['cache'] {
    return this.#memo?.stats ?? super.cacheStats;
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    this.#memo?.clear();
  }

  #scoreWindows(windows: readonly ClipFeatures[], signal: AbortSignal | undefined): Promise<ClipScores[]> {
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => clipNetwork(this.core, runtime).score(windows, signal)),
    );
  }
}

/** By its content; undefined for what cannot be scored, which the network refuses by name. */
async function windowHash(window: ClipFeatures): Promise<string | undefined> {
  if (typeof window !== 'object' || window === null) return undefined;
  const { visual, audio, text, engagement } = window;
  const parts = { visual, audio, text, engagement };
  const sound = Object.values(parts).every((part) => part === undefined || part instanceof Float32Array);
  return sound ? contentHash(parts) : undefined;
}

const bytesOf = ({ virality, start, end }: ClipScores): number =>
  virality.byteLength + start.byteLength + end.byteLength;

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
