import { throwIfAborted } from '../../core/errors.ts';
import type { AblationTask } from '../ablationApi.ts';
import type { Model } from '../api.ts';
import { LocalBrandkit } from '../localBrandkit.ts';
import { LocalDeepSeek } from '../localDeepSeek.ts';
import type { LocalModel } from '../localModel.ts';
import { LocalViralClipper } from '../localClipper.ts';

/** Milliseconds of each task of one round. */
export type RoundTimes = ReadonlyMap<AblationTask, number>;

export interface WorkloadSize {
  readonly seq: number;
  readonly tokens: number;
}

/** What a model is put to in an ablation. Equal rounds are equal work, on whichever model. */
export interface Workload {
  readonly size: WorkloadSize;
  readonly round: (round: number, signal: AbortSignal | undefined) => Promise<RoundTimes>;
  /** What the model makes of a fixed input. */
  readonly output: (signal: AbortSignal | undefined) => Promise<Float32Array>;
}

const defaultSeq = 64;
const defaultTokens = 24;
const generationsAtOnce = 3;
const forwardsAtOnce = 4;
/** Tokens whose logits are compared: a vocabulary's worth each. */
const comparedTokens = 16;

/** The work for a model: generation for one that generates, else its forwards and what is around the trunk. */
export function workloadFor(
  model: Model & LocalModel,
  wanted: { readonly seq?: number | undefined; readonly tokens?: number | undefined },
): Workload {
  const { kind, context } = model;
  if (kind === 'decoder' && model instanceof LocalDeepSeek) {
    const tokens = Math.max(1, Math.min(wanted.tokens ?? defaultTokens, context - 1));
    return generationWorkload(model, { seq: Math.min(wanted.seq ?? defaultSeq, context - tokens), tokens });
  }
  return networkWorkload(model, { seq: Math.min(wanted.seq ?? defaultSeq, context), tokens: 0 });
}

/** Times work that tells no time of its own. */
class Stopwatch {
  readonly times = new Map<AblationTask, number>();

  async time<T>(task: AblationTask, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.times.set(task, performance.now() - start);
    return result;
  }
}

function generationWorkload(model: LocalDeepSeek, size: WorkloadSize): Workload {
  const { seq, tokens } = size;
  const vocab = Number(model.config['vocab_size']);
  const prompt = (seed: number): number[] => Array.from(uniform(seq, seed), (value) => Math.floor(value * vocab));
  return {
    size,
    round: async (round, signal) => {
      const watch = new Stopwatch();
      const first = round * (1 + generationsAtOnce);
      const answer = await model.continueTokens(prompt(first), tokens, signal);
      watch.times.set('firstToken', answer.firstTokenMs);
      if (tokens > 1) watch.times.set('decode', answer.decodeMs / (tokens - 1));
      const again = await model.continueTokens(prompt(first), 1, signal);
      watch.times.set('repeatedFirstToken', again.firstTokenMs);
      await watch.time('generations', () =>
        Promise.all(
          Array.from({ length: generationsAtOnce }, (_, index) =>
            model.continueTokens(prompt(first + 1 + index), tokens, signal),
          ),
        ),
      );
      return watch.times;
    },
    output: async (signal) => model.logits(prompt(0).slice(0, comparedTokens), signal ? { signal } : {}),
  };
}

function networkWorkload(model: Model & LocalModel, size: WorkloadSize): Workload {
  const { seq } = size;
  const hidden = Number(model.config['hidden_size']);
  const input = (seed: number): Float32Array =>
    Float32Array.from(uniform(seq * hidden, seed), (value) => 2 * value - 1);
  const forward = (x: Float32Array, signal: AbortSignal | undefined): Promise<Float32Array> =>
    model.forward(x, [1, seq, hidden], { signal });
  return {
    size,
    round: async (round, signal) => {
      const watch = new Stopwatch();
      const first = 1 + round * forwardsAtOnce;
      await watch.time('forward', () => forward(input(first), signal));
      await watch.time('repeatedForward', () => forward(input(first), signal));
      const inputs = Array.from({ length: forwardsAtOnce }, (_, index) => input(first + index));
      await watch.time('forwards', () => Promise.all(inputs.map((x) => forward(x, signal))));
      throwIfAborted(signal);
      await aroundTrunk(model, round, seq, watch, signal);
      return watch.times;
    },
    output: (signal) => forward(input(0), signal),
  };
}

/** What a whole network does beside its trunk. */
async function aroundTrunk(
  model: LocalModel,
  round: number,
  seq: number,
  watch: Stopwatch,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (model.kind === 'clipper' && model instanceof LocalViralClipper) {
    const width = (name: string, standard: number): number => Number(model.config[name] ?? standard);
    const features = {
      visual: Float32Array.from(uniform(seq * width('visual_size', 2048), 2 * round)),
      audio: Float32Array.from(uniform(seq * width('audio_size', 512), 2 * round + 1)),
    };
    await watch.time('score', () => model.score(features, { signal }));
    await watch.time('repeatedScore', () => model.score(features, { signal }));
  }
  if (model.kind === 'brand' && model instanceof LocalBrandkit) {
    const text = `${round} reasons to order today. Calm colours, clear words. Our workshop opens at ${round} sharp.`;
    const analyze = () => model.analyze({ text }, signal ? { signal } : {});
    await watch.time('analyze', analyze);
    await watch.time('repeatedAnalyze', analyze);
  }
}

/** `count` numbers from 0 to 1, the same for the same seed (mulberry32). */
function* uniform(count: number, seed: number): Generator<number, void, undefined> {
  let state = (seed * 0x9e3779b1) >>> 0;
  for (let index = 0; index < count; index++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
