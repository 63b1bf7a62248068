import { throwIfAborted } from '../core/errors.ts';
import type { GpuContext } from './context.ts';
import type { Cost } from './kernel.ts';
import type { Plan } from './plan.ts';
import { storageUsage } from './pool.ts';
import { stagesOf } from './stages.ts';
import { clockOf, type GpuClock } from './timestamps.ts';

/** What a pass is for. */
export interface Dispatch {
  readonly kernel: string;
  /** `layers.3.qkv` */
  readonly label: string;
  /** Work done by one run; none where the kernel says nothing of it. */
  readonly cost?: Cost | undefined;
}

export interface KernelTime extends Dispatch {
  readonly ms: number;
}

/** QUERY_RESOLVE beside storage usage. */
const resolveUsage = storageUsage | 0x200;
/** WebGPU allows 4096 timestamps in a set. */
export const mostTimestamps = 4096;

/**
 * GPU time by dispatch: each one in a compute pass of its own with timestamps at both ends. Passes cost time of their
 * own, so a profiled run is slower than a plain one and its sum is no measure of it.
 */
export class Profiler {
  readonly #gpu: GpuContext;
  readonly #querySet: GPUQuerySet;
  readonly #capacity: number;
  readonly #passes: Dispatch[] = [];
  #ticks: readonly bigint[] = [];

  /** At most `capacity` dispatches, and no more than 2048. */
  constructor(gpu: GpuContext, capacity: number) {
    this.#gpu = gpu;
    this.#capacity = Math.min(capacity, mostTimestamps / 2);
    this.#querySet = gpu.device.createQuerySet({ label: 'profiler', type: 'timestamp', count: this.#capacity * 2 });
  }

  beginPass(encoder: GPUCommandEncoder, dispatch: Dispatch): GPUComputePassEncoder {
    const { label } = dispatch;
    const index = this.#passes.length;
    if (index >= this.#capacity) return encoder.beginComputePass({ label });
    this.#passes.push(dispatch);
    return encoder.beginComputePass({
      label,
      timestampWrites: {
        querySet: this.#querySet,
        beginningOfPassWriteIndex: index * 2,
        endOfPassWriteIndex: index * 2 + 1,
      },
    });
  }

  /** Reads the times of what was recorded and submitted; the profiler can be used once. */
  async times(): Promise<KernelTime[]> {
    this.#ticks = await resolveTimestamps(this.#gpu, this.#querySet, this.#passes.length * 2);
    return this.#passes.map((dispatch, index) => ({
      ...dispatch,
      // Nanoseconds; a clock that was reset in between gives nothing rather than something negative.
      ms: Math.max(0, Number((this.#ticks[index * 2 + 1] ?? 0n) - (this.#ticks[index * 2] ?? 0n)) / 1e6),
    }));
  }

  /** What `times()` has read, in nanoseconds. */
  get ticks(): readonly bigint[] {
    return this.#ticks;
  }
}

/** The first `count` timestamps of a set that is not needed any more. */
export async function resolveTimestamps(gpu: GpuContext, querySet: GPUQuerySet, count: number): Promise<bigint[]> {
  if (count === 0) {
    querySet.destroy();
    return [];
  }
  const buffer = await gpu.pool.acquire({
    bytes: count * 8,
    owner: 'profiler',
    label: 'timestamps',
    usage: resolveUsage,
  });
  try {
    await gpu.submit('resolve timestamps', (encoder) => encoder.resolveQuerySet(querySet, 0, count, buffer, 0));
    return [...new BigUint64Array(await gpu.read(buffer, 0, count * 8))];
  } finally {
    gpu.pool.release(buffer);
    querySet.destroy();
  }
}

export interface DispatchTimes {
  /** One for each dispatch, in order: the median of the rounds, or their clipped mean where the clock is coarse. */
  readonly times: readonly KernelTime[];
  readonly rounds: number;
  readonly clock: GpuClock;
}

export interface ProfileRounds {
  /** Exactly so many; default: what `budgetMs` has room for. */
  readonly rounds?: number | undefined;
  /** Puts back what a round moves on. */
  readonly beforeRound?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** Time for the rounds of one profile, and rounds at most with a fine clock and with a coarse one. */
const budgetMs = 600;
const mostRounds = { fine: 11, coarse: 128 } as const;
const leastRounds = 3;

/**
 * Times each dispatch of the plan over several rounds, in stages as it runs; what lies in its buffers is computed on. A
 * coarse clock tells nothing of one dispatch, but its mean over rounds that begin anywhere between two ticks is right.
 */
export async function profilePlan(gpu: GpuContext, plan: Plan, options: ProfileRounds = {}): Promise<DispatchTimes> {
  const rounds: KernelTime[][] = [];
  const ticks: bigint[] = [];
  let start = performance.now();
  // The first round, with cold caches, does not count.
  for (let round = -1; !enough(rounds.length, performance.now() - start, clockOf(ticks), options); round++) {
    throwIfAborted(options.signal);
    options.beforeRound?.();
    const profiler = new Profiler(gpu, plan.dispatches);
    for (const [from, to] of stagesOf(gpu, plan))
      await gpu.submit('profile', (encoder) => plan.encodeSteps(encoder, from, to, profiler));
    const times = await profiler.times();
    ticks.push(...profiler.ticks.slice(0, mostTimestamps - ticks.length));
    if (round < 0) start = performance.now();
    else rounds.push(times);
  }
  const clock = clockOf(ticks);
  const average = clock.coarse ? (values: readonly number[]) => clippedMean(values, clock.resolutionMs) : median;
  const times = (rounds[0] ?? []).map((time, index) => ({
    ...time,
    // As it is now: it may grow.
    cost: time.cost && { flops: time.cost.flops, bytes: time.cost.bytes },
    ms: average(rounds.map((round) => round[index]?.ms ?? 0)),
  }));
  return { times, rounds: rounds.length, clock };
}

function enough(rounds: number, ms: number, { coarse }: GpuClock, options: ProfileRounds): boolean {
  if (options.rounds !== undefined) return rounds >= options.rounds;
  return rounds >= leastRounds && (ms > budgetMs || rounds >= mostRounds[coarse ? 'coarse' : 'fine']);
}

/**
 * The mean of readings that a clock has rounded to multiples of `step`. One that is over two steps from the median was held up by something
 * else and counts as two steps: rounding alone explains no more.
 */
export function clippedMean(values: readonly number[], step: number): number {
  const middle = median(values);
  const clipped = values.map((value) => Math.max(middle - 2 * step, Math.min(middle + 2 * step, value)));
  return clipped.reduce((sum, value) => sum + value, 0) / clipped.length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
