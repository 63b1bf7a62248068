import { expect, test } from '@playwright/test';
import { answerOf, ThinkSplitter } from '../../demo/src/thinkSplitter.ts';

/** What the page would show of text that comes in these pieces. */
function shown(pieces: readonly string[]): { thinking: string; answer: string } {
  const splitter = new ThinkSplitter();
  const parts = { thinking: '', answer: '' };
  for (const piece of [...pieces.flatMap((text) => splitter.push(text)), ...splitter.end()]) {
    if (piece.reclassify) {
      parts.thinking += parts.answer;
      parts.answer = '';
    }
    parts[piece.part] += piece.text;
  }
  return parts;
}

test.describe('the thinking is told from the answer', () => {
  const whole = '\n<think>\n7 < 8, so <b>1</b>\n</think>\n\n15';
  const expected = { thinking: '\n7 < 8, so <b>1</b>\n', answer: '\n\n15' };

  test('whatever the pieces are', () => {
    for (let size = 1; size <= whole.length; size++) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.slice(index * size, (index + 1) * size),
      );
      expect(shown(pieces), `pieces of ${size}`).toEqual(expected);
    }
  });

  test('where the opening tag stood in the prompt', () => {
    expect(shown(['7 and 8', ' make 15</th', 'ink>15'])).toEqual({ thinking: '7 and 8 make 15', answer: '15' });
    expect(answerOf('7 and 8 make 15</think>\n15')).toBe('15');
  });

  test('where there is none, or no end of it', () => {
    expect(shown(['Hel', 'lo <', 'world>'])).toEqual({ thinking: '', answer: 'Hello <world>' });
    expect(shown(['<thin'])).toEqual({ thinking: '', answer: '<thin' });
    expect(shown(['<think>cut o', 'ff </thi'])).toEqual({ thinking: 'cut off </thi', answer: '' });
    expect(answerOf('<think>cut off')).toBe('');
  });
});
