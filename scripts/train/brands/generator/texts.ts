import { type BrandTone, brandTones } from '../../../../src/variants/brandTones.ts';
import { Random } from './random.ts';

/** `train`: what the network learns from. `check`: its held-out sentences. `fresh`: written in another sitting, never learnt from. */
export type Split = 'train' | 'check' | 'fresh';

/** Copy of one tone, by what it is for. */
export interface Copy {
  readonly headlines: readonly string[];
  readonly sentences: readonly string[];
  readonly actions: readonly string[];
}

/** Words that the templates are filled with: what they are called there, and a choice of each. */
export type Words = Readonly<Record<string, readonly string[]>>;

export interface Corpus {
  copy(tone: BrandTone | 'neutral', split: Split): Copy;
  /** Fills a template of the tone, or undefined where it has none for the split. */
  compose(random: Random, tone: BrandTone, split: Split): string | undefined;
}

/** Every this many sentences one is held out, by the hash of its text. */
const heldOutEvery = 8;

const files = import.meta.glob<string>('../corpus/**/*.txt', { query: '?raw', import: 'default', eager: true });

/** `# name` begins a section; each other line that is not empty is an entry of it. */
function parseSections(text: string): Record<string, string[]> {
  const sections: Record<string, string[]> = {};
  let current: string[] | undefined;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line.startsWith('# ')) {
      current = sections[line.slice(2)] ??= [];
    } else if (line !== '') {
      current?.push(line);
    }
  }
  return sections;
}

/** FNV-1a over the letters: a sentence stays on its side of the split, whatever is added around it. */
function hashOf(sentence: string): number {
  let hash = 0x811c9dc5;
  for (const letter of sentence.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')) {
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}

const isHeldOut = (sentence: string): boolean => (hashOf(sentence) >>> 7) % heldOutEvery === 0;

function sectionsOf(folder: string, name: string): Record<string, string[]> {
  const merged: Record<string, string[]> = {};
  for (const [path, text] of Object.entries(files)) {
    const match = new RegExp(`/corpus/${folder}${name}(-\\d+)?\\.txt$`).exec(path);
    if (!match) continue;
    for (const [section, lines] of Object.entries(parseSections(text))) (merged[section] ??= []).push(...lines);
  }
  return merged;
}

function copyOf(name: string, split: Split): Copy {
  const sections = sectionsOf(split === 'fresh' ? 'fresh/' : '', name);
  const keep = (lines: readonly string[] = []): string[] =>
    split === 'fresh' ? [...lines] : lines.filter((line) => isHeldOut(line) === (split === 'check'));
  return {
    headlines: keep(sections['headlines']),
    sentences: keep(sections['sentences']),
    actions: keep(sections['actions']),
  };
}

function fill(random: Random, template: string, words: Words): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => random.pick(words[name] ?? [name]));
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}

/** Reads the corpus beside the generator. */
export function loadCorpus(): Corpus {
  const shared = sectionsOf('', 'shared');
  const made = new Map<string, Copy>();
  const templatesOf = new Map<string, readonly string[]>();
  const wordsOf = new Map(brandTones.map((tone) => [tone, { ...shared, ...sectionsOf('', tone) }]));
  return {
    copy(tone, split) {
      const key = `${tone} ${split}`;
      const known = made.get(key) ?? copyOf(tone, split);
      made.set(key, known);
      return known;
    },
    compose(random, tone, split) {
      const key = `${tone} ${split}`;
      const words = wordsOf.get(tone) ?? {};
      const templates =
        templatesOf.get(key) ?? (words['templates'] ?? []).filter((line) => isHeldOut(line) === (split !== 'train'));
      templatesOf.set(key, templates);
      return templates.length === 0 ? undefined : fill(random, random.pick(templates), words);
    },
  };
}

export interface CopyLine {
  readonly text: string;
  readonly tone: BrandTone | 'neutral';
  readonly kind: 'headline' | 'sentence' | 'action' | 'composed';
}

/** Every line of a split, and for each tone so many sentences made from its templates. */
export function copyLines(split: Split, composed: number): CopyLine[] {
  const corpus = loadCorpus();
  const written = ([...brandTones, 'neutral'] as const).flatMap((tone) => {
    const { headlines, sentences, actions } = corpus.copy(tone, split);
    return [
      ...headlines.map((text) => ({ text, tone, kind: 'headline' as const })),
      ...sentences.map((text) => ({ text, tone, kind: 'sentence' as const })),
      ...actions.map((text) => ({ text, tone, kind: 'action' as const })),
    ];
  });
  const random = new Random(1);
  const made = brandTones.flatMap((tone) =>
    Array.from({ length: composed }, () => corpus.compose(random, tone, split)).flatMap((text) =>
      text === undefined ? [] : [{ text, tone, kind: 'composed' as const }],
    ),
  );
  return [...written, ...made];
}
