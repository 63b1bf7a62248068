import type { MemorySample } from '../gpu/memoryHistory.ts';
import type { Ledger } from '../gpu/pool.ts';
import type { GpuClock } from '../gpu/timestamps.ts';
import type { ChromeTrace } from './profile/chromeTrace.ts';

export type { ChromeTrace, GpuClock, MemorySample };

/** GPU memory now, and how it came to that. */
export interface MemoryReport extends Ledger {
  /** Since the device was made, oldest first: at most 512 samples, which lie further apart the longer the engine runs. */
  readonly history: readonly MemorySample[];
}

export interface ProfileOptions {
  /**
   * Rows of the input (of a trunk or network), or tokens of the prompt (of a language model). Default 128, or what the
   * model takes at most.
   */
  readonly seq?: number;
  /** Tokens that a language model decodes behind its prompt, for its busy share. Default 32. */
  readonly tokens?: number;
  /** Rounds in which each dispatch is timed; default: as many as fit 0.6 s, 3 at least. */
  readonly rounds?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What the device can do at most, measured with kernels that do nothing else. */
export interface DeviceCeilings {
  /** Reading GPU memory, in 10^9 bytes a second; undefined where memory had no room to measure it. */
  readonly streamGBps: number | undefined;
  /** Multiply-adds without a matrix unit, in 10^12 floating-point operations a second; an FMA counts as two. */
  readonly fmaTflops: { readonly f32: number; readonly f16: number | undefined };
  /** One more dispatch that depends on the one before it, in µs. */
  readonly dispatchUs: number;
}

/** Time of a piece of work and what it achieved in it. */
export interface WorkTime {
  /** On the GPU. */
  readonly ms: number;
  /** Of the run's GPU time, 0 to 1. */
  readonly share: number;
  readonly dispatches: number;
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes that it moves through GPU memory at least: each input read once, each output written once. */
  readonly bytes: number;
  /** 10^9 bytes a second; undefined where the clock showed no time. */
  readonly gbPerSecond: number | undefined;
  readonly flopPerSecond: number | undefined;
  /** Achieved of `ceilings.streamGBps`. Over 1: what it reads lies in a cache. */
  readonly shareOfStream: number | undefined;
  /** Achieved of `ceilings.fmaTflops.f32`, in which sums are kept. Over 1: integer products or matrix units. */
  readonly shareOfFma: number | undefined;
}

/** Dispatches of one kernel with one label: `layers.3.qkv` by `linear_vector`. */
export interface KernelProfile extends WorkTime {
  readonly kernel: string;
  readonly label: string;
  /** `layers.3`, `embedding`, `head`, … */
  readonly layer: string;
}

export interface LayerProfile extends WorkTime {
  readonly layer: string;
}

/** All dispatches of one kernel. */
export interface KernelTotal extends WorkTime {
  readonly kernel: string;
}

/** One kind of run of a model. */
export interface ProfiledRun {
  /** 'forward': a trunk; 'score': a whole ViralClipper or Brandkit; 'prefill' and 'decode': a language model. */
  readonly name: 'forward' | 'score' | 'prefill' | 'decode';
  /** Rows that go in at once. */
  readonly rows: number;
  /** Positions that were in the KV cache before. */
  readonly keys: number;
  /** GPU time of one run, each dispatch in a pass of its own: more than a plain run takes. */
  readonly gpuMs: number;
  readonly flops: number;
  readonly bytes: number;
  readonly dispatches: number;
  /** Rounds that the times are the median (with a coarse clock: the mean) of. */
  readonly rounds: number;
  /** In the order in which they run. */
  readonly kernels: readonly KernelProfile[];
  readonly layers: readonly LayerProfile[];
  /** Longest first. */
  readonly byKernel: readonly KernelTotal[];
  /** The same work as an app runs it: forwards, chunks of a prompt or tokens, one behind the other. */
  readonly plain: {
    readonly runs: number;
    readonly submits: number;
    readonly wallMs: number;
    /** While the GPU worked on them. */
    readonly gpuBusyMs: number;
    /** gpuBusyMs / wallMs, 0 to 1. */
    readonly utilisation: number;
  };
}

export interface ModelProfile {
  readonly runs: readonly ProfiledRun[];
  readonly ceilings: DeviceCeilings;
  readonly clock: GpuClock;
}

export interface Profile extends ModelProfile {
  /** For chrome://tracing or https://ui.perfetto.dev, as JSON. */
  readonly trace: ChromeTrace;
}
