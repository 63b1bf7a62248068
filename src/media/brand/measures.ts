/** Small statistics that the features are made of. */

export const unitRange = (value: number): number => (value > 0 ? Math.min(1, value) : 0);

export const signedRange = (value: number): number => (Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0);

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** 0 for none. */
export const mean = (values: readonly number[]): number => (values.length > 0 ? sum(values) / values.length : 0);

export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Standard deviation over mean, 0 for none: 0 when all are alike. */
export const variation = (values: readonly number[]): number => {
  const middle = mean(values);
  return middle > 0 ? deviation(values) / middle : 0;
};

/** Weight by key, heaviest first; ties in the order of the keys. */
export function weigh<T>(
  items: readonly T[],
  key: (item: T) => number,
  weight: (item: T) => number = () => 1,
): [key: number, weight: number][] {
  const weights = new Map<number, number>();
  for (const item of items) weights.set(key(item), (weights.get(key(item)) ?? 0) + weight(item));
  return [...weights].sort(([one, a], [other, b]) => b - a || one - other);
}

/** Part of the weight for which `is` holds; 0 where there is no weight. */
export function share<T>(items: readonly T[], is: (item: T) => boolean, weight: (item: T) => number = () => 1): number {
  const total = sum(items.map(weight));
  return total > 0 ? sum(items.filter(is).map(weight)) / total : 0;
}

/** Entropy of a distribution over its largest possible one: 0 all in one, 1 evenly spread. */
export function spread(weights: readonly number[]): number {
  const total = sum(weights);
  if (total <= 0 || weights.length < 2) return 0;
  const bits = sum(weights.map((weight) => (weight > 0 ? -(weight / total) * Math.log(weight / total) : 0)));
  return bits / Math.log(weights.length);
}

/** Weighted mean; 0 where there is no weight. */
export function weightedMean<T>(items: readonly T[], value: (item: T) => number, weight: (item: T) => number): number {
  const total = sum(items.map(weight));
  return total > 0 ? sum(items.map((item) => value(item) * weight(item))) / total : 0;
}

export const oneHot = <T>(options: readonly T[], value: T | undefined): number[] =>
  options.map((option) => (option === value ? 1 : 0));

/** A contrast ratio of 1 to 21 on a logarithmic scale from 0 to 1. */
export const contrastScale = (ratio: number): number => unitRange(Math.log(Math.max(1, ratio)) / Math.log(21));

export const roundTo = (value: number, step: number): number => Math.round(value / step) * step;
