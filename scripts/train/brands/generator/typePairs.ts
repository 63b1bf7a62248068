import type { BrandTone } from '../../../../src/variants/brandTones.ts';
import type { Random } from './random.ts';

/** Type of a brand. Sizes in px. */
export interface TypeStyle {
  readonly heading: string;
  readonly body: string;
  readonly basePx: number;
  /** Ratio between steps of the scale. */
  readonly ratio: number;
  readonly headingWeight: number;
  readonly bodyWeight: number;
  readonly lineHeight: number;
  readonly headingLineHeight: number;
  /** In em. */
  readonly headingTracking: number;
  readonly headingCase: 'none' | 'uppercase' | 'lowercase';
  readonly labelCase: 'none' | 'uppercase';
  readonly labelTracking: number;
}

interface TypeHabit {
  /** Heading stack and body stack; the same twice: one family. */
  readonly pairs: readonly (readonly [string, string])[];
  readonly basePx: readonly number[];
  readonly ratios: readonly number[];
  readonly headingWeights: readonly number[];
  readonly bodyWeights: readonly number[];
  readonly lineHeights: readonly number[];
  readonly headingTracking: readonly number[];
  readonly headingCases: readonly TypeStyle['headingCase'][];
  readonly labelCases: readonly TypeStyle['labelCase'][];
}

const sans = 'Arial, sans-serif';
const serif = "'Times New Roman', serif";
const helvetica = "'Helvetica Neue', Helvetica, Arial, sans-serif";
const system = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const named = (family: string, fallback: string): string => `'${family}', ${fallback}`;
const twice = (stack: string): readonly [string, string] => [stack, stack];
const inSans = (family: string): string => named(family, sans);
const inSerif = (family: string): string => named(family, serif);
const inMono = (family: string): string => named(family, "Menlo, Consolas, 'Courier New', monospace");
const inRound = (family: string): string => named(family, "'Comic Sans MS', cursive, sans-serif");
const inHeavy = (family: string): string => named(family, "Impact, 'Arial Black', sans-serif");
const times = "'Times New Roman', Times, serif";
const georgia = 'Georgia, serif';

const habits: Record<BrandTone, TypeHabit> = {
  formal: {
    pairs: [
      twice(georgia),
      twice(times),
      [georgia, sans],
      [times, helvetica],
      [inSerif('EB Garamond'), inSans('Source Sans Pro')],
      [inSerif('Libre Baskerville'), inSans('Open Sans')],
      [inSerif('Merriweather'), inSans('Lato')],
      ['Cambria, Georgia, serif', 'Calibri, Arial, sans-serif'],
      ["'Palatino Linotype', Palatino, serif", sans],
      [inSerif('IBM Plex Serif'), inSans('IBM Plex Sans')],
      twice(inSerif('Source Serif Pro')),
      ["Garamond, 'Times New Roman', serif", "Garamond, 'Times New Roman', serif"],
      twice(helvetica),
      ["Baskerville, 'Times New Roman', serif", georgia],
      [inSerif('PT Serif'), inSans('PT Sans')],
    ],
    basePx: [15, 16, 16, 17],
    ratios: [1.2, 1.25, 1.25],
    headingWeights: [400, 600, 700],
    bodyWeights: [400],
    lineHeights: [1.5, 1.6, 1.65],
    headingTracking: [0, 0, 0.01],
    headingCases: ['none', 'none', 'none', 'uppercase'],
    labelCases: ['none', 'uppercase'],
  },
  casual: {
    pairs: [
      twice(inSans('Work Sans')),
      twice(inSans('Karla')),
      twice(inSans('Rubik')),
      twice(helvetica),
      twice("'Trebuchet MS', Verdana, sans-serif"),
      twice('Verdana, Geneva, sans-serif'),
      twice(inSans('Poppins')),
      twice(inSans('DM Sans')),
      [inSans('Cabin'), inSans('Open Sans')],
      [named('Permanent Marker', 'cursive'), inSans('Karla')],
      twice(system),
      [inSans('Rubik'), system],
      [named('Pacifico', 'cursive'), inSans('Open Sans')],
      twice('Tahoma, Verdana, sans-serif'),
    ],
    basePx: [15, 16, 16, 17],
    ratios: [1.2, 1.25, 1.333],
    headingWeights: [500, 600, 700, 800],
    bodyWeights: [400],
    lineHeights: [1.45, 1.5, 1.6],
    headingTracking: [0, -0.01],
    headingCases: ['none', 'none', 'none', 'lowercase'],
    labelCases: ['none'],
  },
  playful: {
    pairs: [
      twice("'Comic Sans MS', 'Comic Sans', cursive"),
      [inRound('Baloo 2'), inSans('Nunito')],
      [inRound('Fredoka One'), inRound('Nunito')],
      [inRound('Chewy'), inSans('Quicksand')],
      [inRound('Bubblegum Sans'), "'Comic Sans MS', cursive"],
      [inRound('Luckiest Guy'), inRound('Patrick Hand')],
      twice(inRound('Baloo 2')),
      twice(inRound('Fredoka')),
      ["'Comic Sans MS', cursive", "'Trebuchet MS', sans-serif"],
      [inRound('Gochi Hand'), inSans('Nunito')],
      ["'Marker Felt', 'Comic Sans MS', cursive", inRound('Quicksand')],
      [inRound('Lobster'), inSans('Quicksand')],
    ],
    basePx: [16, 17, 18],
    ratios: [1.25, 1.333, 1.414],
    headingWeights: [400, 700, 800],
    bodyWeights: [400, 500],
    lineHeights: [1.4, 1.5, 1.6],
    headingTracking: [0, 0.01],
    headingCases: ['none', 'none', 'none', 'uppercase'],
    labelCases: ['none'],
  },
  urgent: {
    pairs: [
      ["Impact, 'Arial Black', sans-serif", sans],
      ["'Arial Black', Arial, sans-serif", sans],
      [inHeavy('Anton'), inSans('Roboto')],
      [inHeavy('Oswald'), inSans('Open Sans')],
      [inHeavy('Bebas Neue'), inSans('Roboto')],
      [inHeavy('Roboto Condensed'), inSans('Roboto')],
      [inHeavy('Barlow Condensed'), inSans('Barlow')],
      ["'Franklin Gothic Medium', 'Arial Narrow', sans-serif", sans],
      twice(helvetica),
      twice(sans),
    ],
    basePx: [15, 16, 16, 18],
    ratios: [1.333, 1.414, 1.5],
    headingWeights: [700, 800, 900],
    bodyWeights: [400, 500, 600],
    lineHeights: [1.3, 1.4, 1.5],
    headingTracking: [0, -0.01, 0.01],
    headingCases: ['uppercase', 'uppercase', 'none'],
    labelCases: ['uppercase', 'uppercase', 'none'],
  },
  luxurious: {
    pairs: [
      ["Didot, 'Bodoni MT', 'Times New Roman', serif", "'Optima', 'Gill Sans', sans-serif"],
      [inSerif('Playfair Display'), inSans('Lato')],
      [inSerif('Cormorant Garamond'), inSans('Montserrat')],
      twice(inSerif('Cormorant Garamond')),
      [inSerif('Cinzel'), inSerif('Cormorant')],
      [inSerif('Marcellus'), inSans('Raleway')],
      ["'Bodoni 72', 'Bodoni MT', Didot, serif", georgia],
      [inSerif('Playfair Display'), georgia],
      [inSerif('Italiana'), inSans('Josefin Sans')],
      twice("Didot, Georgia, serif"),
      ["Garamond, 'Cormorant Garamond', serif", "'Gill Sans', 'Gill Sans MT', sans-serif"],
      [inSerif('Bodoni Moda'), inSans('Jost')],
    ],
    basePx: [15, 16, 17, 18],
    ratios: [1.333, 1.414, 1.5, 1.618],
    headingWeights: [300, 400, 400, 500],
    bodyWeights: [300, 400],
    lineHeights: [1.6, 1.7, 1.8, 1.9],
    headingTracking: [0.02, 0.05, 0.08, 0.12],
    headingCases: ['none', 'uppercase', 'none'],
    labelCases: ['uppercase', 'uppercase', 'none'],
  },
  technical: {
    pairs: [
      [inMono('JetBrains Mono'), inSans('Inter')],
      twice(inMono('Fira Code')),
      twice(inSans('Inter')),
      [inMono('IBM Plex Mono'), inSans('IBM Plex Sans')],
      [inSans('Roboto'), inSans('Roboto')],
      twice("'SF Mono', Menlo, Consolas, monospace"),
      [inMono('Source Code Pro'), inSans('Source Sans Pro')],
      [inMono('Space Mono'), inSans('Space Grotesk')],
      twice("'Courier New', Courier, monospace"),
      twice("'Segoe UI', Roboto, sans-serif"),
      [inMono('Roboto Mono'), inSans('Roboto')],
      twice(system),
      ["Consolas, 'Courier New', monospace", "'Segoe UI', Arial, sans-serif"],
    ],
    basePx: [13, 14, 14, 15, 16],
    ratios: [1.125, 1.2, 1.25],
    headingWeights: [500, 600, 700],
    bodyWeights: [400],
    lineHeights: [1.45, 1.5, 1.6],
    headingTracking: [0, -0.01, -0.02],
    headingCases: ['none', 'none', 'none', 'lowercase'],
    labelCases: ['none', 'uppercase'],
  },
  friendly: {
    pairs: [
      twice(inSans('Nunito')),
      [inSans('Quicksand'), inSans('Nunito')],
      twice(inSans('Varela Round')),
      [inSans('Nunito'), inSans('Open Sans')],
      twice(inSans('Lato')),
      twice(inSans('Mulish')),
      [inSans('Comfortaa'), inSans('Nunito')],
      twice("'Trebuchet MS', 'Lucida Grande', sans-serif"),
      twice(inSans('Poppins')),
      [inSans('Poppins'), inSans('Open Sans')],
      [inSans('Baloo 2'), inSans('Open Sans')],
      twice("Verdana, 'Segoe UI', sans-serif"),
      twice(system),
    ],
    basePx: [16, 16, 17, 18],
    ratios: [1.2, 1.25, 1.25, 1.333],
    headingWeights: [600, 700, 700, 800],
    bodyWeights: [400],
    lineHeights: [1.5, 1.6, 1.7],
    headingTracking: [0],
    headingCases: ['none'],
    labelCases: ['none'],
  },
  bold: {
    pairs: [
      twice("Impact, Haettenschweiler, 'Arial Narrow Bold', sans-serif"),
      ["Impact, 'Arial Black', sans-serif", helvetica],
      [inHeavy('Anton'), inSans('Inter')],
      [inHeavy('Bebas Neue'), inSans('Montserrat')],
      [inHeavy('Archivo Black'), inSans('Archivo')],
      twice(inSans('Montserrat')),
      [inHeavy('League Gothic'), helvetica],
      ["'Arial Black', Gadget, sans-serif", "'Arial', sans-serif"],
      [inHeavy('Druk Wide'), helvetica],
      ["Futura, 'Century Gothic', sans-serif", "Futura, 'Century Gothic', sans-serif"],
      [inHeavy('Oswald'), inSans('Work Sans')],
      twice(helvetica),
    ],
    basePx: [16, 17, 18, 20],
    ratios: [1.5, 1.618, 1.778],
    headingWeights: [800, 900, 900],
    bodyWeights: [400, 500, 600, 700],
    lineHeights: [1.3, 1.4, 1.5],
    headingTracking: [-0.03, -0.02, 0, 0.01],
    headingCases: ['uppercase', 'uppercase', 'uppercase', 'none'],
    labelCases: ['uppercase', 'uppercase', 'none'],
  },
  calm: {
    pairs: [
      [inSerif('Cormorant'), inSans('Mulish')],
      [inSerif('Lora'), inSans('Hind')],
      twice(inSans('Raleway')),
      twice(inSans('Josefin Sans')),
      [inSans('Josefin Sans'), inSerif('Crimson Text')],
      twice("'Helvetica Neue', 'Avenir Next', Helvetica, sans-serif"),
      ["Optima, Candara, 'Segoe UI', sans-serif", georgia],
      [georgia, "'Avenir Next', Avenir, sans-serif"],
      twice(inSerif('Lora')),
      [inSerif('Cormorant Garamond'), inSans('Karla')],
      twice(inSans('Mulish')),
      [inSerif('Spectral'), inSerif('Spectral')],
      ["'Gill Sans', Calibri, sans-serif", georgia],
    ],
    basePx: [16, 17, 18],
    ratios: [1.2, 1.25, 1.333],
    headingWeights: [300, 300, 400],
    bodyWeights: [300, 400, 400],
    lineHeights: [1.7, 1.75, 1.8, 1.9, 2],
    headingTracking: [0, 0.01, 0.03],
    headingCases: ['none', 'none', 'lowercase'],
    labelCases: ['none'],
  },
  inspirational: {
    pairs: [
      [inSans('Montserrat'), inSerif('Lora')],
      [inSans('Raleway'), inSerif('Merriweather')],
      twice(inSans('Poppins')),
      [inSans('Josefin Sans'), inSans('Lato')],
      [inSerif('Playfair Display'), inSans('Lato')],
      [inSerif('Libre Baskerville'), inSans('Montserrat')],
      twice(inSans('Montserrat')),
      [inSerif('DM Serif Display'), inSans('DM Sans')],
      [georgia, helvetica],
      ["'Avenir Next', Avenir, 'Helvetica Neue', sans-serif", "'Avenir Next', Avenir, sans-serif"],
      [inSans('Montserrat'), inSans('Open Sans')],
      ["'Century Gothic', Futura, sans-serif", georgia],
    ],
    basePx: [16, 17, 18],
    ratios: [1.333, 1.414, 1.5],
    headingWeights: [300, 600, 700, 700, 800],
    bodyWeights: [400],
    lineHeights: [1.6, 1.7, 1.75],
    headingTracking: [-0.01, 0, 0.01],
    headingCases: ['none', 'none', 'none', 'uppercase'],
    labelCases: ['none', 'uppercase'],
  },
};

/** Stacks of every tone, for brands that cannot decide. */
export const allStacks: readonly string[] = [...new Set(Object.values(habits).flatMap(({ pairs }) => pairs.flat()))];

/** Type that fits the tone. `plain`: one of the faces that every page may have, in the tone's sizes and weights. */
export function drawType(random: Random, tone: BrandTone, plain = false): TypeStyle {
  const habit = habits[tone];
  const [heading, body] = plain ? twice(random.pick([helvetica, system, sans])) : random.pick(habit.pairs);
  const uppercaseLabels = random.pick(habit.labelCases);
  return {
    heading,
    body,
    basePx: random.pick(habit.basePx),
    ratio: random.pick(habit.ratios),
    headingWeight: random.pick(habit.headingWeights),
    bodyWeight: random.pick(habit.bodyWeights),
    lineHeight: random.pick(habit.lineHeights),
    headingLineHeight: random.pick([1.1, 1.15, 1.2, 1.25, 1.3]),
    headingTracking: random.pick(habit.headingTracking),
    headingCase: random.pick(habit.headingCases),
    labelCase: uppercaseLabels,
    labelTracking: uppercaseLabels === 'uppercase' ? random.pick([0.04, 0.08, 0.12, 0.2]) : 0,
  };
}
