import { abortedError } from '../core/errors.ts';
import { maxEosTokens } from '../kernels/sampling.ts';
import type { Decoder } from '../nn/decoder.ts';
import type { GenerateOptions } from './api.ts';
import type { SlotTable } from './slotTable.ts';

/** A sequence to be continued. */
export interface SequenceTask {
  /** The prompt, and behind it what has been generated. */
  readonly tokens: number[];
  /** Length that `tokens` may have at most. */
  readonly maxLength: number;
  readonly options: GenerateOptions;
  readonly eosTokenIds: ReadonlySet<number>;
  /** It has a slot from now on; so many tokens of its prompt were found computed. */
  readonly onStart?: (cachedTokens: number) => void;
  /** A new token, in `tokens` already; true: no more are wanted. */
  readonly onToken: (tokenId: number) => boolean;
  /** Its end: without an error, it has all it wanted or may have. */
  readonly onEnd: (error?: unknown) => void;
}

interface Sequence {
  readonly task: SequenceTask;
  readonly slot: number;
  /** Tokens that were there when it joined: these are prefilled. */
  readonly prompt: readonly number[];
  /** Position of the token that the next step takes in. */
  next: number;
  ended: boolean;
}

/** Steps in a submit that the GPU works on or has waiting. */
interface Flight {
  readonly sequences: readonly Sequence[];
  readonly data: Promise<ArrayBuffer>;
  /** Tokens that it brings each of them. */
  readonly count: number;
}

export interface BatchSettings {
  /** Several steps in a submit, two submits in flight. */
  readonly overlap: boolean;
}

/** Decode steps in a submit at most, and the time that one submit should take: an abort waits for two of them. */
const maxStepsPerSubmit = 8;
const submitMs = 16;

/**
 * Sequences that decode together: they join and leave between steps, and each gets what it would have got alone. A turn
 * takes one chunk of a joining prompt, so that a long one does not hold up the others, and one submit of steps of all.
 */
export class SequenceBatch {
  readonly #decoder: Decoder;
  readonly #table: SlotTable;
  readonly #settings: BatchSettings;
  readonly #active: Sequence[] = [];
  readonly #flights: Flight[] = [];
  #steps = 1;
  #lastTime = performance.now();

  constructor(decoder: Decoder, table: SlotTable, settings: BatchSettings) {
    this.#decoder = decoder;
    this.#table = table;
    this.#settings = settings;
  }

  get tasks(): readonly SequenceTask[] {
    return this.#active.map(({ task }) => task);
  }

  /** Takes a sequence in; the table must have a free slot. */
  async join(task: SequenceTask): Promise<void> {
    const { options, eosTokenIds, tokens } = task;
    const { slot, reused, copyFrom } = this.#table.take(tokens);
    const sequence: Sequence = { task, slot, prompt: [...tokens], next: reused, ended: false };
    this.#active.push(sequence);
    if (copyFrom !== undefined) await this.#decoder.copyPrefix(copyFrom, slot, reused);
    this.#decoder.setPromptLength(tokens.length);
    this.#decoder.setSampling(slot, samplingOf(options, eosTokenIds));
    task.onStart?.(reused);
  }

  /** One step of everything; resolves when tokens have been handed out, or a prompt has got on. */
  async turn(): Promise<void> {
    for (const sequence of this.#active.filter(({ task }) => task.options.signal?.aborted))
      this.#end(sequence, abortedError(sequence.task.options.signal));
    await this.#prefill();
    const depth = this.#settings.overlap ? 2 : 1;
    while (this.#flights.length < depth && (await this.#submit()));
    const oldest = this.#flights.shift();
    if (oldest) await this.#land(oldest);
  }

  /** Waits for what nobody waits for any more: its buffers are back then. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.#flights.splice(0).map(({ data }) => data));
  }

  /** Gives all sequences up, in the order in which they joined; their tasks have not ended. */
  abandon(): readonly SequenceTask[] {
    for (const { slot } of this.#active) this.#table.release(slot);
    return this.#active.splice(0).map(({ task }) => task);
  }

  /** A chunk of the sequence that has waited longest for its prompt. */
  async #prefill(): Promise<void> {
    const sequence = this.#active.find(({ next, prompt }) => next < prompt.length);
    if (!sequence) return;
    const { slot, prompt, next } = sequence;
    const chunk = prompt.slice(next, next + this.#decoder.chunkRows);
    const last = next + chunk.length === prompt.length;
    await this.#decoder.prefillChunk(slot, chunk, next, last ? 'sample' : 'none');
    sequence.next += chunk.length;
    this.#table.hold(slot, prompt, sequence.next);
    if (last) {
      this.#flights.push({
        ...(await this.#decoder.readToken(slot, prompt.length)),
        sequences: [sequence],
        count: 1,
      });
    } else if (this.#flights.length === 0) {
      // An abort is heard between chunks only if they are not all queued at once.
      await this.#decoder.settle();
    }
  }

  /** Queues steps of all sequences that have room; false when there is none. */
  async #submit(): Promise<boolean> {
    const room = ({ task, next }: Sequence): number => Math.min(task.maxLength, this.#decoder.capacity) - 1 - next;
    const sequences = this.#active.filter((sequence) => sequence.next >= sequence.prompt.length && room(sequence) > 0);
    if (sequences.length === 0) return false;
    const count = Math.min(this.#settings.overlap ? this.#steps : 1, ...sequences.map(room));
    const records = sequences.map(({ slot, next }) => ({ slot, position: next }));
    this.#flights.push({ ...(await this.#decoder.decode(records, count)), sequences, count });
    for (const sequence of sequences) sequence.next += count;
    return true;
  }

  /** Hands the tokens of the oldest submit out. */
  async #land({ sequences, data, count }: Flight): Promise<void> {
    const tokens = new Uint32Array(await data);
    const now = performance.now();
    this.#steps = nextSteps(count, now - this.#lastTime);
    this.#lastTime = now;
    for (const [index, sequence] of sequences.entries()) {
      for (const tokenId of tokens.subarray(index * count, (index + 1) * count)) {
        // What a sequence's steps made behind its end is forgotten.
        if (sequence.ended) break;
        this.#hand(sequence, tokenId);
      }
    }
  }

  #hand(sequence: Sequence, tokenId: number): void {
    const { task, slot } = sequence;
    if (task.options.signal?.aborted) {
      this.#end(sequence, abortedError(task.options.signal));
      return;
    }
    task.tokens.push(tokenId);
    // The last token may not have been taken in.
    this.#table.hold(slot, task.tokens, task.tokens.length - 1);
    const stopped = task.onToken(tokenId);
    if (stopped || task.tokens.length >= Math.min(task.maxLength, this.#decoder.capacity)) this.#end(sequence);
  }

  #end(sequence: Sequence, error?: unknown): void {
    sequence.ended = true;
    this.#active.splice(this.#active.indexOf(sequence), 1);
    this.#table.release(sequence.slot);
    sequence.task.onEnd(error);
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
