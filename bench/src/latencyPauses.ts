import type { GpuContext } from '../../src/gpu/context.ts';
import type { Plan } from '../../src/gpu/plan.ts';
import { Profiler } from '../../src/gpu/profiler.ts';
import type { Trunk } from '../../src/nn/trunk.ts';
import type { Measurement } from './protocol.ts';
import { timed } from './samples.ts';

type Row = Pick<Measurement, 'label' | 'halftoneMs' | 'peerMs'>;

/** Pauses in ms and how many forwards are measured behind one. */
const pauses = [
  { ms: 5, samples: 40 },
  { ms: 100, samples: 12 },
] as const;
/** ms without work, after which GPUs have lowered their clocks, and how often. */
const long = { ms: 2500, times: 2 } as const;
/** Ends of the spans, in ms of work behind the long pause, by which its forwards are told apart. */
const spans = [25, 50, 100, 200, 400, 800] as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** GPU time of the plan in one pass, by timestamps at its ends; none where the device has none. */
async function stamped(gpu: GpuContext, plan: Plan): Promise<readonly number[]> {
  if (!gpu.device.features.has('timestamp-query')) return [];
  const profiler = new Profiler(gpu, 1);
  await gpu.submit('latency', (encoder) => {
    const pass = profiler.beginPass(encoder, { kernel: 'latency', label: 'latency' });
    plan.record(pass);
    pass.end();
  });
  return (await profiler.times()).map(({ ms }) => ms);
}

/**
 * Forwards behind a time without work: at once and, behind a long one, as they become faster while the GPU raises its clocks,
 * which timestamps of the same dispatches tell apart from what the browser takes.
 */
export async function runPauses(
  { gpu, plan, trunk }: { readonly gpu: GpuContext; readonly plan: Plan; readonly trunk: Trunk },
  x: Float32Array,
  runs: number,
): Promise<Row[]> {
  const forward = (): Promise<unknown> => trunk.forward(x, [1, 1, x.length]);
  const rows: Row[] = [];
  for (const { ms, samples } of pauses) {
    const first: number[] = [];
    const second: number[] = [];
    for (let i = 0; i < Math.min(samples, runs); i++) {
      await pause(ms);
      first.push(await timed(forward));
      second.push(await timed(forward));
    }
    rows.push({ label: `first forward behind ${ms} ms without work`, halftoneMs: first, peerMs: [] });
    rows.push({ label: `… the second`, halftoneMs: second, peerMs: [] });
  }
  const forwardMs = spans.map(() => [] as number[]);
  const gpuMs = spans.map(() => [] as number[]);
  for (let time = 0; time < long.times; time++) {
    await pause(long.ms);
    const start = performance.now();
    for (let span = 0; span < spans.length;) {
      forwardMs[span]?.push(await timed(forward));
      forwardMs[span]?.push(await timed(forward));
      forwardMs[span]?.push(await timed(forward));
      gpuMs[span]?.push(...(await stamped(gpu, plan)));
      const now = performance.now() - start;
      while (now > (spans[span] ?? Infinity)) span++;
    }
  }
  for (const [span, end] of spans.entries()) {
    // A slow forward steps over spans.
    if (forwardMs[span]?.length === 0) continue;
    const label = `behind ${long.ms} ms without work, ${spans[span - 1] ?? 0} to ${end} ms of work: forward`;
    rows.push({ label, halftoneMs: forwardMs[span] ?? [], peerMs: [] });
    rows.push({ label: '… on the GPU', halftoneMs: gpuMs[span] ?? [], peerMs: [] });
  }
  return rows;
}
