import { clampChroma, formatHex, wcagContrast } from 'culori';
import type { BrandTone } from '../../../../src/variants/brandTones.ts';
import type { Random } from './random.ts';

/** Colours of a brand by role, as `#rrggbb`. */
export interface Palette {
  readonly background: string;
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly primary: string;
  readonly onPrimary: string;
  readonly secondary: string;
  readonly accent: string;
  readonly border: string;
  /** What the hero lies on: a colour or a gradient. */
  readonly hero: string;
  readonly onHero: string;
}

/** OKLCH ranges: lightness from and to, chroma from and to, hue in degrees from and to (over 360 goes on at 0). */
type Swatch = readonly [number, number, number, number, number, number];

/** Families of colours that fit a tone: one of each list is drawn. */
interface Recipe {
  readonly background: readonly Swatch[];
  readonly primary: readonly Swatch[];
  readonly accent: readonly Swatch[];
  readonly hero: readonly ('background' | 'surface' | 'primary' | 'gradient' | 'dark')[];
  /** Lightness of text on a light background; softer text for softer brands. */
  readonly ink: readonly [number, number];
}

const white: Swatch = [0.98, 1, 0, 0.004, 0, 360];
const paper: Swatch = [0.95, 0.98, 0.004, 0.02, 75, 100];
const cool: Swatch = [0.95, 0.985, 0.002, 0.012, 220, 270];
const black: Swatch = [0.12, 0.19, 0, 0.012, 0, 360];
const gold: Swatch = [0.68, 0.82, 0.07, 0.12, 78, 94];
const red: Swatch = [0.53, 0.63, 0.2, 0.25, 20, 32];
const yellow: Swatch = [0.84, 0.92, 0.15, 0.19, 92, 108];
const coral: Swatch = [0.66, 0.75, 0.13, 0.18, 20, 42];
const teal: Swatch = [0.55, 0.72, 0.08, 0.12, 180, 205];
const navy: Swatch = [0.24, 0.38, 0.05, 0.12, 245, 272];
const orange: Swatch = [0.66, 0.76, 0.15, 0.19, 45, 65];
const pink: Swatch = [0.62, 0.74, 0.19, 0.26, 345, 370];

const recipes: Record<BrandTone, Recipe> = {
  formal: {
    background: [white, white, cool, paper],
    primary: [
      navy,
      navy,
      [0.28, 0.4, 0.03, 0.08, 150, 172],
      [0.3, 0.4, 0.09, 0.13, 12, 26],
      [0.25, 0.38, 0, 0.02, 230, 270],
      [0.38, 0.48, 0.08, 0.13, 245, 262],
    ],
    accent: [[0.55, 0.7, 0.05, 0.09, 75, 95], [0.35, 0.45, 0.08, 0.13, 15, 28], [0.5, 0.62, 0.02, 0.06, 230, 260], navy],
    hero: ['background', 'surface', 'primary', 'primary', 'dark'],
    ink: [0.18, 0.32],
  },
  casual: {
    background: [white, paper, [0.93, 0.97, 0.02, 0.04, 70, 100], cool],
    primary: [
      [0.48, 0.62, 0.08, 0.13, 235, 258],
      [0.62, 0.7, 0.13, 0.18, 42, 62],
      [0.5, 0.62, 0.07, 0.11, 115, 140],
      teal,
      [0.55, 0.66, 0.12, 0.16, 28, 45],
    ],
    accent: [[0.74, 0.84, 0.12, 0.16, 78, 95], teal, orange, [0.5, 0.6, 0.08, 0.12, 240, 255]],
    hero: ['background', 'surface', 'primary', 'background'],
    ink: [0.24, 0.36],
  },
  playful: {
    background: [
      white,
      [0.95, 0.98, 0.03, 0.06, 95, 108],
      [0.94, 0.97, 0.02, 0.04, 340, 365],
      [0.94, 0.98, 0.03, 0.05, 160, 200],
      [0.93, 0.97, 0.02, 0.04, 290, 310],
    ],
    primary: [pink, pink, [0.55, 0.66, 0.2, 0.26, 295, 315], [0.68, 0.78, 0.12, 0.16, 195, 225], orange, [0.7, 0.8, 0.18, 0.22, 135, 150]],
    accent: [yellow, yellow, [0.78, 0.86, 0.12, 0.15, 185, 205], pink, [0.75, 0.85, 0.18, 0.22, 125, 145]],
    hero: ['background', 'surface', 'primary', 'gradient', 'primary'],
    ink: [0.22, 0.36],
  },
  urgent: {
    background: [white, white, black, [0.95, 0.98, 0.03, 0.06, 95, 105], [0.96, 0.98, 0.01, 0.02, 15, 30]],
    primary: [red, red, red, [0.62, 0.7, 0.2, 0.23, 35, 48]],
    accent: [yellow, yellow, [0.1, 0.2, 0, 0.01, 0, 360], orange],
    hero: ['primary', 'primary', 'dark', 'background'],
    ink: [0.1, 0.22],
  },
  luxurious: {
    background: [
      black,
      black,
      [0.95, 0.975, 0.008, 0.02, 75, 95],
      [0.2, 0.28, 0.03, 0.06, 155, 172],
      [0.2, 0.28, 0.05, 0.09, 5, 22],
      [0.18, 0.25, 0.03, 0.07, 265, 290],
      white,
    ],
    primary: [gold, gold, gold, [0.55, 0.68, 0.06, 0.1, 60, 80], [0.8, 0.88, 0.03, 0.06, 75, 95], [0.72, 0.8, 0.05, 0.08, 30, 50]],
    accent: [[0.85, 0.93, 0.02, 0.05, 75, 95], [0.35, 0.45, 0.08, 0.12, 5, 25], [0.45, 0.55, 0.05, 0.08, 60, 80], [0.32, 0.42, 0.04, 0.08, 155, 170]],
    hero: ['background', 'background', 'dark', 'surface'],
    ink: [0.14, 0.26],
  },
  technical: {
    background: [white, cool, [0.15, 0.25, 0.01, 0.04, 235, 280], [0.13, 0.2, 0, 0.02, 220, 270], [0.17, 0.24, 0.02, 0.05, 255, 280]],
    primary: [
      [0.5, 0.64, 0.15, 0.21, 248, 264],
      [0.7, 0.82, 0.1, 0.15, 190, 215],
      [0.72, 0.84, 0.16, 0.21, 140, 158],
      [0.6, 0.7, 0.1, 0.13, 220, 240],
      [0.55, 0.65, 0.16, 0.22, 275, 295],
    ],
    accent: [[0.75, 0.83, 0.13, 0.17, 60, 80], teal, [0.7, 0.82, 0.15, 0.2, 140, 155], [0.55, 0.68, 0.03, 0.06, 230, 260]],
    hero: ['background', 'background', 'surface', 'dark'],
    ink: [0.2, 0.32],
  },
  friendly: {
    background: [white, paper, [0.95, 0.98, 0.015, 0.035, 70, 100], [0.95, 0.98, 0.012, 0.03, 130, 160], [0.95, 0.98, 0.01, 0.025, 210, 235]],
    primary: [
      [0.58, 0.72, 0.11, 0.17, 138, 160],
      [0.62, 0.75, 0.1, 0.15, 222, 245],
      coral,
      orange,
      teal,
    ],
    accent: [[0.82, 0.89, 0.12, 0.16, 80, 98], coral, teal, orange, [0.65, 0.75, 0.12, 0.16, 140, 155]],
    hero: ['background', 'surface', 'surface', 'primary'],
    ink: [0.28, 0.4],
  },
  bold: {
    background: [
      black,
      black,
      white,
      [0.83, 0.92, 0.17, 0.2, 95, 120],
      [0.58, 0.66, 0.21, 0.25, 22, 35],
      [0.45, 0.55, 0.22, 0.29, 262, 280],
    ],
    primary: [
      [0.58, 0.66, 0.21, 0.26, 20, 40],
      [0.85, 0.93, 0.18, 0.22, 100, 125],
      [0.48, 0.58, 0.22, 0.29, 262, 285],
      [0.62, 0.7, 0.25, 0.29, 345, 360],
      [0.68, 0.76, 0.18, 0.21, 45, 60],
      black,
    ],
    accent: [[0.85, 0.93, 0.18, 0.22, 100, 125], white, [0.62, 0.7, 0.24, 0.28, 345, 360], [0.8, 0.88, 0.14, 0.17, 185, 200]],
    hero: ['primary', 'background', 'dark', 'primary'],
    ink: [0.08, 0.16],
  },
  calm: {
    background: [
      [0.95, 0.98, 0.005, 0.02, 130, 170],
      [0.94, 0.975, 0.006, 0.018, 60, 95],
      [0.95, 0.98, 0.006, 0.018, 215, 250],
      [0.95, 0.98, 0.006, 0.016, 290, 320],
      white,
    ],
    primary: [
      [0.55, 0.72, 0.025, 0.06, 135, 170],
      [0.55, 0.7, 0.03, 0.065, 200, 250],
      [0.6, 0.74, 0.03, 0.055, 50, 85],
      [0.58, 0.72, 0.03, 0.065, 285, 320],
    ],
    accent: [[0.76, 0.86, 0.03, 0.06, 55, 85], [0.78, 0.88, 0.02, 0.05, 140, 180], [0.75, 0.86, 0.02, 0.05, 215, 250], [0.78, 0.87, 0.025, 0.05, 10, 40]],
    hero: ['background', 'surface', 'background'],
    ink: [0.36, 0.48],
  },
  inspirational: {
    background: [white, white, [0.96, 0.985, 0.008, 0.02, 70, 100], [0.96, 0.985, 0.008, 0.02, 285, 310], [0.22, 0.3, 0.06, 0.12, 270, 295]],
    primary: [
      [0.44, 0.56, 0.15, 0.23, 280, 308],
      [0.48, 0.58, 0.13, 0.19, 255, 275],
      [0.66, 0.74, 0.15, 0.19, 35, 58],
      [0.52, 0.62, 0.09, 0.13, 185, 210],
      [0.6, 0.68, 0.17, 0.22, 355, 375],
    ],
    accent: [[0.74, 0.84, 0.14, 0.17, 62, 85], orange, coral, [0.7, 0.8, 0.1, 0.13, 190, 215]],
    hero: ['gradient', 'gradient', 'gradient', 'primary'],
    ink: [0.24, 0.36],
  },
};

function hex(l: number, c: number, h: number): string {
  return formatHex(clampChroma({ mode: 'oklch', l, c, h: h % 360 }, 'oklch'));
}

interface Drawn {
  readonly l: number;
  readonly c: number;
  readonly h: number;
}

function draw(random: Random, [l0, l1, c0, c1, h0, h1]: Swatch): Drawn {
  return { l: random.between(l0, l1), c: random.between(c0, c1), h: random.between(h0, h1) };
}

const toHex = ({ l, c, h }: Drawn): string => hex(l, c, h);

/** White where large text in it can be read (3:1), as designers choose it; near-black elsewhere. */
export function readableOn(color: string): string {
  return wcagContrast('#ffffff', color) >= 3 ? '#ffffff' : '#161616';
}

function towards(color: Drawn, lightness: number): Drawn {
  return { ...color, l: Math.min(0.995, Math.max(0.05, lightness)) };
}

function heroOf(random: Random, recipe: Recipe, palette: Omit<Palette, 'hero' | 'onHero'>, primary: Drawn): [string, string] {
  const kind = random.pick(recipe.hero);
  if (kind === 'gradient') {
    const angle = random.pick(['120deg', '135deg', 'to right', '160deg', 'to bottom']);
    return [`linear-gradient(${angle}, ${palette.primary}, ${palette.accent})`, readableOn(palette.primary)];
  }
  if (kind === 'dark') {
    const dark = hex(random.between(0.14, 0.26), Math.min(primary.c, 0.06), primary.h);
    return [dark, '#f7f6f3'];
  }
  if (kind === 'primary') return [palette.primary, palette.onPrimary];
  return [palette[kind], palette.text];
}

/** A palette whose colours fit the tone. `plain`: white, near-black text and the tone's primary colour alone. */
export function drawPalette(random: Random, tone: BrandTone, plain = false): Palette {
  const recipe = recipes[tone];
  const background = plain ? { l: random.pick([1, 1, 0.985]), c: 0, h: 0 } : draw(random, random.pick(recipe.background));
  const light = background.l > 0.6;
  const strong = background.c > 0.1;
  let primary = draw(random, random.pick(recipe.primary));
  // A primary colour that vanishes on the background is no primary colour.
  if (Math.abs(primary.l - background.l) < 0.22) primary = towards(primary, light ? background.l - 0.32 : background.l + 0.4);
  const accent = plain ? primary : draw(random, random.pick(recipe.accent));
  const textHue = random.chance(0.5) ? primary.h : random.between(220, 280);
  const ink: Drawn = strong
    ? { l: light ? 0.1 : 0.98, c: 0, h: 0 }
    : { l: light ? random.between(...recipe.ink) : random.between(0.9, 0.98), c: random.between(0, 0.02), h: textHue };
  const surface = towards(background, light ? background.l - random.between(0.015, 0.05) : background.l + random.between(0.03, 0.08));
  const primaryHex = toHex(primary);
  const rest = {
    background: toHex(background),
    surface: random.chance(0.25) && light && !strong ? '#ffffff' : toHex(surface),
    text: toHex(ink),
    muted: toHex(towards(ink, strong ? ink.l : light ? Math.min(0.55, ink.l + 0.2) : 0.72)),
    primary: primaryHex,
    onPrimary: readableOn(primaryHex),
    secondary: plain ? primaryHex : toHex(towards(primary, light ? primary.l - 0.12 : primary.l + 0.08)),
    accent: toHex(accent),
    border: toHex(towards(background, light ? background.l - 0.1 : background.l + 0.16)),
  };
  const [hero, onHero] = heroOf(random, recipe, rest, primary);
  return { ...rest, hero, onHero };
}
