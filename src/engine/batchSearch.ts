import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { BatchSizeResult, BatchThroughput } from './api.ts';

/** What can be run in batches of different sizes. */
export interface BatchProbe {
  readonly item: BatchSizeResult['item'];
  /** Items at once that the device's bindings allow. */
  readonly most: number;
  /** One batch's buffers serve a smaller one, too. */
  readonly nested: boolean;
  /** GPU memory beside what is in use before the search: while it runs, and at the peak of getting there. */
  bytes(batch: number): Promise<{ readonly heldBytes: number; readonly peakBytes: number }>;
  /** Takes what a batch needs; `beside` stays ready. @throws EngineError out-of-memory */
  prepare(batch: number, beside: number | undefined): Promise<void>;
  /** Runs a prepared batch once; returns the items that were done. */
  run(batch: number, signal: AbortSignal | undefined): Promise<number>;
}

export interface BatchRoom {
  /** GPU memory in use before the search. */
  readonly inUseBytes: number;
  /** What a budget leaves beside that, at any moment. */
  readonly peakBytes: number;
  /** What may be held beside that for long. */
  readonly heldBytes: number;
}

export interface BatchSearchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Time that the search takes at most, but for the run that is under way. */
  readonly budgetMs?: number;
  /** Milliseconds. */
  readonly now?: () => number;
}

const defaultBudgetMs = 10_000;
/** Runs of each size, each beside one of the best so far. */
const pairs = 3;
/** Gain over the best so far that is worth twice the memory and the latency. */
const worthwhile = 1.05;
/** Sizes in a row without such a gain behind which none is expected: a single one may lie where a kernel changes. */
const mostInVain = 2;

interface Best {
  readonly batch: number;
  readonly bytes: number;
}

/**
 * Doubles the batch until memory or the device has no room for the next, throughput grows no more, or time is up. Sizes are compared in
 * alternating runs, by the median of the ratios, so that a machine that slows down meanwhile slows both.
 * @throws EngineError out-of-memory where not even one fits; aborted
 */
export async function searchBatchSize(
  probe: BatchProbe,
  room: BatchRoom,
  { signal, budgetMs = defaultBudgetMs, now = () => performance.now() }: BatchSearchOptions,
): Promise<BatchSizeResult> {
  const start = now();
  const throughput: BatchThroughput[] = [];
  let best: Best | undefined;
  let lastRunMs = 0;
  const result = (stoppedBy: BatchSizeResult['stoppedBy']): BatchSizeResult => ({
    batchSize: best?.batch ?? 1,
    item: probe.item,
    throughput,
    stoppedBy,
  });
  const timed = async (batch: number): Promise<{ items: number; ms: number }> => {
    throwIfAborted(signal);
    const begin = now();
    const items = await probe.run(batch, signal);
    return { items, ms: Math.max(now() - begin, 1e-6) };
  };

  let inVain = 0;
  for (let batch = 1; ; batch = Math.min(batch * 2, probe.most)) {
    throwIfAborted(signal);
    const { heldBytes, peakBytes } = await probe.bytes(batch);
    // A first run, and then one pair: five times the last size's at most.
    if (best && now() - start + 5 * lastRunMs > budgetMs) return result('time');
    if (best && (peakBytes > room.peakBytes || heldBytes > room.heldBytes)) return result('memory');
    const rival: Best | undefined =
      best && (probe.nested || best.bytes + peakBytes <= room.peakBytes) ? best : undefined;
    try {
      await probe.prepare(batch, rival?.batch);
      await timed(batch);
    } catch (error) {
      if (best && isOutOfMemory(error)) return result('memory');
      throw error;
    }
    const rates: number[] = [];
    const times: number[] = [];
    const gains: number[] = [];
    for (let pair = 0; pair < pairs && (pair === 0 || now() - start < budgetMs); pair++) {
      const other = rival && (await timed(rival.batch));
      const own = await timed(batch);
      times.push(own.ms);
      rates.push(own.items / own.ms);
      if (other) gains.push(own.items / own.ms / (other.items / other.ms));
    }
    lastRunMs = median(times);
    const rate = 1000 * median(rates);
    const bestRate = throughput.find(({ batchSize }) => batchSize === best?.batch)?.itemsPerSecond;
    const gain = gains.length > 0 ? median(gains) : rate / (bestRate ?? 1e-9);
    // By what it gained, so that the table says the same as the comparison where the machine's speed changes.
    const itemsPerSecond = bestRate === undefined ? rate : bestRate * gain;
    throughput.push({ batchSize: batch, itemsPerSecond, peakBytes: room.inUseBytes + peakBytes });
    inVain = gain >= worthwhile ? 0 : inVain + 1;
    if (inVain === 0) best = { batch, bytes: peakBytes };
    if (inVain === mostInVain) return result('throughput');
    if (batch === probe.most) return result('device');
  }
}

const isOutOfMemory = (error: unknown): boolean => error instanceof EngineError && error.code === 'out-of-memory';

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
