import { deltaE, oklabOf, type Oklab, type Rgb } from './color.ts';
import { type ColorSample, joined, nearest, sameColor as sameColors, sampleOf } from './colorSamples.ts';
import { kMeans } from './kMeans.ts';

/** Pixels as a canvas gives them: RGBA, 8 bits each, not premultiplied. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A pixel that differs by more than this (of 255, in any channel) from a neighbour lies on an edge. */
const edgeStep = 24;
/** Clusters before near ones are merged. */
const firstClusters = 24;
/** A flat colour is a peak: only so many bins between these distances (ΔE) have a quarter of its pixels. On a gradient all neighbours have. */
const peakRing = { from: 0.02, to: 0.08, bins: 2 } as const;
/** Farthest that a mixture of two colours may lie from the line between them, in sRGB. */
const mixtureDistance = 0.06;
/** A colour that occurs on edges only (thin letters) counts from this share of the pixels on. */
const leastEdgeShare = 0.002;
const mostEdgeColors = 5;
const sameColor = sameColors.image;

interface Bin {
  readonly rgb: Rgb;
  readonly lab: Oklab;
  readonly weight: number;
}

/**
 * Colours of an image. Surfaces are clustered by k-means in OKLab; steps of a gradient between two clusters are dropped. Pixels on edges are mostly
 * mixtures of what meets there (anti-aliasing): they only make a colour where no mixture explains them, as thin letters do.
 */
export function imageColors(pixels: Pixels): ColorSample[] {
  const { surfaces, edges, total } = histograms(pixels);
  const clusters = clusterSurfaces(surfaces);
  addEdgeColors(clusters, edges, total);
  return clusters;
}

/** Histograms with 64 steps a channel. Pixels that are mostly transparent do not count. */
function histograms({ width, height, data }: Pixels): { surfaces: Bin[]; edges: Bin[]; total: number } {
  const surfaces = new Map<number, number[]>();
  const edges = new Map<number, number[]>();
  let total = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if ((data[at + 3] ?? 0) < 128) continue;
      count(isEdge(data, width, height, x, y) ? edges : surfaces, data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
      total++;
    }
  }
  return { surfaces: toBins(surfaces), edges: toBins(edges), total };
}

/** Adds a pixel to the sums of its bin: red, green, blue, number. */
function count(bins: Map<number, number[]>, r: number, g: number, b: number): void {
  const key = ((r >> 2) << 12) | ((g >> 2) << 6) | (b >> 2);
  const sums = bins.get(key);
  if (!sums) {
    bins.set(key, [r, g, b, 1]);
    return;
  }
  [r, g, b, 1].forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
}

/** Whether a pixel differs from one of its four neighbours. */
export function isEdge(data: Pixels['data'], width: number, height: number, x: number, y: number): boolean {
  const at = (y * width + x) * 4;
  return (
    (x > 0 && differs(data, at, at - 4)) ||
    (x + 1 < width && differs(data, at, at + 4)) ||
    (y > 0 && differs(data, at, at - width * 4)) ||
    (y + 1 < height && differs(data, at, at + width * 4))
  );
}

function differs(data: Pixels['data'], one: number, other: number): boolean {
  for (let channel = 0; channel < 4; channel++)
    if (Math.abs((data[one + channel] ?? 0) - (data[other + channel] ?? 0)) > edgeStep) return true;
  return false;
}

/** Heaviest first. */
const toBins = (sums: ReadonlyMap<number, readonly number[]>): Bin[] =>
  [...sums]
    .sort(([oneKey, one], [otherKey, other]) => (other[3] ?? 0) - (one[3] ?? 0) || oneKey - otherKey)
    .map(([, [r = 0, g = 0, b = 0, weight = 1]]) => {
      const rgb: Rgb = [r / weight / 255, g / weight / 255, b / weight / 255];
      return { rgb, lab: oklabOf(rgb), weight };
    });

/** A flat cluster has the colour of its heaviest bin: the exact one of a drawn surface. */
function clusterSurfaces(bins: readonly Bin[]): ColorSample[] {
  const of = kMeans(bins, firstClusters);
  const members: Bin[][] = [];
  bins.forEach((bin, index) => (members[of[index] ?? 0] ??= []).push(bin));
  const clusters = members.map((cluster) => {
    const weight = cluster.reduce((sum, bin) => sum + bin.weight, 0);
    const peak = cluster[0];
    const flat = peak !== undefined && isPeak(peak, bins);
    return { sample: sampleOf(flat ? peakColor(peak, cluster) : meanOf(cluster), { fill: weight }), flat };
  });
  clusters.sort((one, other) => other.sample.fill - one.sample.fill);
  return withoutSteps(mergeNear(clusters)).map(({ sample }) => sample);
}

function isPeak(peak: Bin, bins: readonly Bin[]): boolean {
  const around = bins.filter(({ lab, weight }) => {
    const distance = deltaE(lab, peak.lab);
    return weight >= peak.weight / 4 && distance > peakRing.from && distance < peakRing.to;
  });
  return around.length <= peakRing.bins;
}

/** The heaviest bin's, unless noise has spread the colour over its neighbours. */
function peakColor(peak: Bin, cluster: readonly Bin[]): Rgb {
  const near = cluster.filter(({ lab }) => deltaE(lab, peak.lab) <= peakRing.from);
  const weight = near.reduce((sum, bin) => sum + bin.weight, 0);
  return peak.weight >= weight / 2 ? peak.rgb : meanOf(near);
}

interface Cluster {
  readonly sample: ColorSample;
  readonly flat: boolean;
}

function mergeNear(clusters: readonly Cluster[]): Cluster[] {
  const kept: Cluster[] = [];
  for (const cluster of clusters) {
    const near = nearest(
      cluster.sample,
      kept.map(({ sample }) => sample),
    );
    const home = kept[near];
    if (home && deltaE(home.sample.lab, cluster.sample.lab) < sameColor)
      kept[near] = { sample: joined(home.sample, cluster.sample), flat: home.flat };
    else kept.push(cluster);
  }
  return kept;
}

/** Gives clusters that are steps of a gradient to its nearer end. The lightest go first. */
function withoutSteps(clusters: readonly Cluster[]): Cluster[] {
  const kept = [...clusters];
  for (const cluster of clusters.toReversed()) {
    if (cluster.flat) continue;
    const others = kept.filter((other) => other !== cluster);
    if (
      !isMixture(
        cluster.sample.rgb,
        others.map(({ sample }) => sample),
      )
    )
      continue;
    const near = nearest(
      cluster.sample,
      others.map(({ sample }) => sample),
    );
    kept.splice(0, kept.length, ...others);
    const home = kept[near];
    if (home) kept[near] = { sample: joined(home.sample, cluster.sample), flat: home.flat };
  }
  return kept;
}

function meanOf(bins: readonly Bin[]): Rgb {
  const weight = bins.reduce((sum, bin) => sum + bin.weight, 0);
  const channel = (index: 0 | 1 | 2): number =>
    bins.reduce((sum, bin) => sum + bin.rgb[index] * bin.weight, 0) / weight;
  return [channel(0), channel(1), channel(2)];
}

/** Whether a colour lies on the line between two others. */
function isMixture(color: Rgb, among: readonly { readonly rgb: Rgb }[]): boolean {
  return among.some(({ rgb: one }, index) =>
    among.slice(index + 1).some(({ rgb: other }) => distanceToLine(color, one, other) < mixtureDistance),
  );
}

function distanceToLine(color: Rgb, one: Rgb, other: Rgb): number {
  const way = other.map((value, i) => value - (one[i] ?? 0));
  const from = color.map((value, i) => value - (one[i] ?? 0));
  const length = way.reduce((sum, value) => sum + value * value, 0);
  const along = length > 0 ? from.reduce((sum, value, i) => sum + value * (way[i] ?? 0), 0) / length : 0;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(...from.map((value, i) => value - t * (way[i] ?? 0)));
}

/** Gives edge pixels to the colours that they are near to, and makes colours of those that no mixture explains, the farthest first. */
function addEdgeColors(clusters: ColorSample[], edges: readonly Bin[], total: number): void {
  let open = edges;
  for (let added = 0; ; added++) {
    open = open.filter((bin) => {
      const home = clusters[nearest(bin, clusters)];
      const near = home !== undefined && deltaE(home.lab, bin.lab) < 2 * sameColor;
      return !near && !isMixture(bin.rgb, clusters);
    });
    const next = added < mostEdgeColors ? farthest(open, clusters, leastEdgeShare * total) : undefined;
    if (!next) break;
    clusters.push(sampleOf(next.rgb, {}));
  }
  for (const bin of edges) {
    const near = nearest(bin, clusters);
    const home = clusters[near];
    if (home && deltaE(home.lab, bin.lab) < 2 * sameColor)
      clusters[near] = joined(home, sampleOf(home.rgb, { text: bin.weight }));
  }
}

/** The bin farthest from all clusters whose surroundings in OKLab hold at least `least` pixels. */
function farthest(bins: readonly Bin[], clusters: readonly ColorSample[], least: number): Bin | undefined {
  const candidates = bins.slice(0, 500).map((bin) => {
    const home = clusters[nearest(bin, clusters)];
    return { bin, distance: home ? deltaE(home.lab, bin.lab) : 1 };
  });
  candidates.sort((one, other) => other.distance - one.distance);
  return candidates.find(({ bin }) => {
    const around = bins.filter((other) => deltaE(other.lab, bin.lab) < 2 * sameColor);
    return around.reduce((sum, other) => sum + other.weight, 0) >= least;
  })?.bin;
}
