import { type BrandTone, brandTones } from '../../../../src/variants/brandTones.ts';
import { mapElements, type Element } from './element.ts';
import type { Declarations, Look, Role } from './look.ts';
import { readableOn } from './palettes.ts';
import type { Random } from './random.ts';
import { allStacks } from './typePairs.ts';

/** Tones whose looks pass for each other's: text in one on a page of the other is no clash that a person would swear to. */
const neighbours: Readonly<Record<BrandTone, readonly BrandTone[]>> = {
  formal: ['technical', 'luxurious', 'calm'],
  casual: ['friendly', 'playful', 'inspirational', 'calm', 'technical'],
  playful: ['friendly', 'casual'],
  urgent: ['bold'],
  luxurious: ['formal', 'calm'],
  technical: ['formal', 'casual'],
  friendly: ['casual', 'playful', 'calm', 'inspirational'],
  bold: ['urgent'],
  calm: ['friendly', 'luxurious', 'formal', 'inspirational', 'casual'],
  inspirational: ['friendly', 'casual', 'calm', 'bold'],
};

/** Tones that do not go with this one. */
export function strangersOf(tone: BrandTone): readonly BrandTone[] {
  return brandTones.filter((other) => other !== tone && !neighbours[tone].includes(other));
}

/** Palette, type and layout of different looks in one. */
export function crossLook(random: Random, [first, second, third]: readonly [Look, Look, Look]): Look {
  const [palette, type, layout] = random.shuffle([first, second, third]);
  return {
    palette: (palette ?? first).palette,
    type: (type ?? second).type,
    layout: (layout ?? third).layout,
  };
}

/** Ways in which a page can be at odds with itself. */
export const flaws = ['families', 'sizes', 'spacings', 'radii', 'hues', 'contrast', 'alignment', 'cases'] as const;

export type Flaw = (typeof flaws)[number];

/** Flaws of a page, and how many of its elements have them, 0 to 1. */
export interface Disorder {
  readonly flaws: readonly Flaw[];
  readonly share: number;
}

export function drawDisorder(random: Random): Disorder {
  const worst = random.chance(0.5);
  const count = worst ? random.int(4, 8) : random.int(3, 4);
  return { flaws: random.shuffle(flaws).slice(0, count), share: worst ? random.between(0.5, 1) : random.between(0.55, 0.9) };
}

const wild = (random: Random): string => {
  const byte = (low: number, high: number): string => random.int(low, high).toString(16).padStart(2, '0');
  return random.pick([
    `#${byte(0, 255)}${byte(0, 255)}${byte(0, 255)}`,
    '#ff00ff', '#00ff00', '#ffff00', '#00ffff', '#ff6600', '#8b4513', '#0000ff', '#ff1493', '#7fff00', '#800080',
  ]);
};

const textRoles = new Set<Role>([
  ...(['logo', 'navLink', 'kicker', 'title', 'lead', 'heading', 'subheading', 'text', 'button', 'ghost', 'quote', 'cite'] as const),
  ...(['item', 'headCell', 'cell', 'fine', 'badge', 'price'] as const),
]);
const boxRoles = new Set<Role>(['header', 'hero', 'section', 'card', 'button', 'ghost', 'footer', 'badge', 'media', 'banner', 'input']);

const grey = (random: Random, low: number, high: number): string => `#${random.int(low, high).toString(16).padStart(2, '0').repeat(3)}`;

const spoil: Readonly<Record<Flaw, (random: Random, role: Role) => Declarations>> = {
  families: (random, role) => (textRoles.has(role) ? { 'font-family': random.pick(allStacks) } : {}),
  sizes: (random, role) => (textRoles.has(role) ? { 'font-size': `${random.int(9, 47)}px` } : {}),
  spacings: (random, role) =>
    boxRoles.has(role)
      ? { padding: `${random.int(1, 61)}px ${random.int(1, 67)}px`, margin: `${random.int(0, 37)}px ${random.int(0, 29)}px` }
      : { margin: `${random.int(0, 37)}px 0 ${random.int(0, 33)}px ${random.int(0, 23)}px` },
  radii: (random, role) => (boxRoles.has(role) ? { 'border-radius': `${random.pick([0, 1, 3, 5, 7, 11, 13, 17, 19, 23, 29, 37, 50])}px` } : {}),
  hues: (random, role) => {
    if (!boxRoles.has(role)) return textRoles.has(role) ? { color: wild(random) } : {};
    const background = wild(random);
    return { background, color: readableOn(background) };
  },
  contrast: (random, role) => {
    if (boxRoles.has(role)) return random.chance(0.5) ? { background: grey(random, 120, 170), color: grey(random, 130, 180) } : {};
    return textRoles.has(role) ? { color: grey(random, 140, 225) } : {};
  },
  alignment: (random, role) =>
    textRoles.has(role) || boxRoles.has(role) ? { 'text-align': random.pick(['left', 'right', 'center', 'justify']) } : {},
  cases: (random, role) =>
    textRoles.has(role)
      ? {
          'text-transform': random.pick(['none', 'uppercase', 'lowercase', 'capitalize']),
          'letter-spacing': `${random.pick([-1.5, 0, 1, 2.5, 5])}px`,
          'font-weight': String(random.pick([100, 300, 400, 600, 900])),
          'font-style': random.pick(['normal', 'italic']),
        }
      : {},
};

/** Spoils the styles of whole roles: every heading, say, gets the same odd size. */
export function spoilRules(random: Random, rules: Readonly<Record<Role, Declarations>>, disorder: Disorder): Record<Role, Declarations> {
  const spoiled = Object.entries(rules).map(([role, declarations]) => {
    const changes = disorder.flaws.filter(() => random.chance(disorder.share)).map((flaw) => spoil[flaw](random, role as Role));
    return [role, Object.assign({}, declarations, ...(role === 'body' ? [] : changes)) as Declarations] as const;
  });
  return Object.fromEntries(spoiled) as Record<Role, Declarations>;
}

/** Spoils single elements, each in its own way. */
export function spoilElements(random: Random, root: Element, disorder: Disorder): Element {
  return mapElements(root, (node) => {
    if (node.tag === 'tr' || !random.chance(disorder.share)) return node;
    const changes = disorder.flaws.filter(() => random.chance(0.75)).map((flaw) => spoil[flaw](random, node.role));
    const own = Object.assign({}, node.own, ...changes) as Declarations;
    return Object.keys(own).length > 0 ? { ...node, own } : node;
  });
}
