import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { CheckpointSource } from '../storage/source.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { weightsMissing } from '../variants/describe.ts';
import type { ChatMessage, DeepSeekModel, GenerateOptions, Generation, ModelMetrics } from './api.ts';
import { loadTokenizer } from './chat.ts';
import { checkNames } from './flags.ts';
import { startGeneration } from './generation.ts';
import { LocalModel } from './localModel.ts';
import type { ModelCore } from './modelCore.ts';
import { decoderOf, Scheduler } from './scheduler.ts';

/** DeepSeek in the thread where the GPU is. */
export class LocalDeepSeek extends LocalModel implements DeepSeekModel {
  readonly variant = 'deepseek';
  readonly #files: CheckpointSource | undefined;
  readonly #scheduler: Scheduler;
  #tokenizer: Promise<Tokenizer | undefined> | undefined;

  constructor(core: ModelCore, files: CheckpointSource | undefined) {
    super(core);
    this.#files = files;
    this.#scheduler = new Scheduler(core);
  }

  protected override get cacheStats(): ModelMetrics['cache'] {
    return this.#scheduler.table.stats;
  }

  protected override forgetCache(): void {
    this.#scheduler.table.clear();
  }

  generate(prompt: string | readonly ChatMessage[], options: GenerateOptions = {}): Generation {
    return startGeneration(
      { core: this.core, scheduler: this.#scheduler, tokenizer: () => this.#requireTokenizer() },
      prompt,
      options,
    );
  }

  /** Continues token ids greedily by exactly `count` tokens, through the queue as `generate` does, without text. */
  async continueTokens(
    promptTokens: readonly number[],
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly firstTokenMs: number; readonly decodeMs: number }> {
    const start = performance.now();
    let firstTokenMs = 0;
    await new Promise<void>((resolve, reject) => {
      this.#scheduler.add({
        tokens: [...promptTokens],
        maxLength: promptTokens.length + count,
        options: { signal },
        eosTokenIds: new Set(),
        onToken: () => {
          firstTokenMs ||= performance.now() - start;
          return false;
        },
        onEnd: (error) => (error === undefined ? resolve() : reject(error)),
      });
    });
    return { firstTokenMs, decodeMs: performance.now() - start - firstTokenMs };
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
        this.#scheduler.table.clear();
        return runtime.kind === 'decoder'
          ? runtime.decoder.logits(tokens, options.signal)
          : decoder.logits(tokens, options.signal);
      }),
    );
  }

  #requireDecoder(): void {
    if (this.core.setup.description.kind !== 'decoder')
      throw weightsMissing(this.core.setup.description, this.core.setup.tensorNames);
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
