import { type BrandTone, brandTones } from '../../../../src/variants/brandTones.ts';
import { crossLook, drawDisorder, spoilElements, spoilRules, strangersOf } from './clash.ts';
import { type Element, mapElements } from './element.ts';
import { type Declarations, drawLook, type Look, type Role, rulesOf } from './look.ts';
import { drawHand, writePage } from './markup.ts';
import { Random } from './random.ts';
import { footer, header, hero, pageKinds } from './sections.ts';
import { type Corpus, loadCorpus, type Split } from './texts.ts';
import { makeWriter, type Writer } from './writer.ts';

/** How a page fails to be one brand: its text on another's looks, sections of several brands, copy of several, or plain disorder. */
export const clashes = ['stranger', 'cross', 'sections', 'copy', 'roles', 'elements'] as const;

export type Clash = (typeof clashes)[number];

/** They show only where there are several sections. */
const needRoom: ReadonlySet<Clash> = new Set<Clash>(['sections', 'copy']);

export interface GeneratedBrand {
  readonly html: string;
  /** Where the page's style sheet is beside it. */
  readonly css: string | undefined;
  /** The tone of most of its text. */
  readonly tone: BrandTone;
  readonly consistent: boolean;
  readonly clash: Clash | undefined;
  /** Kind of page. */
  readonly kind: string;
}

const names = ['Harlow', 'Lumen & Co', 'Northfield', 'Tavo', 'Okapi', 'Verity', 'Juniper', 'Mistral', 'Pelican', 'Aurel', 'Kestrel', 'Sonder', 'Brackwater', 'Ilex', 'Quill', 'Marlow', 'Zest', 'Ostara', 'Fable', 'Corvus'];

let corpus: Corpus | undefined;

function sectionsOf(random: Random, writer: Writer, kind: string): Element[] {
  const wanted = pageKinds[kind] ?? [];
  const chosen = wanted.filter((_, index) => index < 2 || random.chance(0.7));
  const withHeader = random.chance(0.75);
  const withFooter = random.chance(0.75);
  return [
    ...(withHeader ? [header(random, writer, random.pick(names))] : []),
    hero(random, writer, random.int(1, 2)),
    ...chosen.map((section) => section(random, writer, random.int(1, 3))),
    ...(withFooter ? [footer(random, writer, random.int(1, 3))] : []),
  ];
}

interface Plan {
  readonly looks: readonly Look[];
  readonly tones: readonly [BrandTone, ...BrandTone[]];
  readonly mixed: number;
}

function planOf(random: Random, tone: BrandTone, clash: Clash | undefined): Plan {
  const plain = { palette: random.chance(0.12), type: random.chance(0.14) };
  const own = (): Look => drawLook(random, tone, plain);
  const dressed = { palette: false, type: false };
  const strangers = random.shuffle(strangersOf(tone));
  const [one = tone, two = tone, three = tone] = strangers;
  const lookOf = (of: BrandTone): Look => drawLook(random, of, dressed);
  switch (clash) {
    case 'stranger':
      return { looks: [lookOf(one)], tones: [tone], mixed: 0 };
    case 'cross':
      return { looks: [crossLook(random, [random.chance(0.4) ? lookOf(tone) : lookOf(three), lookOf(one), lookOf(two)])], tones: [tone], mixed: 0 };
    case 'sections':
      return { looks: random.shuffle([own(), lookOf(one), lookOf(two), lookOf(three)]), tones: random.chance(0.5) ? [tone] : [tone, one, two], mixed: 0.3 };
    case 'copy':
      return { looks: [random.chance(0.5) ? own() : lookOf(one)], tones: [tone, one, two, three], mixed: random.between(0.45, 0.6) };
    default:
      return { looks: [own()], tones: random.chance(0.75) ? [tone] : [tone, one, two], mixed: 0.3 };
  }
}

function withLooks(random: Random, sections: readonly Element[], looks: number): Element[] {
  return sections.map((section, index) => {
    const look = index < looks ? index : random.int(0, looks - 1);
    return mapElements(section, (node) => ({ ...node, look }));
  });
}

/** Every second section lies on the colour of surfaces, from edge to edge. */
function striped(sections: readonly Element[], look: Look | undefined): Element[] {
  return sections.map((section, index) =>
    section.role === 'section' && index % 2 === 0 && look
      ? { ...section, own: { background: look.palette.surface, 'max-width': 'none' } }
      : section,
  );
}

/** One brand's page for a seed: the same on every machine. Tones and labels are balanced over consecutive seeds. */
export function generateBrand(seed: number, split: Split): GeneratedBrand {
  corpus ??= loadCorpus();
  const random = new Random(seed);
  const tone = brandTones[seed % brandTones.length] ?? 'formal';
  const consistent = Math.floor(seed / brandTones.length) % 2 === 0;
  const clash = consistent ? undefined : random.pick([...clashes, 'stranger', 'stranger'] as const);
  const plan = planOf(random, tone, clash);
  const kinds = Object.keys(pageKinds);
  const kind = random.pick(clash && needRoom.has(clash) ? kinds.filter((name) => (pageKinds[name]?.length ?? 0) > 2) : kinds);
  const writer = makeWriter(random, corpus, {
    tones: plan.tones,
    mixed: plan.mixed,
    neutralShare: random.between(0.02, 0.35),
    split,
  });
  let body = sectionsOf(random, writer, kind);
  let rules: Readonly<Record<Role, Declarations>>[] = plan.looks.map(rulesOf);
  if (plan.looks.length === 1 && random.chance(0.3)) body = striped(body, plan.looks[0]);
  if (plan.looks.length > 1) body = withLooks(random, body, plan.looks.length);
  if (clash === 'roles') {
    const disorder = drawDisorder(random);
    rules = rules.map((rule) => spoilRules(random, rule, disorder));
  }
  if (clash === 'elements') {
    const disorder = drawDisorder(random);
    body = body.map((section) => spoilElements(random, section, disorder));
  }
  const { html, css } = writePage(body, writer.headline(), drawHand(random), rules);
  return { html, css, tone, consistent, clash, kind };
}
