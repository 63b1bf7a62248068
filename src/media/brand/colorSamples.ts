import { deltaE, type Oklab, oklabOf, type Rgb } from './color.ts';

/** A colour and where it is seen; areas share one unit, px² of the page or pixels of the image. */
export interface ColorSample {
  readonly rgb: Rgb;
  readonly lab: Oklab;
  /** Backgrounds and surfaces. */
  readonly fill: number;
  /** Letters; in an image, strokes too thin to be a surface. */
  readonly text: number;
  readonly border: number;
  /** The part of fill that invites a click. */
  readonly button: number;
}

export type ColorUse = 'fill' | 'text' | 'border' | 'button';

export const areaOf = ({ fill, text, border }: ColorSample): number => fill + text + border;

export const sampleOf = (rgb: Rgb, use: Partial<Record<ColorUse, number>>): ColorSample => ({
  rgb,
  lab: oklabOf(rgb),
  fill: 0,
  text: 0,
  border: 0,
  button: 0,
  ...use,
});

/** `one` keeps its colour and gets the other's areas. */
export const joined = (one: ColorSample, other: ColorSample): ColorSample => ({
  ...one,
  fill: one.fill + other.fill,
  text: one.text + other.text,
  border: one.border + other.border,
  button: one.button + other.button,
});

export const scaled = (sample: ColorSample, factor: number): ColorSample => ({
  ...sample,
  fill: sample.fill * factor,
  text: sample.text * factor,
  border: sample.border * factor,
  button: sample.button * factor,
});

/** Most colours of a palette. */
const maxPalette = 12;
/**
 * Two colours closer than this (ΔE in OKLab) are one. A style sheet's colours are exact, and what can just be seen apart is meant to be apart; an
 * image's are blurred by compression.
 */
export const sameColor = { page: 0.02, image: 0.04 } as const;

/** Colours beyond this number, the least important ones, are not compared with all others. */
const mostCompared = 64;

/** Joins near-duplicates, then whatever changes the picture least until `limit` are left. Largest area first. */
export function mergeColors(samples: readonly ColorSample[], same: number, limit = maxPalette): ColorSample[] {
  const merged: ColorSample[] = [];
  for (const sample of byArea(samples)) {
    const near = nearest(sample, merged);
    const kept = merged[near];
    if (kept && deltaE(kept.lab, sample.lab) < same) merged[near] = joined(kept, sample);
    else merged.push(sample);
  }
  while (merged.length > limit) {
    const least = indexOfLeast(
      merged.length > mostCompared ? merged.map(importance) : merged.map((sample) => loss(sample, merged)),
    );
    const [gone] = merged.splice(least, 1);
    const near = gone ? nearest(gone, merged) : -1;
    const home = merged[near];
    if (!gone || !home) break;
    merged[near] = joined(home, gone);
  }
  return byArea(merged);
}

/** A small button counts as much as a larger surface. */
const importance = ({ fill, text, border, button }: ColorSample): number => fill + 4 * text + border + 8 * button;

/** What is lost when a colour becomes the one nearest to it. */
function loss(sample: ColorSample, among: readonly ColorSample[]): number {
  const others = among.filter((other) => other !== sample);
  const home = others[nearest(sample, others)];
  return home ? importance(sample) * deltaE(home.lab, sample.lab) ** 2 : 0;
}

/** Ties are broken by the colour itself, so that the order of the input does not matter. */
const byArea = (samples: readonly ColorSample[]): ColorSample[] =>
  [...samples].sort((one, other) => areaOf(other) - areaOf(one) || key(one) - key(other));

const key = ({ rgb: [r, g, b] }: ColorSample): number => r * 65536 + g * 256 + b;

/** Index of the nearest in OKLab; -1: there is none. */
export function nearest(sample: { readonly lab: Oklab }, among: readonly { readonly lab: Oklab }[]): number {
  return indexOfLeast(among.map(({ lab }) => deltaE(lab, sample.lab)));
}

function indexOfLeast(values: readonly number[]): number {
  let least = -1;
  values.forEach((value, index) => {
    if (least < 0 || value < (values[least] ?? 0)) least = index;
  });
  return least;
}
