/** Totals of a video; what is left out counts as unknown. */
export interface Numbers {
  readonly views?: number;
  readonly likes?: number;
  readonly comments?: number;
  readonly shares?: number;
  readonly averageViewSeconds?: number;
}
/** Share of the viewers who still watch, by second. */
export type Retention = readonly { readonly second: number; readonly share: number }[];

export const engagementFeatureCount = 64;
/** A like for ten views is a lot: rates are told in tenths. */
const rateScale = 10;
/** Steps before and behind whose retention a step sees. */
const reach = 16;

/**
 * f32 [64] for each step:
 *
 *     0      1 where there are numbers
 *     1      log10(1 + views) / 8
 *     2–4    likes, comments, shares a view, times 10, at most 1
 *     5      average view time by the video's length
 *     6–10   1 where views, likes, comments, shares, average view time are known
 *     16     1 where there is a retention curve
 *     17     share of the viewers at the middle of the step
 *     18     its change over the step, times 10, -1 to 1
 *     19     share less the share at the video's beginning
 *     20     share less the curve's mean
 *     32–63  share at the middles of the steps 16 before … 15 behind, less the share here
 *
 * All else is 0, and everything where nothing is known.
 */
export class EngagementFeatures {
  readonly #numbers: Float32Array;
  readonly #curve: Retention | undefined;
  readonly #stepSeconds: number;
  readonly #mean: number;

  constructor(known: Numbers | Retention | undefined, durationSeconds: number, stepSeconds: number) {
    const curve = isCurve(known) ? [...known].sort((a, b) => a.second - b.second) : undefined;
    this.#curve = curve && curve.length > 0 ? curve : undefined;
    this.#numbers =
      known && !isCurve(known) ? numbersOf(known, durationSeconds) : new Float32Array(engagementFeatureCount);
    this.#stepSeconds = stepSeconds;
    const steps = Math.max(1, Math.ceil(durationSeconds / stepSeconds));
    let sum = 0;
    for (let step = 0; step < steps; step++) sum += this.#share(step);
    this.#mean = sum / steps;
  }

  at(step: number): Float32Array {
    const features = this.#numbers.slice();
    if (!this.#curve) return features;
    const here = this.#share(step);
    features[16] = 1;
    features[17] = here;
    features[18] = clamp((this.#share(step + 0.5) - this.#share(step - 0.5)) * rateScale);
    features[19] = here - this.#share(0);
    features[20] = here - this.#mean;
    for (let offset = -reach; offset < reach; offset++)
      features[32 + reach + offset] = this.#share(Math.max(0, step + offset)) - here;
    return features;
  }

  /** At the middle of a step, on straight lines between the curve's points and flat outside. */
  #share(step: number): number {
    const curve = this.#curve;
    if (!curve) return 0;
    const second = (step + 0.5) * this.#stepSeconds;
    let after = 0;
    for (let from = 0, to = curve.length; from < to; after = from) {
      const middle = (from + to) >> 1;
      if ((curve[middle]?.second ?? 0) <= second) from = middle + 1;
      else to = middle;
    }
    const right = curve[Math.min(after, curve.length - 1)];
    const left = curve[Math.max(0, after - 1)];
    if (!left || !right || right.second <= left.second) return (after === 0 ? right?.share : left?.share) ?? 0;
    if (after === 0) return right.share;
    return left.share + ((right.share - left.share) * (second - left.second)) / (right.second - left.second);
  }
}

const clamp = (value: number): number => Math.max(-1, Math.min(1, value));

const isCurve = (known: Numbers | Retention | undefined): known is Retention => Array.isArray(known);

function numbersOf(numbers: Numbers, durationSeconds: number): Float32Array {
  const features = new Float32Array(engagementFeatureCount);
  const { views, likes, comments, shares, averageViewSeconds } = numbers;
  const rate = (count: number | undefined): number =>
    count === undefined || !views ? 0 : Math.min(1, (count / views) * rateScale);
  features[0] = 1;
  features[1] = Math.log10(1 + (views ?? 0)) / 8;
  features.set([rate(likes), rate(comments), rate(shares)], 2);
  if (averageViewSeconds !== undefined && durationSeconds > 0)
    features[5] = Math.min(1, averageViewSeconds / durationSeconds);
  const known = [views, likes, comments, shares, averageViewSeconds];
  features.set(
    known.map((value) => (value === undefined ? 0 : 1)),
    6,
  );
  return features;
}
