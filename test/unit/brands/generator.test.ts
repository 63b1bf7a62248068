import { wcagContrast } from 'culori';
import { describe, expect, it } from 'vitest';
import { brandTones } from '../../../src/variants/brandTones.ts';
import { type GeneratedBrand, generateBrand } from '../../../scripts/train/brands/generator/brands.ts';
import { drawPalette } from '../../../scripts/train/brands/generator/palettes.ts';
import { Random } from '../../../scripts/train/brands/generator/random.ts';
import { loadCorpus, type Split } from '../../../scripts/train/brands/generator/texts.ts';

const splits: readonly Split[] = ['train', 'check', 'fresh'];
const corpus = loadCorpus();

/** Tags that open and are never closed. */
const voidTags = new Set(['meta', 'input', 'br', 'img', 'link', 'hr']);

/** Names what is wrong with the nesting of a page's tags, or nothing. */
function nestingProblem(html: string): string | undefined {
  const open: string[] = [];
  const markup = html.replace(/<style>.*?<\/style>/s, '');
  for (const [, slash, name = '', rest = ''] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/g)) {
    if (voidTags.has(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return `</${name}> closes another element.`;
    const bare = rest.replaceAll(/\s[a-z-]+="[^"<>]*"/g, '');
    if (bare.trim() !== '') return `<${name}${rest}> has an attribute without quotes.`;
  }
  return open.length === 0 ? undefined : `${open.join(', ')} stay open.`;
}

const texts = (html: string): string[] =>
  [...html.replace(/<style>.*?<\/style>/s, '').matchAll(/>([^<]+)</g)]
    .map(([, text = '']) => text.trim())
    .filter(Boolean);

const brands = (from: number, count: number, split: Split = 'train'): GeneratedBrand[] =>
  Array.from({ length: count }, (_, index) => generateBrand(from + index, split));

describe('generated brands', () => {
  it('are the same for the same seed and others for others', () => {
    expect(generateBrand(77, 'train')).toEqual(generateBrand(77, 'train'));
    expect(new Set(brands(0, 40).map(({ html }) => html)).size).toBe(40);
  });

  it('have every tone and both labels equally often', () => {
    const made = brands(0, 100);
    for (const tone of brandTones) expect(made.filter((brand) => brand.tone === tone)).toHaveLength(10);
    expect(made.filter(({ consistent }) => consistent)).toHaveLength(50);
    for (const { consistent, clash } of made) expect(consistent).toBe(clash === undefined);
  });

  it('are well-formed pages without scripts and without anything from elsewhere', () => {
    for (const [index, { html, css = '' }] of brands(1000, 80).entries()) {
      expect(nestingProblem(html), `seed ${1000 + index}`).toBeUndefined();
      expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
      expect(html + css).not.toMatch(/<script|https?:|url\(|undefined|NaN|\{\w+\}/);
    }
  });

  it('say something, and only what their split may say', () => {
    for (const split of splits) {
      const others = splits
        .filter((other) => other !== split)
        .flatMap((other) => brandTones.flatMap((tone) => corpus.copy(tone, other).sentences));
      const forbidden = new Set(others);
      for (const brand of brands(4000, 30, split)) {
        const said = texts(brand.html);
        expect(said.length).toBeGreaterThan(2);
        expect(said.filter((text) => forbidden.has(text))).toEqual([]);
      }
    }
  });

  it('can be read where they fit: text has 4.5:1 on its background, buttons 3:1', () => {
    for (const tone of brandTones) {
      for (let seed = 0; seed < 30; seed++) {
        const palette = drawPalette(new Random(seed), tone);
        expect(wcagContrast(palette.text, palette.background), `${tone} ${seed}`).toBeGreaterThanOrEqual(4.5);
        expect(wcagContrast(palette.onPrimary, palette.primary), `${tone} ${seed}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe('the corpus', () => {
  it('has a hundred sentences and more of every tone to learn from, and none twice', () => {
    const all = splits.flatMap((split) =>
      brandTones.flatMap((tone) => {
        const { headlines, sentences, actions } = corpus.copy(tone, split);
        if (split === 'train') expect(sentences.length, tone).toBeGreaterThanOrEqual(100);
        return [...headlines, ...sentences, ...actions];
      }),
    );
    const twice = all.filter((text, index) => all.indexOf(text) !== index);
    expect(twice).toEqual([]);
  });
});
