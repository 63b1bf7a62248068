import type { Pixels } from '../../src/media/brand/imageColors.ts';

export type Paint = (x: number, y: number) => string;

/** Pixels of a drawing, from '#rrggbb' or '#rrggbbaa' by position. */
export function drawPixels(width: number, height: number, paint: Paint): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(bytesOf(paint(x, y)), (y * width + x) * 4);
  return { width, height, data };
}

const known = new Map<string, number[]>();

function bytesOf(hex: string): number[] {
  const bytes = known.get(hex) ?? parseBytes(hex);
  known.set(hex, bytes);
  return bytes;
}

function parseBytes(hex: string): number[] {
  const [r = 0, g = 0, b = 0, a = 255] = (hex.slice(1).match(/../gu) ?? []).map((pair) => Number.parseInt(pair, 16));
  return [r, g, b, a];
}

/** Between two '#rrggbb' colours; t from 0 to 1. */
export function mix(one: string, other: string, t: number): string {
  const [a, b] = [bytesOf(one), bytesOf(other)];
  return `#${[0, 1, 2]
    .map((i) =>
      Math.round((a[i] ?? 0) * (1 - t) + (b[i] ?? 0) * t)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Averages blocks of `factor` × `factor` pixels: edges become anti-aliased. */
export function shrink({ width, height, data }: Pixels, factor: number): Pixels {
  const [w, h] = [width / factor, height / factor];
  const small = new Uint8ClampedArray(w * h * 4);
  for (let at = 0; at < small.length; at++) {
    const [x, y] = [Math.floor(at / 4) % w, Math.floor(at / 4 / w)];
    let sum = 0;
    for (let dy = 0; dy < factor; dy++)
      for (let dx = 0; dx < factor; dx++)
        sum += data[((y * factor + dy) * width + x * factor + dx) * 4 + (at % 4)] ?? 0;
    small[at] = sum / factor ** 2;
  }
  return { width: w, height: h, data: small };
}

/** A generator of numbers from 0 to 1 that starts the same each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
