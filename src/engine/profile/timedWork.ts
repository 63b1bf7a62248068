import type { GpuContext } from '../../gpu/context.ts';
import { type SubmitSpan, Timeline, type TimelineResult } from '../../gpu/timeline.ts';
import type { GpuClock } from '../../gpu/timestamps.ts';

/** Work as an app has it done, timed by whole submits. */
export interface TimedWork {
  readonly timeline: TimelineResult;
  readonly runs: number;
  readonly submits: number;
  readonly wallMs: number;
  /** While the GPU worked on its submits. */
  readonly gpuBusyMs: number;
  /** The part of it that was submitted with this label. */
  readonly only: (label: string, wallMs: number, runs: number) => TimedWork;
}

/** Does `work`, which consists of so many runs, with a timeline. */
export async function timed(gpu: GpuContext, runs: number, work: () => Promise<void>): Promise<TimedWork> {
  const timeline = Timeline.start(gpu);
  try {
    const start = performance.now();
    await work();
    const wallMs = performance.now() - start;
    return timedWork(await timeline.stop(), wallMs, runs);
  } catch (error) {
    timeline.cancel();
    throw error;
  }
}

function timedWork(timeline: TimelineResult, wallMs: number, runs: number, label?: string): TimedWork {
  const submits = timeline.submits.filter((submit) => label === undefined || submit.label === label);
  return {
    timeline,
    runs,
    submits: submits.length,
    wallMs,
    gpuBusyMs: busyMs(submits),
    only: (part, partMs, partRuns) => timedWork(timeline, partMs, partRuns, part),
  };
}

/** Time in which at least one of the submits was being worked on: some GPUs begin one before the last has ended. */
export function busyMs(submits: readonly Pick<SubmitSpan, 'gpu'>[]): number {
  const spans = submits.flatMap(({ gpu }) => gpu ?? []).toSorted((a, b) => a.startMs - b.startMs);
  let busy = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    busy += Math.max(0, span.endMs - Math.max(span.startMs, end));
    end = Math.max(end, span.endMs);
  }
  return busy;
}

/** What the clock is, from what several looks at it showed: the finest step is the true one. */
export function clockOfTimelines(clocks: readonly GpuClock[]): GpuClock {
  const known = clocks.filter(({ resolutionMs }) => resolutionMs > 0);
  return known.reduce(
    (a, b) => (b.resolutionMs < a.resolutionMs ? b : a),
    known[0] ?? { resolutionMs: 0, coarse: true },
  );
}
