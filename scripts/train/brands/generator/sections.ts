import { type Element, element } from './element.ts';
import type { Random } from './random.ts';
import type { Writer } from './writer.ts';

/** Builds one section of a page. `size`: how much is in it, 1 to 3. */
export type Section = (random: Random, writer: Writer, size: number) => Element;

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

const link = (role: 'navLink' | 'button' | 'ghost', text: string): Element => element(role, role === 'navLink' ? 'a' : 'button', text);

const paragraph = (writer: Writer, sentences: number): Element =>
  element('text', 'p', times(sentences, () => writer.sentence()).join(' '));

export const header = (random: Random, writer: Writer, name: string): Element =>
  element('header', 'header', [
    element('logo', 'div', name),
    element(
      'nav',
      'nav',
      times(random.int(2, 5), () => link('navLink', writer.label())),
    ),
  ]);

export const hero: Section = (random, writer, size) =>
  element('hero', 'section', [
    ...(random.chance(0.3) ? [element('kicker', 'p', writer.label())] : []),
    element('title', 'h1', writer.headline()),
    element('lead', 'p', times(Math.min(size, 2), () => writer.sentence()).join(' ')),
    link('button', writer.action()),
    ...(random.chance(0.4) ? [link('ghost', writer.action())] : []),
  ]);

const cards: Section = (random, writer, size) =>
  element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    element(
      'grid',
      'div',
      times(size + random.int(1, 3), () =>
        element('card', 'article', [
          ...(random.chance(0.3) ? [element('media', 'div', [])] : []),
          element('subheading', 'h3', random.chance(0.6) ? writer.headline() : writer.label()),
          paragraph(writer, random.int(1, 2)),
          ...(random.chance(0.35) ? [link('ghost', writer.action())] : []),
        ]),
      ),
    ),
  ]);

const article: Section = (random, writer, size) =>
  element('section', 'article', [
    element('heading', 'h2', writer.headline()),
    ...times(size, () => paragraph(writer, random.int(2, 4))),
    ...(random.chance(0.4) ? [element('subheading', 'h3', writer.headline()), paragraph(writer, 2)] : []),
  ]);

const quotes: Section = (random, writer, size) =>
  element(
    'section',
    'section',
    times(Math.min(size, 2), () =>
      element('card', 'figure', [
        element('quote', 'blockquote', writer.sentence()),
        element('cite', 'figcaption', random.pick(['L. Okafor', 'Marta S.', 'T. Brandt', 'A reader', 'Jun Ito', 'Claire, Lyon'])),
      ]),
    ),
  );

const bullets: Section = (random, writer, size) =>
  element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    element(
      'list',
      random.pick(['ul', 'ul', 'ol']),
      times(size + 2, () => element('item', 'li', random.chance(0.75) ? writer.sentence() : writer.neutral())),
    ),
  ]);

const priceList: Section = (random, writer, size) =>
  element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    element(
      'grid',
      'div',
      times(Math.max(2, size), () =>
        element('card', 'div', [
          element('subheading', 'h3', writer.label()),
          element('price', 'p', `${random.pick(['€', '$', '£'])}${random.int(5, 900)}`),
          paragraph(writer, 1),
          link('button', writer.action()),
        ]),
      ),
    ),
  ]);

const table: Section = (random, writer, size) => {
  const columns = random.int(2, 4);
  const row = (role: 'headCell' | 'cell', cells: readonly string[]): Element =>
    element('grid', 'tr', cells.map((text) => element(role, role === 'cell' ? 'td' : 'th', text)));
  return element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    paragraph(writer, size),
    element('table', 'table', [
      row('headCell', times(columns, () => writer.label())),
      ...times(size + 2, () => row('cell', times(columns, (column) => (column === 0 ? writer.label() : String(random.int(1, 400)))))),
    ]),
  ]);
};

const signUp: Section = (random, writer) =>
  element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    paragraph(writer, random.int(1, 2)),
    element('input', 'input', [], { type: 'email', placeholder: random.pick(['Email', 'Your email address', 'name@example.com']) }),
    link('button', writer.action()),
  ]);

const facts: Section = (random, writer, size) =>
  element('section', 'section', [
    element(
      'grid',
      'div',
      times(size + 1, () =>
        element('card', 'div', [
          element('price', 'p', `${random.int(2, 980)}${random.pick(['', '%', '+', ' k'])}`),
          element('fine', 'p', random.chance(0.5) ? writer.sentence() : writer.neutral()),
        ]),
      ),
    ),
  ]);

const pictures: Section = (random, writer, size) =>
  element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    element(
      'grid',
      'div',
      times(size + 2, () => element('card', 'figure', [element('media', 'div', []), element('fine', 'figcaption', writer.sentence())])),
    ),
    ...(random.chance(0.5) ? [link('button', writer.action())] : []),
  ]);

const questions: Section = (random, writer, size) =>
  element('section', 'section', [
    element('heading', 'h2', writer.headline()),
    ...times(size + 1, () =>
      element('card', 'div', [element('subheading', 'h3', writer.headline()), paragraph(writer, random.int(1, 3))]),
    ),
  ]);

const strip: Section = (random, writer) =>
  element('banner', 'aside', [
    ...(random.chance(0.4) ? [element('badge', 'span', writer.label())] : []),
    element('lead', 'p', writer.sentence()),
    ...(random.chance(0.5) ? [link('button', writer.action())] : []),
  ]);

export const footer: Section = (_random, writer, size) =>
  element('footer', 'footer', [
    element('fine', 'p', writer.sentence()),
    ...times(size, () => element('fine', 'p', writer.neutral())),
  ]);

/** Kinds of page by the sections between hero and footer. */
export const pageKinds: Readonly<Record<string, readonly Section[]>> = {
  landing: [cards, quotes, signUp],
  shop: [strip, pictures, priceList, bullets],
  docs: [article, bullets, table, article],
  blog: [article, article, quotes],
  pricing: [priceList, table, questions],
  event: [strip, article, table, signUp],
  app: [cards, facts, quotes, strip],
  restaurant: [pictures, article, table],
  bank: [cards, table, facts, questions],
  clinic: [cards, article, questions],
  school: [article, cards, bullets],
  gallery: [pictures, article],
  campaign: [facts, article, strip, signUp],
  notice: [article],
  card: [],
};
