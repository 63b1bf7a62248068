import type { BrandTone } from '../../../../src/variants/brandTones.ts';
import type { Random } from './random.ts';
import type { Corpus, Split } from './texts.ts';

/** Hands out the words of one page; what was said is not said again while there is something else to say. */
export interface Writer {
  headline(): string;
  sentence(): string;
  action(): string;
  /** A few words without a tone: a menu entry, a table's cell. */
  label(): string;
  neutral(): string;
}

export interface WriterOptions {
  /** The first is the page's tone; others break into it with probability `mixed`. */
  readonly tones: readonly [BrandTone, ...BrandTone[]];
  readonly mixed: number;
  /** Share of sentences without a tone. */
  readonly neutralShare: number;
  readonly split: Split;
}

export function makeWriter(random: Random, corpus: Corpus, options: WriterOptions): Writer {
  const decks = new Map<string, string[]>();
  const deal = (tone: BrandTone | 'neutral', kind: 'headlines' | 'sentences' | 'actions'): string => {
    const key = `${tone} ${kind}`;
    const deck = decks.get(key) ?? [];
    if (deck.length === 0) deck.push(...random.shuffle(corpus.copy(tone, options.split)[kind]));
    decks.set(key, deck);
    return deck.pop() ?? '';
  };
  const tone = (): BrandTone => {
    const [own, ...others] = options.tones;
    return others.length > 0 && random.chance(options.mixed) ? random.pick(others) : own;
  };
  const neutral = (): string => deal('neutral', 'sentences');
  return {
    headline: () => deal(random.chance(options.neutralShare / 2) ? 'neutral' : tone(), 'headlines'),
    sentence() {
      if (random.chance(options.neutralShare)) return neutral();
      const chosen = tone();
      const composed = random.chance(0.25) ? corpus.compose(random, chosen, options.split) : undefined;
      return composed ?? deal(chosen, 'sentences');
    },
    action: () => deal(random.chance(0.3) ? 'neutral' : tone(), 'actions'),
    label: () => deal('neutral', random.chance(0.5) ? 'headlines' : 'actions'),
    neutral,
  };
}
