// What is found against what was planted.

/**
 * @typedef {{ readonly start: number, readonly end: number }} Range seconds
 * @typedef {{ readonly matched: number, readonly found: number, readonly planted: number }} Counts
 */

/** Intersection over union from which a segment counts as found. */
const leastOverlap = 0.5;

/**
 * Intersection over union.
 * @param {Range} one
 * @param {Range} other
 */
export function overlapOf(one, other) {
  const shared = Math.max(0, Math.min(one.end, other.end) - Math.max(one.start, other.start));
  return shared / (one.end - one.start + (other.end - other.start) - shared);
}

/**
 * Pairs found with planted segments, the largest overlap first, each segment once.
 * @param {readonly Range[]} found
 * @param {readonly Range[]} planted
 * @returns {Counts}
 */
export function matchSegments(found, planted) {
  const pairs = found
    .flatMap((one) => planted.map((other) => ({ one, other, overlap: overlapOf(one, other) })))
    .filter(({ overlap }) => overlap >= leastOverlap)
    .sort((a, b) => b.overlap - a.overlap);
  const taken = new Set();
  let matched = 0;
  for (const { one, other } of pairs) {
    if (taken.has(one) || taken.has(other)) continue;
    taken.add(one).add(other);
    matched++;
  }
  return { matched, found: found.length, planted: planted.length };
}

/**
 * Precision and recall over all videos together; of nothing found, precision is 1, and of nothing planted, recall.
 * @param {readonly Counts[]} counts
 */
export function scoresOf(counts) {
  const sum = (/** @type {keyof Counts} */ key) => counts.reduce((total, each) => total + each[key], 0);
  const precision = sum('found') === 0 ? 1 : sum('matched') / sum('found');
  const recall = sum('planted') === 0 ? 1 : sum('matched') / sum('planted');
  return { f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall), precision, recall };
}

/**
 * Highest virality of the steps that a distractor covers by half, or of the one in which it lies; -1 where all of them touch a highlight.
 * @param {Range} distractor
 * @param {readonly Range[]} highlights
 * @param {readonly number[]} virality one value a step
 * @param {number} stepSeconds
 */
export function highestDuring(distractor, highlights, virality, stepSeconds) {
  const first = Math.floor(distractor.start / stepSeconds + 0.5);
  const last = Math.max(first, Math.ceil(distractor.end / stepSeconds - 0.5) - 1);
  const middle = Math.floor((distractor.start + distractor.end) / 2 / stepSeconds);
  const [from, to] = distractor.end - distractor.start < 1.5 * stepSeconds ? [middle, middle] : [first, last];
  return virality.slice(from, to + 1).reduce((highest, value, index) => {
    const step = (from + index) * stepSeconds;
    const touches = highlights.some(({ start, end }) => step < end && step + stepSeconds > start);
    return touches ? highest : Math.max(highest, value);
  }, -1);
}
