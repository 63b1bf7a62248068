import { deltaE, type Oklab } from './color.ts';

/** A point of a histogram. */
export interface WeightedColor {
  readonly lab: Oklab;
  readonly weight: number;
}

const rounds = 12;

/**
 * Weighted k-means in OKLab. Deterministic: starts as k-means++ (Arthur and Vassilvitskii 2007), but with the likeliest point each time
 * instead of a drawn one. Returns for each point the index of its cluster, from 0 without gaps.
 */
export function kMeans(points: readonly WeightedColor[], clusters: number): Uint16Array {
  const of = new Uint16Array(points.length);
  let centers = startingCenters(points, clusters);
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    points.forEach((point, index) => {
      const near = nearestCenter(point.lab, centers);
      moved ||= of[index] !== near;
      of[index] = near;
    });
    if (!moved && round > 0) break;
    centers = means(points, of, centers);
  }
  const used = [...new Set(of)].sort((one, other) => one - other);
  return of.map((cluster) => used.indexOf(cluster));
}

function startingCenters(points: readonly WeightedColor[], clusters: number): Oklab[] {
  const squares = points.map(() => 1);
  const centers: Oklab[] = [];
  while (centers.length < clusters) {
    let best = -1;
    let most = 0;
    points.forEach(({ weight }, index) => {
      const chance = weight * (squares[index] ?? 0);
      if (chance > most) [best, most] = [index, chance];
    });
    const center = points[best]?.lab;
    if (!center) break;
    centers.push(center);
    points.forEach(({ lab }, index) => {
      squares[index] = Math.min(squares[index] ?? 0, deltaE(lab, center) ** 2);
    });
  }
  return centers;
}

function nearestCenter(lab: Oklab, centers: readonly Oklab[]): number {
  let near = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, center] of centers.entries()) {
    const distance = deltaE(lab, center);
    if (distance < least) [near, least] = [index, distance];
  }
  return near;
}

/** A center that lost all its points stays where it was. */
function means(points: readonly WeightedColor[], of: Uint16Array, centers: readonly Oklab[]): Oklab[] {
  const sums = centers.map(() => [0, 0, 0, 0]);
  points.forEach(({ lab, weight }, index) => {
    const sum = sums[of[index] ?? 0];
    if (!sum) return;
    [...lab, 1].forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value * weight));
  });
  return centers.map((center, index) => {
    const [l = 0, a = 0, b = 0, weight = 0] = sums[index] ?? [];
    return weight > 0 ? [l / weight, a / weight, b / weight] : center;
  });
}
