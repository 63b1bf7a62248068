import { throwIfAborted } from '../core/errors.ts';
import type { Decoder } from '../nn/decoder.ts';
import { maxEosTokens } from '../kernels/sampling.ts';
import type { GenerateOptions } from './api.ts';

/** Which tokens a decoder's cache holds, so that a prompt with the same beginning need not be computed again. */
export class SequenceCache {
  #decoder: Decoder | undefined;
  #tokens: readonly number[] = [];
  #hits = 0;
  #misses = 0;

  get stats(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** Tokens of `prompt` whose keys are there; at least one is left to compute. */
  reusable(decoder: Decoder, prompt: readonly number[]): number {
    let length = 0;
    if (decoder === this.#decoder && decoder.prefixReusable) {
      const most = Math.min(prompt.length - 1, this.#tokens.length);
      while (length < most && this.#tokens[length] === prompt[length]) length++;
    }
    if (length > 0) this.#hits++;
    else this.#misses++;
    return length;
  }

  set(decoder: Decoder, tokens: readonly number[]): void {
    this.#decoder = decoder;
    this.#tokens = tokens;
  }

  clear(): void {
    this.#decoder = undefined;
    this.#tokens = [];
  }
}

/** Decode steps in a submit at most, and the time that one submit should take: an abort waits for two of them. */
const maxStepsPerSubmit = 8;
const submitMs = 16;

/**
 * Puts the prompt into the cache and yields each next token. Two submits are in flight, so that the GPU does not wait for
 * the CPU; a token that comes after the consumer has left was computed for nothing and is forgotten.
 */
export async function* decodeTokens(
  decoder: Decoder,
  cache: SequenceCache,
  prompt: readonly number[],
  settings: {
    readonly options: GenerateOptions;
    readonly eosTokenIds: ReadonlySet<number>;
    readonly maxTokens: number;
    readonly overlap: boolean;
    readonly caching: boolean;
  },
): AsyncGenerator<{ readonly tokenId: number; readonly cachedTokens: number }, void, void> {
  const { options, overlap } = settings;
  const { signal } = options;
  const cachedTokens = settings.caching ? cache.reusable(decoder, prompt) : 0;
  const done = [...prompt];
  // Until this generation has ended, the cache is in no state to be reused.
  cache.clear();
  decoder.setPromptLength(prompt.length);
  decoder.setSampling(samplingOf(options, settings.eosTokenIds));
  await decoder.prefill(prompt.slice(cachedTokens), cachedTokens, 'sample', signal);
  const last = Math.min(prompt.length + settings.maxTokens, decoder.capacity);
  const inFlight: { readonly data: Promise<ArrayBuffer>; readonly count: number }[] = [];
  inFlight.push({ ...(await decoder.readToken(prompt.length)), count: 1 });
  // Position of the token that the next step takes in.
  let next = prompt.length;
  let steps = 1;
  let lastTime = performance.now();
  try {
    for (;;) {
      while (next < last - 1 && inFlight.length < (overlap ? 2 : 1)) {
        const count = Math.min(steps, last - 1 - next);
        inFlight.push({ ...(await decoder.decode(next, count)), count });
        next += count;
      }
      const oldest = inFlight.shift();
      if (!oldest) break;
      const tokens = new Uint32Array(await oldest.data);
      const now = performance.now();
      steps = overlap ? nextSteps(oldest.count, now - lastTime) : 1;
      lastTime = now;
      for (const tokenId of tokens) {
        throwIfAborted(signal);
        done.push(tokenId);
        yield { tokenId, cachedTokens };
      }
    }
  } finally {
    // What is still on its way is nobody's any more, but its buffers must be back before the next one starts.
    await Promise.allSettled(inFlight.map(({ data }) => data));
    // The last token may not have been taken in.
    cache.set(decoder, done.slice(0, -1));
  }
}

/** Steps of the next submit, from how long one step took. */
const nextSteps = (count: number, ms: number): number =>
  Math.max(1, Math.min(maxStepsPerSubmit, Math.floor((submitMs * count) / Math.max(ms, 0.1))));

const samplingOf = (options: GenerateOptions, eosTokenIds: ReadonlySet<number>) => ({
  temperature: options.temperature ?? 0,
  topK: options.topK ?? 0,
  topP: options.topP ?? 1,
  minP: options.minP ?? 0,
  repetitionPenalty: options.repetitionPenalty ?? 1,
  seed: options.seed ?? 0,
  // The GPU stops early at eight of them; the caller looks for all.
  eosTokenIds: [...eosTokenIds].slice(0, maxEosTokens),
});
