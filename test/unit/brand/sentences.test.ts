import { expect, test } from 'vitest';
import { brandSentences, splitSentences } from '../../../src/media/brand/sentences.ts';
import { snapshot, textRun } from '../../support/snapshot.ts';

test.each([
  ['One. Two! Three? Four…', ['One.', 'Two!', 'Three?', 'Four…']],
  ['He said “Stop!” Then he left.', ['He said “Stop!”', 'Then he left.']],
  ['A line\nand another', ['A line', 'and another']],
  ['Version 2.5 costs $3.50 today', ['Version 2.5 costs $3.50 today']],
  ['  spaces   between \t words  ', ['spaces between words']],
  ['これは文です。次の文。', ['これは文です。', '次の文。']],
  ['— · —', []],
  ['', []],
])('%j is split', (text, sentences) => {
  expect(splitSentences(text)).toEqual(sentences);
});

test('a run without an end is cut between words', () => {
  const pieces = splitSentences('word '.repeat(300));
  expect(pieces.every((piece) => piece.length <= 400 && /^(?:word )*word$/.test(piece))).toBe(true);
  expect(pieces.join(' ')).toBe('word '.repeat(300).trim());
  expect(splitSentences('x'.repeat(1000)).map(({ length }) => length)).toEqual([400, 400, 200]);
});

test('runs of one block are one copy; each sentence counts once; given text comes first; 256 at most', () => {
  const page = snapshot(
    [],
    [
      textRun('Order ', [0, 0, 50, 20], { block: 1 }),
      textRun('today', [50, 0, 50, 20], { block: 1 }),
      textRun('!', [100, 0, 5, 20], { block: 1 }),
      textRun('Home', [0, 40, 50, 20], { block: 2 }),
      textRun('Home', [0, 80, 50, 20], { block: 3 }),
    ],
  );
  expect(brandSentences('We ship.', page)).toEqual(['We ship.', 'Order today!', 'Home']);
  const many = Array.from({ length: 400 }, (_, index) => `Sentence ${index}.`).join(' ');
  expect(brandSentences(many, undefined)).toHaveLength(256);
  expect(brandSentences(many, page, 3)).toEqual(['Sentence 0.', 'Sentence 1.', 'Sentence 2.']);
});
