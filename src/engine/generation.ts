import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Decoder } from '../nn/decoder.ts';
import { StopMatcher } from '../text/stopSequences.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { ChatMessage, GeneratedPart, GenerateOptions, Generation, GenerationResult } from './api.ts';
import { Channel, withResult } from './channel.ts';
import { checkGenerateOptions, encodePrompt } from './chat.ts';
import { isLoss, type ModelCore } from './modelCore.ts';
import { decodeTokens, type SequenceCache } from './tokenStream.ts';

export interface Generator {
  readonly core: ModelCore;
  readonly cache: SequenceCache;
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
  return generator.core.exclusive(() => generate(generator, tokenizer, promptTokens, options, emit));
}

async function generate(
  generator: Generator,
  tokenizer: Tokenizer,
  promptTokens: readonly number[],
  options: GenerateOptions,
  emit: (part: GeneratedPart) => void,
): Promise<GenerationResult> {
  const start = performance.now();
  const writer = new AnswerWriter(tokenizer, options.stop ?? [], emit);
  const tokens = [...promptTokens];
  let cachedTokens: number | undefined;
  let firstTokenMs = 0;
  let finishReason: GenerationResult['finishReason'] = 'length';
  const left = (): number => (options.maxTokens ?? Number.POSITIVE_INFINITY) - (tokens.length - promptTokens.length);
  for (let losses = 0; ; losses++) {
    try {
      await generator.core.recover();
      const decoder = decoderOf(generator.core);
      checkLength(promptTokens.length, decoder.capacity);
      const steps = decodeTokens(decoder, generator.cache, tokens, {
        options,
        eosTokenIds: tokenizer.eosTokenIds,
        maxTokens: left(),
        overlap: generator.core.setup.flags.computeOverlap,
        caching: generator.core.setup.flags.caching,
      });
      for await (const step of steps) {
        cachedTokens ??= step.cachedTokens;
        firstTokenMs ||= performance.now() - start;
        const ended = tokenizer.eosTokenIds.has(step.tokenId);
        if (!ended) tokens.push(step.tokenId);
        if (ended || writer.write(step.tokenId)) {
          finishReason = 'stop';
          break;
        }
      }
      break;
    } catch (error) {
      // The tokens are here: the next round puts them into a new cache and the answer goes on where it was.
      if (!isLoss(error) || losses >= 3) throw error;
      await generator.core.recoverFromLoss();
    }
  }
  writer.flush();
  const completionTokens = tokens.length - promptTokens.length;
  const totalMs = performance.now() - start;
  const decodeMs = totalMs - firstTokenMs;
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

export function decoderOf(core: ModelCore): Decoder {
  const { runtime } = core;
  if (runtime.kind === 'decoder') return runtime.decoder;
  throw new EngineError('internal', 'A trunk was asked to generate.', 'This is a defect in Halftone.');
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
