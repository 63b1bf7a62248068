import type { ClipScores, TimeRange } from '../clipApi.ts';

/** Steps around the ends of a run among which the segment head chooses. */
const reach = 2;
/**
 * Seconds: what is over in a moment (a cut, a bang, a flash) raises the step that it falls into and its neighbours, three at most;
 * a clip is 10 s long at least, so that a run of four is already less than half of one.
 */
const shortestSeconds = 4;

export interface SegmentPlan {
  readonly threshold: number;
  readonly stepSeconds: number;
  readonly clipSeconds: number;
  readonly durationSeconds: number;
}

export interface FoundSegment extends TimeRange {
  /** Mean virality of the steps over the threshold. */
  readonly score: number;
  readonly clip: TimeRange;
}

interface Run {
  readonly first: number;
  readonly last: number;
}

/**
 * Finds runs of steps over the threshold in scores that come piece by piece, across all borders of windows. A run is told when it is over
 * and the steps behind it that its end may move to are known. Only the open run and a few steps before it are kept.
 */
export class SegmentFinder {
  readonly #plan: SegmentPlan;
  /** Scores of steps from `#first` on. */
  #first = 0;
  readonly #virality: number[] = [];
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  #openRun: number | undefined;
  readonly #closed: Run[] = [];
  /** No segment reaches before this step: it belongs to the one before. */
  #free = 0;

  constructor(plan: SegmentPlan) {
    this.#plan = plan;
  }

  /** Scores of the steps behind the ones so far. */
  push(scores: ClipScores): FoundSegment[] {
    scores.virality.forEach((virality, i) => {
      const step = this.#known;
      this.#virality.push(virality);
      this.#start.push(scores.start[i] ?? 0);
      this.#end.push(scores.end[i] ?? 0);
      if (virality > this.#plan.threshold) this.#openRun ??= step;
      else this.#closeRun(step);
    });
    const found = this.#tell(this.#known - reach);
    this.#forget();
    return found;
  }

  /** The video has ended. */
  finish(): FoundSegment[] {
    this.#closeRun(this.#known);
    return this.#tell(this.#known);
  }

  get #known(): number {
    return this.#first + this.#virality.length;
  }

  #closeRun(behind: number): void {
    const first = this.#openRun;
    this.#openRun = undefined;
    if (first !== undefined && (behind - first) * this.#plan.stepSeconds >= shortestSeconds)
      this.#closed.push({ first, last: behind - 1 });
  }

  /** Segments of the runs that end before `step`. */
  #tell(step: number): FoundSegment[] {
    const found: FoundSegment[] = [];
    while (this.#closed[0] && this.#closed[0].last < step) {
      const run = this.#closed.shift();
      if (run) found.push(this.#segment(run));
    }
    return found;
  }

  #segment(run: Run): FoundSegment {
    const { stepSeconds, durationSeconds } = this.#plan;
    const middle = Math.floor((run.first + run.last) / 2);
    const first = this.#best(
      this.#start,
      run.first,
      Math.max(this.#free, run.first - reach),
      Math.min(middle, run.first + reach),
    );
    // The next run begins at the second step behind this one at the earliest.
    const behind = this.#closed[0]?.first ?? this.#openRun ?? Number.POSITIVE_INFINITY;
    const latest = Math.min(behind - 1, run.last + reach, this.#known - 1);
    const last = this.#best(this.#end, run.last, Math.max(middle, run.last - reach), latest);
    this.#free = Math.max(last, run.last) + 1;
    const range = { start: first * stepSeconds, end: Math.min(durationSeconds, (last + 1) * stepSeconds) };
    const steps = this.#virality.slice(run.first - this.#first, run.last + 1 - this.#first);
    return {
      ...range,
      score: steps.reduce((sum, value) => sum + value, 0) / steps.length,
      clip: this.#clip(first, last, range),
    };
  }

  /** The step from `from` to `to` with the highest logit; of equal ones the nearest to `at`. */
  #best(logits: readonly number[], at: number, from: number, to: number): number {
    let best = at;
    for (let step = from; step <= to; step++) {
      const gain = (logits[step - this.#first] ?? 0) - (logits[best - this.#first] ?? 0);
      if (gain > 0 || (gain === 0 && Math.abs(step - at) < Math.abs(best - at))) best = step;
    }
    return best;
  }

  /** A segment that is too short gets as much before as behind it, one that is too long is cut to its strongest part. */
  #clip(first: number, last: number, range: TimeRange): TimeRange {
    const { clipSeconds, stepSeconds, durationSeconds } = this.#plan;
    const length = Math.min(clipSeconds, durationSeconds);
    let start = (range.start + range.end - length) / 2;
    if (range.end - range.start > length) {
      const steps = Math.floor(length / stepSeconds);
      const sumFrom = (step: number): number =>
        this.#virality.slice(step - this.#first, step - this.#first + steps).reduce((sum, value) => sum + value, 0);
      let strongest = first;
      for (let step = first; step + steps <= last + 1; step++) if (sumFrom(step) > sumFrom(strongest)) strongest = step;
      start = strongest * stepSeconds;
    }
    start = Math.max(0, Math.min(start, durationSeconds - length));
    return { start, end: start + length };
  }

  /** Keeps what an open or coming segment may still look at. */
  #forget(): void {
    const earliest = Math.min(this.#openRun ?? this.#known, this.#closed[0]?.first ?? this.#known) - reach;
    const drop = Math.max(0, earliest - this.#first);
    for (const list of [this.#virality, this.#start, this.#end]) list.splice(0, drop);
    this.#first += drop;
  }
}
