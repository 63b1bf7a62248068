// Statistics of samples. Depends on nothing.

/** Middle value; NaN for none. @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [upper = Number.NaN, lower = Number.NaN] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}

/**
 * How many times as long the peer takes: the median of the pairs' ratios, which a drift common to both does not move; and the middle half of them.
 * undefined without pairs.
 * @param {readonly number[]} halftoneMs
 * @param {readonly number[]} peerMs
 */
export function pairedRatio(halftoneMs, peerMs) {
  const ratios = halftoneMs.slice(0, peerMs.length).map((ms, pair) => (peerMs[pair] ?? Number.NaN) / ms);
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
}

/** @param {readonly number[]} values @param {number} share 0 to 1 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  return below + ((sorted[Math.ceil(at)] ?? below) - below) * (at % 1);
}

/**
 * Exponent of growth: the slope of log(value) over log(size) by least squares; 1 is proportional. undefined for fewer than two sizes.
 * @param {readonly { size: number, value: number }[]} points
 */
export function growthExponent(points) {
  const logs = points
    .filter(({ value }) => value > 0)
    .map(({ size, value }) => ({ x: Math.log(size), y: Math.log(value) }));
  if (logs.length < 2) return undefined;
  const mean = (/** @type {'x' | 'y'} */ axis) => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length;
  const [meanX, meanY] = [mean('x'), mean('y')];
  const over = logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const under = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return under === 0 ? undefined : over / under;
}
