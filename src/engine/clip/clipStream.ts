import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { StepFeatures, StepReader } from '../../media/index.ts';
import type { ClipEvent, ClipFeatures, ClipModality, ClipOptions } from '../clipApi.ts';
import type { MediaCode } from '../mediaCode.ts';
import { SegmentFinder } from './segments.ts';
import { type ScoredWindow, type ScoreWindows, scoreWindow } from './windowScorer.ts';
import { firstOwned, hopOf, type WindowPlan } from './windows.ts';

const longestSeconds = 3600;
const defaultThreshold = 0.8;
const defaultClipSeconds = 30;

export interface ClipSetup {
  readonly media: MediaCode;
  readonly score: ScoreWindows;
  readonly windows: WindowPlan;
  /** The next window is read while the GPU scores one; else it is waited for. */
  readonly overlap: boolean;
}

/**
 * Reads a video, scores it window by window, and tells what it finds as soon as it is sure. While the GPU scores a window the next one is
 * read; nothing else is held: one window of features, its scores, and the open segment.
 */
export async function* clipStream(
  video: Blob | string,
  options: ClipOptions,
  setup: ClipSetup,
): AsyncGenerator<ClipEvent, void, undefined> {
  throwIfAborted(options.signal);
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const warnings: ClipEvent[] = [];
  let run: ClipRun | undefined;
  try {
    const reader = await setup.media.StepReader.open(video, {
      captions: options.captions,
      engagement: options.engagement,
      onWarning: (message, seconds) => warnings.push({ type: 'warning', message, seconds }),
      signal: stop.signal,
    });
    run = new ClipRun(reader, options, setup, stop.signal);
    for await (const step of reader.steps()) {
      yield* warnings.splice(0);
      yield* run.add(step);
    }
    yield* warnings.splice(0);
    yield* run.finish();
  } finally {
    // Also when the consumer leaves: what is decoded and scored ends here.
    options.signal?.removeEventListener('abort', onAbort);
    stop.abort();
    await run?.settled();
  }
}

/** The state of one call. */
class ClipRun {
  readonly #reader: StepReader;
  readonly #setup: ClipSetup;
  readonly #signal: AbortSignal;
  readonly #explained: readonly ClipModality[];
  readonly #finder: SegmentFinder;
  /** The window that is read: its number, and its steps so far. */
  #window = 0;
  readonly #steps: StepFeatures[] = [];
  #read = 0;
  /** The window on the GPU. */
  #scoring: { readonly window: number; readonly result: Promise<ScoredWindow>; ended: boolean } | undefined;
  /** The last window that was scored, whose steps from `#told` on the next one may answer for. */
  #held: { readonly firstStep: number; readonly scored: ScoredWindow } | undefined;
  #told = 0;

  constructor(reader: StepReader, options: ClipOptions, setup: ClipSetup, signal: AbortSignal) {
    const { durationSeconds, stepSeconds } = reader;
    if (durationSeconds > longestSeconds + stepSeconds) {
      reader.close();
      throw new EngineError(
        'input-too-long',
        `The video lasts ${Math.round(durationSeconds)} s; the most is ${longestSeconds} s.`,
        'Cut it into parts first.',
      );
    }
    this.#reader = reader;
    this.#setup = setup;
    this.#signal = signal;
    this.#explained = options.explain ? reader.modalities : [];
    this.#finder = new SegmentFinder({
      threshold: options.threshold ?? defaultThreshold,
      clipSeconds: options.clipSeconds ?? defaultClipSeconds,
      durationSeconds,
      stepSeconds,
    });
  }

  /** The next step of the video. */
  async *add(step: StepFeatures): AsyncGenerator<ClipEvent, void, undefined> {
    this.#steps.push(step);
    this.#read++;
    yield this.#progress();
    if (this.#steps.length === this.#setup.windows.steps) {
      yield* this.#settle();
      this.#begin();
      this.#steps.splice(0, hopOf(this.#setup.windows));
      this.#window++;
      if (!this.#setup.overlap) yield* this.#settle();
    } else if (this.#scoring?.ended) yield* this.#settle();
  }

  /** The video has ended: what is left is one window more, unless all of it was in the one before. */
  async *finish(): AsyncGenerator<ClipEvent, void, undefined> {
    yield* this.#settle();
    if (this.#steps.length > (this.#window === 0 ? 0 : this.#setup.windows.overlap)) {
      this.#begin();
      yield* this.#settle();
    }
    yield* this.#tell(this.#read);
    for (const segment of this.#finder.finish()) yield { type: 'segment', ...segment };
  }

  /** When nothing of this call is on the GPU any more. */
  async settled(): Promise<void> {
    await this.#scoring?.result.catch(() => undefined);
  }

  #progress(): ClipEvent {
    const { durationSeconds, stepSeconds, stepCount } = this.#reader;
    return {
      type: 'progress',
      steps: this.#read,
      seconds: Math.min(durationSeconds, this.#read * stepSeconds),
      durationSeconds,
      fraction: this.#read / stepCount,
    };
  }

  /** Hands the window's steps to the GPU and goes on. */
  #begin(): void {
    const result = scoreWindow(this.#setup.score, joined(this.#steps), this.#explained, this.#signal);
    const scoring = { window: this.#window, result, ended: false };
    this.#scoring = scoring;
    const end = (): void => void (scoring.ended = true);
    // An error is told where the result is waited for.
    result.then(end, end);
  }

  /** Waits for the window on the GPU and tells the scores of the steps that it alone answers for. */
  async *#settle(): AsyncGenerator<ClipEvent, void, undefined> {
    if (!this.#scoring) return;
    const { window, result } = this.#scoring;
    const scored = await result;
    this.#scoring = undefined;
    const firstStep = window * hopOf(this.#setup.windows);
    this.#held = { firstStep, scored };
    yield* this.#tell(Math.min(firstStep + scored.scores.virality.length, firstOwned(this.#setup.windows, window + 1)));
  }

  /** Tells the held scores of the steps before `end`. */
  *#tell(end: number): Generator<ClipEvent, void, undefined> {
    if (!this.#held || end <= this.#told) return;
    const { scored, firstStep } = this.#held;
    const part = (values: Float32Array): Float32Array => values.slice(this.#told - firstStep, end - firstStep);
    const scores = {
      virality: part(scored.scores.virality),
      start: part(scored.scores.start),
      end: part(scored.scores.end),
    };
    const contributions = Object.fromEntries(
      Object.entries(scored.contributions).map(([modality, values]) => [modality, part(values)]),
    );
    yield { type: 'scores', firstStep: this.#told, stepSeconds: this.#reader.stepSeconds, contributions, ...scores };
    this.#told = end;
    for (const segment of this.#finder.push(scores)) yield { type: 'segment', ...segment };
  }
}

/** Rows one below the other: visual [steps, 2048], audio [steps, 512], text [steps, 768], engagement [steps, 64]. */
function joined(steps: readonly StepFeatures[]): Required<ClipFeatures> {
  const rows = (of: (step: StepFeatures) => Float32Array): Float32Array => {
    const width = steps[0] ? of(steps[0]).length : 0;
    const all = new Float32Array(steps.length * width);
    steps.forEach((step, index) => all.set(of(step), index * width));
    return all;
  };
  return {
    visual: rows(({ visual }) => visual),
    audio: rows(({ audio }) => audio),
    text: rows(({ text }) => text),
    engagement: rows(({ engagement }) => engagement),
  };
}
