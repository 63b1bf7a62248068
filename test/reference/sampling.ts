/** Sampling in float64: the support that the filters leave, and the probabilities in it. */
export interface Filters {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly repetitionPenalty: number;
}

/** Lowest index of the highest number; NaN never wins. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value > most) {
      most = value;
      best = i;
    }
  }
  return best;
}

const highest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), -Infinity);

export function softmax(values: readonly number[]): number[] {
  const most = highest(values);
  const weights = values.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Divides positive logits and multiplies negative ones, once for each distinct token seen. */
export function penalize(logits: readonly number[], seen: readonly number[], penalty: number): number[] {
  const distinct = new Set(seen);
  return logits.map((logit, id) => (distinct.has(id) ? (logit < 0 ? logit * penalty : logit / penalty) : logit));
}

/** Probability of each token, 0 outside the support: penalty, temperature, top-k, top-p, min-p, as in Hugging Face's generate. */
export function probabilities(logits: readonly number[], seen: readonly number[], filters: Filters): number[] {
  let values = penalize(logits, seen, filters.repetitionPenalty).map((value) => value / filters.temperature);
  const keep = (stays: (value: number, id: number) => boolean): void => {
    values = values.map((value, id) => (stays(value, id) ? value : Number.NEGATIVE_INFINITY));
  };
  if (filters.topK > 0 && filters.topK < values.length) {
    const last = values.toSorted((a, b) => b - a)[filters.topK - 1] ?? 0;
    keep((value) => value >= last);
  }
  if (filters.topP < 1) {
    const shares = softmax(values);
    const order = [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
    const before = new Map<number, number>();
    let sum = 0;
    for (const id of order) {
      before.set(id, sum);
      sum += shares[id] ?? 0;
    }
    // At least the likeliest.
    keep((value, id) => id === order[0] || ((before.get(id) ?? 0) < filters.topP && Number.isFinite(value)));
  }
  if (filters.minP > 0) {
    const most = highest(values);
    keep((value) => Math.exp(value - most) >= filters.minP);
  }
  return softmax(values);
}
