import { stackNames } from './fontStack.ts';

/** What kind of letters a font family has. The order is that of the one-hot features. */
export const fontClasses = ['serif', 'slab', 'sans', 'geometric', 'rounded', 'mono', 'display', 'script'] as const;
export type FontClass = (typeof fontClasses)[number];

/** Beginnings of names of common families, in lower case. Kinds as their foundries and Google Fonts file them. */
const families: Readonly<Record<FontClass, string>> = {
  script: `
    pacifico, dancing script, great vibes, lobster, sacramento, satisfy, caveat, brush script, parisienne, allura, alex brush,
    kaushan script, cookie, courgette, yellowtail, tangerine, pinyon script, indie flower, shadows into light, patrick hand, kalam,
    permanent marker, amatic, gochi hand, snell roundhand, segoe script, segoe print, bradley hand, lucida handwriting, zapfino,
    apple chancery, homemade apple, reenie beanie, handlee, marck script, mr dafoe
  `,
  display: `
    impact, bebas, anton, oswald, bangers, righteous, fredericksburg, luckiest guy, press start, bungee, monoton, russo one, black ops,
    staatliches, alfa slab, archivo black, abril fatface, league gothic, haettenschweiler, arial black, rubik mono, titan one,
    passion one, chango, fascinate, limelight, papyrus, copperplate, cooper black, stencil, orbitron, audiowide, creepster, shrikhand,
    ultra, syncopate, unica one, big shoulders, fjalla, squada, teko, franklin gothic heavy, phosphate
  `,
  rounded: `
    nunito, quicksand, comfortaa, fredoka, varela round, baloo, m plus rounded, dosis, comic sans, comic neue, chalkboard, arial rounded,
    sf pro rounded, ui-rounded, hiragino maru, signika, mali, sniglet, grandstander, chewy, boogaloo, itim
  `,
  geometric: `
    futura, montserrat, poppins, century gothic, avenir, raleway, josefin sans, gotham, jost, urbanist, outfit, didact gothic, questrial,
    kumbh, syne, sora, manrope, plus jakarta, dm sans, red hat, space grotesk, lexend, league spartan, spartan, circular, gilroy,
    proxima nova, product sans, google sans, exo, prompt, kanit, tenor sans, figtree, albert sans, geist
  `,
  mono: `
    courier, menlo, monaco, consolas, fira code, fira mono, jetbrains, source code, ibm plex mono, roboto mono, space mono, inconsolata,
    cascadia, dejavu sans mono, liberation mono, ubuntu mono, sf mono, sfmono, andale mono, lucida console, anonymous pro,
    share tech mono, vt323, overpass mono, hack, dm mono, geist mono, ui-monospace, noto sans mono, pt mono
  `,
  slab: `
    rockwell, roboto slab, zilla slab, arvo, josefin slab, bitter, crete round, courier prime slab, museo slab, american typewriter,
    clarendon, sanchez, slabo, rokkitt, aleo, kreon, patua one, serifa, memphis, glypha, bookman, ibm plex serif
  `,
  sans: `
    helvetica, arial, inter, roboto, open sans, lato, source sans, noto sans, work sans, segoe ui, san francisco, sf pro, verdana,
    tahoma, trebuchet, ubuntu, fira sans, ibm plex sans, pt sans, cabin, karla, mulish, hind, rubik, barlow, gill sans, frutiger, myriad,
    univers, akzidenz, calibri, candara, corbel, lucida grande, lucida sans, geneva, oxygen, cantarell, dejavu sans, liberation sans,
    system-ui, -apple-system, blinkmacsystemfont, ui-sans-serif, franklin gothic, optima, public sans, archivo, heebo, assistant,
    titillium, asap, libre franklin, nimbus sans, aktiv, neue haas, droid sans
  `,
  serif: `
    times, georgia, garamond, eb garamond, cormorant, playfair, merriweather, lora, libre baskerville, baskerville, bodoni, didot,
    cinzel, crimson, source serif, noto serif, pt serif, cambria, palatino, book antiqua, hoefler, caslon, libre caslon, minion,
    dm serif, prata, cardo, spectral, newsreader, fraunces, gelasio, domine, vollkorn, old standard, alegreya, ui-serif, new york,
    charter, constantia, perpetua, sabon, bembo, goudy, century schoolbook, liberation serif, dejavu serif, marcellus, italiana, forum,
    bellefair, gilda, rufina, instrument serif, tinos, nimbus roman, rozha, literata, ibarra
  `,
};

const generics: Readonly<Record<string, FontClass>> = {
  serif: 'serif',
  'sans-serif': 'sans',
  monospace: 'mono',
  cursive: 'script',
  fantasy: 'display',
  'system-ui': 'sans',
  'ui-serif': 'serif',
  'ui-sans-serif': 'sans',
  'ui-monospace': 'mono',
  'ui-rounded': 'rounded',
};

/** Longest first, so that 'dejavu sans mono' is not taken for 'dejavu sans'. */
const byName = fontClasses
  .flatMap((fontClass) => families[fontClass].split(',').map((name) => [name.trim(), fontClass] as const))
  .sort(([one], [other]) => other.length - one.length);

/** Kind of a stack's first family: by its name, else by what the stack falls back to; undefined: nothing tells. */
export function fontClass(stack: string): FontClass | undefined {
  const names = stackNames(stack).map((name) => name.toLowerCase());
  const first = names[0] ?? '';
  return (
    generics[first] ??
    byName.find(([name]) => first.startsWith(name))?.[1] ??
    names.map((name) => generics[name]).find((found) => found !== undefined) ??
    byWord(first)
  );
}

/** Many families say in their name what they are. */
function byWord(name: string): FontClass | undefined {
  if (/\bmono\b|\bcode\b|typewriter/u.test(name)) return 'mono';
  if (/\bslab\b/u.test(name)) return 'slab';
  if (/\bscript\b|handwrit|\bhand\b|brush|calligra/u.test(name)) return 'script';
  if (/rounded|\bround\b/u.test(name)) return 'rounded';
  if (/\bdisplay\b|poster|black\b|\bheavy\b/u.test(name)) return 'display';
  if (/\bsans\b|grotesk|grotesque|gothic/u.test(name)) return 'sans';
  return /\bserif\b|roman|antiqua/u.test(name) ? 'serif' : undefined;
}
