import type { MemorySample } from '../../gpu/memoryHistory.ts';
import type { TimelineResult } from '../../gpu/timeline.ts';
import type { KernelProfile, ProfiledRun } from '../profileApi.ts';

/**
 * An event of the Chrome trace-event format: 'X' complete, 'C' counter, 'M' metadata. Times are in µs. Written from the Chromium
 * project's "Trace Event Format" (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
 */
export type TraceEvent =
  | {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: string;
      readonly ts: number;
      readonly dur: number;
      readonly pid: number;
      readonly tid: number;
      readonly args: Readonly<Record<string, string | number>>;
    }
  | {
      readonly ph: 'C';
      readonly name: string;
      readonly ts: number;
      readonly pid: number;
      readonly tid: number;
      readonly args: Readonly<Record<string, number>>;
    }
  | {
      readonly ph: 'M';
      readonly name: 'process_name' | 'thread_name' | 'thread_sort_index';
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string } | { readonly sort_index: number };
    };

/** The format's JSON object: `JSON.stringify` it into a file. */
export interface ChromeTrace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string>>;
}

/** What a trace is made of; times in ms of performance.now(). */
export interface TraceParts {
  readonly timelines: readonly TimelineResult[];
  readonly runs: readonly { readonly run: ProfiledRun; readonly startMs: number }[];
  readonly memory: readonly MemorySample[];
  /** Zero of the samples' times. */
  readonly memoryOriginMs: number;
  /** Adapter, model, … */
  readonly about: Readonly<Record<string, string>>;
}

const pid = 1;
/** Threads of the trace; those behind one are its further lanes, for what overlaps. */
const tracks = { cpu: 10, wait: 20, gpu: 30, profile: 40 } as const;
type Track = keyof typeof tracks;
const trackNames: Readonly<Record<Track, string>> = {
  cpu: 'CPU: record and submit',
  wait: 'CPU: waiting for results',
  gpu: 'GPU: submits, as an app runs them',
  profile: 'GPU: dispatches, each in a pass of its own (averages, laid end to end)',
};

/** The trace of a profile. Time zero is its first event. */
export function chromeTrace(parts: TraceParts): ChromeTrace {
  const { timelines, runs } = parts;
  const starts = [
    ...timelines.flatMap(({ submits }) => submits.map(({ recordStartMs }) => recordStartMs)),
    ...runs.map(({ startMs }) => startMs),
  ];
  const origin = starts.length > 0 ? Math.min(...starts) : parts.memoryOriginMs;
  const micros = (ms: number): number => Math.max(0, (ms - origin) * 1000);
  const complete = [
    ...timelines.flatMap((timeline) => submitEvents(timeline, micros)),
    ...runs.flatMap(({ run, startMs }) => dispatchEvents(run, micros(startMs))),
  ];
  const traceEvents = [
    metadata('process_name', 0, { name: 'Halftone' }),
    ...(Object.keys(tracks) as Track[]).flatMap((track) => threadEvents(track, complete)),
    ...complete,
    ...memoryEvents(parts, origin),
  ];
  return { traceEvents, displayTimeUnit: 'ms', otherData: parts.about };
}

/** The names of a track's lanes. */
function threadEvents(track: Track, events: readonly TraceEvent[]): TraceEvent[] {
  const used = events.filter((event) => event.ph === 'X' && event.cat === track).map(({ tid }) => tid);
  return [...new Set([tracks[track], ...used])].flatMap((tid) => {
    const lane = tid - tracks[track];
    return [
      metadata('thread_name', tid, { name: lane > 0 ? `${trackNames[track]} (${lane + 1})` : trackNames[track] }),
      metadata('thread_sort_index', tid, { sort_index: tid }),
    ];
  });
}

const metadata = (
  name: Extract<TraceEvent, { ph: 'M' }>['name'],
  tid: number,
  args: Extract<TraceEvent, { ph: 'M' }>['args'],
): TraceEvent => ({ ph: 'M', name, pid, tid, args });

function complete(
  track: Track,
  name: string,
  ts: number,
  dur: number,
  args: Readonly<Record<string, string | number>> = {},
): Complete {
  return { ph: 'X', name, cat: track, ts, dur: Math.max(0, dur), pid, tid: tracks[track], args };
}

type Complete = Extract<TraceEvent, { ph: 'X' }>;
const mostLanes = 10;

/** Events of a thread must not cross: each goes to the first lane whose last one has ended. */
function inLanes(events: readonly Complete[]): Complete[] {
  const ends: number[] = [];
  return events
    .toSorted((a, b) => a.ts - b.ts)
    .map((event) => {
      const free = ends.findIndex((end) => end <= event.ts);
      const lane = Math.min(free < 0 ? ends.length : free, mostLanes - 1);
      ends[lane] = event.ts + event.dur;
      return { ...event, tid: event.tid + lane };
    });
}

/** What the CPU and the GPU did for each submit. */
function submitEvents({ submits, waits, gpuOffsetMs }: TimelineResult, micros: (ms: number) => number): Complete[] {
  const worked = submits.flatMap(({ label, gpu }) =>
    gpu ? [complete('gpu', label, micros(gpu.startMs + gpuOffsetMs), (gpu.endMs - gpu.startMs) * 1000)] : [],
  );
  const waited = waits.map(({ label, startMs, endMs }) =>
    complete('wait', `wait for ${label}`, micros(startMs), (endMs - startMs) * 1000),
  );
  return [
    ...submits.flatMap(({ label, recordStartMs, recordEndMs, submitEndMs }) => [
      complete('cpu', `record ${label}`, micros(recordStartMs), (recordEndMs - recordStartMs) * 1000),
      complete('cpu', `submit ${label}`, micros(recordEndMs), (submitEndMs - recordEndMs) * 1000),
    ]),
    ...inLanes(worked),
    ...inLanes(waited),
  ];
}

/** The run, in it its layers, in them their dispatches: viewers stack what lies inside one another, what comes first outermost. */
function dispatchEvents(run: ProfiledRun, start: number): Complete[] {
  const { name, rows, keys, gpuMs, dispatches, rounds, kernels } = run;
  const events = [complete('profile', name, start, gpuMs * 1000, { rows, keys, dispatches, rounds })];
  let at = start;
  for (const [index, kernel] of kernels.entries()) {
    const { layer } = kernel;
    if (layer !== kernels[index - 1]?.layer) {
      const next = kernels.findIndex((other, place) => place > index && other.layer !== layer);
      const inside = kernels.slice(index, next < 0 ? undefined : next);
      events.push(complete('profile', layer, at, inside.reduce((sum, { ms }) => sum + ms, 0) * 1000));
    }
    events.push(complete('profile', kernel.kernel, at, kernel.ms * 1000, dispatchArgs(kernel)));
    at += kernel.ms * 1000;
  }
  return events;
}

const dispatchArgs = ({ label, flops, bytes, gbPerSecond, flopPerSecond }: KernelProfile) => ({
  label,
  flops,
  bytes,
  ...(gbPerSecond === undefined ? {} : { gbPerSecond }),
  ...(flopPerSecond === undefined ? {} : { gflopPerSecond: flopPerSecond / 1e9 }),
});

/** Memory by owner: the state before the trace begins, and each change in it. */
function memoryEvents({ memory, memoryOriginMs }: TraceParts, origin: number): TraceEvent[] {
  const at = (sample: MemorySample): number => (memoryOriginMs + sample.timeMs - origin) * 1000;
  const before = memory.findLastIndex((sample) => at(sample) <= 0);
  const owners = new Set(memory.flatMap(({ byOwner }) => Object.keys(byOwner)));
  return memory.slice(Math.max(0, before)).map((sample) => ({
    ph: 'C',
    name: 'GPU memory in bytes',
    ts: Math.max(0, at(sample)),
    pid,
    tid: 0,
    args: {
      ...Object.fromEntries([...owners].map((owner) => [owner, sample.byOwner[owner] ?? 0])),
      'kept for reuse': sample.pooledBytes,
    },
  }));
}
