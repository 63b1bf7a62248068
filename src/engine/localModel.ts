import { EngineError, throwIfAborted } from '../core/errors.ts';
import { parameterCount, weightBytes } from '../nn/weightSpec.ts';
import type { CheckpointSource } from '../storage/source.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { weightsMissing } from '../variants/describe.ts';
import type { VariantName } from '../variants/published.ts';
import type {
  BrandkitModel,
  ChatMessage,
  DeepSeekModel,
  ForwardOptions,
  GenerateOptions,
  Generation,
  Model,
  ModelByVariant,
  ModelMetrics,
  ViralClipperModel,
  WarmUpTimes,
} from './api.ts';
import { loadTokenizer } from './chat.ts';
import { checkNames } from './flags.ts';
import { decoderOf, startGeneration } from './generation.ts';
import type { ModelCore } from './modelCore.ts';
import { SequenceCache } from './tokenStream.ts';
import { profileDecode, warmUpModel } from './warmUp.ts';

/** What every variant does, in the thread where the GPU is. */
abstract class LocalModel implements Model {
  abstract readonly variant: VariantName;
  readonly parameters: number;
  readonly precision: Model['precision'];
  readonly config: Model['config'];
  protected readonly core: ModelCore;
  /** What decodes from this model's KV cache. */
  protected readonly cache = new SequenceCache();
  #gpuTimeMs: Record<string, number> = {};

  constructor(core: ModelCore) {
    this.core = core;
    const { description, format } = core.setup;
    this.parameters = parameterCount(description.specs);
    this.precision = format;
    this.config = description.json;
  }

  async forward(
    hiddenStates: Float32Array,
    shape: readonly [number, number, number],
    options: ForwardOptions = {},
  ): Promise<Float32Array> {
    checkNames(options, ['mask', 'maskShape', 'causal', 'transfer', 'signal'], 'forward');
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => {
        if (runtime.kind === 'trunk') return runtime.trunk.forward(hiddenStates, shape, options);
        if (options.mask || options.maskShape || options.causal === false) {
          throw new EngineError(
            'not-supported',
            "This checkpoint's decoder is causal and takes no mask.",
            'Leave mask, maskShape and causal out.',
          );
        }
        this.cache.clear();
        return runtime.decoder.forward(hiddenStates, shape, options.signal);
      }),
    );
  }

  warmUp(): Promise<WarmUpTimes> {
    return this.core.exclusive(() =>
      this.core.retrying(async (runtime) => {
        this.cache.clear();
        const times = await warmUpModel(runtime);
        this.#gpuTimeMs = await profileDecode(runtime);
        return times;
      }),
    );
  }

  metrics(): Promise<ModelMetrics> {
    const { runtime, setup } = this.core;
    const { specs } = setup.description;
    const f32 = weightBytes(specs, 'f32');
    return Promise.resolve({
      parameters: this.parameters,
      precision: this.precision,
      sizeBytes: { f32, f16: weightBytes(specs, 'f16') },
      flags: setup.flags,
      memory: runtime.gpu.pool.ledger(),
      cache: this.cache.stats,
      flops: runtime.kind === 'trunk' ? runtime.trunk.lastFlops : runtime.decoder.lastFlops,
      gpuTimeMs: this.#gpuTimeMs,
    });
  }

  dispose(): Promise<void> {
    return this.core.dispose();
  }
}

class LocalDeepSeek extends LocalModel implements DeepSeekModel {
  readonly variant = 'deepseek';
  readonly #files: CheckpointSource | undefined;
  #tokenizer: Promise<Tokenizer | undefined> | undefined;

  constructor(core: ModelCore, files: CheckpointSource | undefined) {
    super(core);
    this.#files = files;
  }

  generate(prompt: string | readonly ChatMessage[], options: GenerateOptions = {}): Generation {
    return startGeneration(
      { core: this.core, cache: this.cache, tokenizer: () => this.#requireTokenizer() },
      prompt,
      options,
    );
  }

  async logits(
    tokenIds: readonly number[] | Uint32Array,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    checkNames(options, ['signal'], 'logits');
    this.#requireDecoder();
    const tokens = Array.from(tokenIds);
    return this.core.exclusive(() =>
      this.core.retrying((runtime) => {
        throwIfAborted(options.signal);
        const decoder = decoderOf(this.core);
        checkTokens(tokens, decoder.config.vocab, decoder.capacity);
        // Its keys overwrite those of the last generation.
        this.cache.clear();
        return runtime.kind === 'decoder'
          ? runtime.decoder.logits(tokens, options.signal)
          : decoder.logits(tokens, options.signal);
      }),
    );
  }

  #requireDecoder(): void {
    if (this.core.setup.description.kind !== 'decoder') throw weightsMissing('deepseek', this.core.setup.tensorNames);
  }

  async #requireTokenizer(): Promise<Tokenizer> {
    this.#requireDecoder();
    const files = this.#files;
    if (files) {
      this.#tokenizer ??= loadTokenizer(files, this.config);
      // A failed read is not remembered.
      this.#tokenizer.catch(() => (this.#tokenizer = undefined));
    }
    const tokenizer = await this.#tokenizer;
    if (tokenizer) return tokenizer;
    throw new EngineError(
      'tokenizer-missing',
      'The checkpoint has no tokenizer.json.',
      'Put its tokenizer.json and tokenizer_config.json beside config.json.',
    );
  }
}

function checkTokens(tokens: readonly number[], vocab: number, capacity: number): void {
  if (tokens.length === 0) throw new EngineError('empty-input', 'There are no token ids.', 'Pass at least one.');
  if (tokens.length > capacity) {
    throw new EngineError(
      'input-too-long',
      `${tokens.length} tokens do not fit the context of ${capacity}.`,
      'Pass fewer, or load with a larger contextLength.',
    );
  }
  const bad = tokens.findIndex((token) => !Number.isSafeInteger(token) || token < 0 || token >= vocab);
  if (bad >= 0)
    throw new EngineError(
      'invalid-token',
      `Token ${bad} is ${tokens[bad]}.`,
      `Ids are whole numbers from 0 to ${vocab - 1}.`,
    );
}

class LocalViralClipper extends LocalModel implements ViralClipperModel {
  readonly variant = 'viral-clipper';

  clip(): AsyncIterable<never> {
    return rejecting(weightsMissing('viral-clipper', this.core.setup.tensorNames));
  }
}

class LocalBrandkit extends LocalModel implements BrandkitModel {
  readonly variant = 'brandkit';

  analyze(): Promise<never> {
    return Promise.reject(weightsMissing('brandkit', this.core.setup.tensorNames));
  }
}

/** An iterable that has only an error to tell. */
function rejecting(error: EngineError): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

/** The variant's own class over a core. */
export function createLocalModel(core: ModelCore, files: CheckpointSource | undefined): ModelByVariant[VariantName] {
  switch (core.setup.description.variant) {
    case 'deepseek':
      return new LocalDeepSeek(core, files);
    case 'viral-clipper':
      return new LocalViralClipper(core);
    case 'brandkit':
      return new LocalBrandkit(core);
  }
}
