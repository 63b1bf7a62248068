import { EngineError, throwIfAborted } from '../core/errors.ts';
import { StopMatcher } from '../text/stopSequences.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { ChatMessage, GeneratedPart, GenerateOptions, Generation, GenerationResult } from './api.ts';
import { Channel, withResult } from './channel.ts';
import { checkGenerateOptions, encodePrompt } from './chat.ts';
import type { ModelCore } from './modelCore.ts';
import { decoderOf, type Scheduler } from './scheduler.ts';

export interface Generator {
  readonly core: ModelCore;
  readonly scheduler: Scheduler;
  /** @throws EngineError weights-missing, tokenizer-missing */
  readonly tokenizer: () => Promise<Tokenizer>;
}

/** Starts a generation; its parts come through the returned iterable. */
export function startGeneration(
  generator: Generator,
  prompt: string | readonly ChatMessage[],
  options: GenerateOptions,
): Generation & AsyncIterableIterator<GeneratedPart> {
  const stop = new AbortController();
  const forward = (): void => stop.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', forward, { once: true });
  if (options.signal?.aborted) forward();
  const channel = new Channel<GeneratedPart>(() => stop.abort());
  const filling = run(generator, prompt, { ...options, signal: stop.signal }, (part) => channel.push(part));
  return withResult(
    channel,
    filling.finally(() => options.signal?.removeEventListener('abort', forward)),
  );
}

async function run(
  generator: Generator,
  prompt: string | readonly ChatMessage[],
  options: GenerateOptions,
  emit: (part: GeneratedPart) => void,
): Promise<GenerationResult> {
  checkGenerateOptions(options);
  const tokenizer = await generator.tokenizer();
  const promptTokens = encodePrompt(tokenizer, prompt);
  throwIfAborted(options.signal);
  checkLength(promptTokens.length, decoderOf(generator.core).capacity);
  return generate(generator.scheduler, tokenizer, promptTokens, options, emit);
}

/** Queues the sequence and writes its tokens as text while they come. */
async function generate(
  scheduler: Scheduler,
  tokenizer: Tokenizer,
  promptTokens: readonly number[],
  options: GenerateOptions,
  emit: (part: GeneratedPart) => void,
): Promise<GenerationResult> {
  const { eosTokenIds } = tokenizer;
  const writer = new AnswerWriter(tokenizer, options.stop ?? [], emit);
  let cachedTokens: number | undefined;
  let start = performance.now();
  let firstTokenMs = 0;
  let completionTokens = 0;
  let finishReason: GenerationResult['finishReason'] = 'length';
  await new Promise<void>((resolve, reject) => {
    scheduler.add({
      tokens: [...promptTokens],
      maxLength: promptTokens.length + (options.maxTokens ?? Number.POSITIVE_INFINITY),
      options,
      eosTokenIds,
      onStart: (cached) => {
        // A second start comes after a lost device: the answer goes on, and its times with it.
        if (cachedTokens === undefined) start = performance.now();
        cachedTokens ??= cached;
      },
      onToken: (tokenId) => {
        firstTokenMs ||= performance.now() - start;
        const ended = eosTokenIds.has(tokenId);
        if (!ended) completionTokens++;
        const stopped = ended || writer.write(tokenId);
        if (stopped) finishReason = 'stop';
        return stopped;
      },
      onEnd: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
  writer.flush();
  const decodeMs = performance.now() - start - firstTokenMs;
  return {
    text: writer.text,
    finishReason,
    usage: { promptTokens: promptTokens.length, completionTokens, cachedTokens: cachedTokens ?? 0 },
    timings: {
      prefillMs: firstTokenMs,
      firstTokenMs,
      decodeMs,
      // The first token is the prefill's.
      tokensPerSecond: decodeMs > 0 ? (Math.max(0, completionTokens - 1) * 1000) / decodeMs : 0,
    },
  };
}

function checkLength(promptLength: number, capacity: number): void {
  if (promptLength < capacity) return;
  throw new EngineError(
    'input-too-long',
    `The prompt has ${promptLength} tokens; the context holds ${capacity}, the answer included.`,
    'Shorten it, or load with a larger contextLength.',
  );
}

/** Token ids become final text, which stop sequences may end. */
class AnswerWriter {
  readonly #decoder;
  readonly #matcher: StopMatcher;
  readonly #emit: (part: GeneratedPart) => void;
  readonly #tokenizer: Tokenizer;
  #lastToken = 0;
  #stopped = false;
  text = '';

  constructor(tokenizer: Tokenizer, stops: readonly string[], emit: (part: GeneratedPart) => void) {
    this.#tokenizer = tokenizer;
    this.#decoder = this.#tokenizer.createStreamDecoder({ skipSpecialTokens: true });
    this.#matcher = new StopMatcher(stops);
    this.#emit = emit;
  }

  /** True when a stop sequence has ended the answer. */
  write(tokenId: number): boolean {
    this.#lastToken = tokenId;
    const { emit, stopped } = this.#matcher.push(this.#decoder.push(tokenId));
    this.#stopped = stopped;
    this.#send(emit);
    return stopped;
  }

  /** What was held back because it might have become a character or a stop sequence. */
  flush(): void {
    if (this.#stopped) return;
    const { emit, stopped } = this.#matcher.push(this.#decoder.flush());
    const rest = emit + (stopped ? '' : this.#matcher.flush());
    if (rest !== '') this.#send(rest);
  }

  #send(text: string): void {
    this.text += text;
    this.#emit({ text, tokenId: this.#lastToken });
  }
}
