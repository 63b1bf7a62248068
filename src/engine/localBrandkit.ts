import { weightsMissing } from '../variants/describe.ts';
import type {
  AnalyzeOptions,
  BrandFeatures,
  BrandInput,
  BrandKit,
  BrandKitData,
  BrandkitModel,
  BrandScores,
  ModelMetrics,
} from './api.ts';
import { analyzeBrand } from './brand/analyzeBrand.ts';
import { checkBrandInput } from './brand/brandInput.ts';
import { createBrandKit } from './brand/brandKit.ts';
import { type DocumentSide, ownDocument } from './brand/documentSide.ts';
import { LocalModel } from './localModel.ts';
import { Memo } from './memo.ts';
import type { ModelCore } from './modelCore.ts';
import { brandNetwork } from './networks.ts';

/** Tokens of a brand that are no sentences, at most: twelve colours, typography, layout. */
const visualTokens = 14;

/** Brandkit in the thread where the GPU is. */
export class LocalBrandkit extends LocalModel implements BrandkitModel {
  readonly variant = 'brandkit';
  readonly #memo: Memo<BrandKitData> | undefined;

  constructor(core: ModelCore) {
    super(core);
    const { caching } = core.setup;
    this.#memo = caching && new Memo(caching.results);
  }

  /** `documentSide`: who renders html and SVG; this thread, unless it is a worker. */
  async analyze(input: BrandInput, options: AnalyzeOptions = {}, documentSide?: DocumentSide): Promise<BrandKit> {
    const { description, tensorNames, media, format } = this.core.setup;
    if (description.kind !== 'brand') throw weightsMissing(description, tensorNames);
    this.core.requireAlive();
    checkBrandInput(input, options);
    const kit = await analyzeBrand(input, options, {
      media,
      documentSide: documentSide ?? ownDocument(media, options.signal),
      score: (features, signal) => this.scoreFeatures(features, signal),
      maxSentences: Math.max(1, description.config.maxSeq - visualTokens),
      modelIdentity: JSON.stringify([description.json, format]),
      memo: this.#memo?.of(this.core.runtime),
    });
    return createBrandKit(kit);
  }

  /** What the network makes of features. @throws EngineError weights-missing, invalid-shape, input-too-long, aborted */
  scoreFeatures(features: BrandFeatures, signal?: AbortSignal): Promise<BrandScores> {
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => brandNetwork(this.core, runtime).score(features, signal)),
    );
  }

  /** Brands that were remembered, and that were not. */
  protected override get cacheStats(): ModelMetrics['cache'] {
    return this.#memo?.stats ?? super.cacheStats;
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    this.#memo?.clear();
  }
}
