import { describe, expect, it } from 'vitest';
import { StopMatcher } from '../../../src/text/stopSequences.ts';

function run(stops: string[], pieces: string[]): { text: string; stopped: boolean; emits: string[] } {
  const matcher = new StopMatcher(stops);
  const emits: string[] = [];
  for (const piece of pieces) {
    const { emit, stopped } = matcher.push(piece);
    emits.push(emit);
    if (stopped) return { text: emits.join(''), stopped, emits };
  }
  emits.push(matcher.flush());
  return { text: emits.join(''), stopped: false, emits };
}

describe('stop sequences', () => {
  it('end the text before them, also over several pieces', () => {
    expect(run(['###'], ['one#', '#', '# two'])).toMatchObject({ text: 'one', stopped: true });
  });
  it('hold back only what may become one', () => {
    expect(run(['\nUser:'], ['Hello', ' there\n', 'Us', 'ual']).emits).toEqual(['Hello', ' there', '', '\nUsual', '']);
  });
  it('give back at the end what was held', () => {
    expect(run(['stop'], ['please st'])).toMatchObject({ text: 'please st', stopped: false });
  });
  it('see a start inside a failed start', () => {
    expect(run(['aab'], ['a', 'a', 'a', 'b', 'c'])).toMatchObject({ text: 'a', stopped: true });
  });
  it('do the same however the text is cut', () => {
    const stops = ['abcd', 'bc', 'xyz'];
    for (const text of ['--abcd', 'ab ab abc', 'xyxyxyz', 'abxy', 'axbycz']) {
      const whole = run(stops, [text]);
      const single = run(stops, Array.from(text));
      expect({ ...single, emits: [] }).toEqual({ ...whole, emits: [] });
    }
  });
  it('let everything through when there are none', () => {
    expect(run([], ['a', 'b']).emits).toEqual(['a', 'b', '']);
  });
  it('must not be empty', () => {
    expect(() => new StopMatcher([''])).toThrow(/empty/);
  });
  it('emits nothing after the stop', () => {
    const matcher = new StopMatcher(['.']);
    matcher.push('a.b');
    expect(matcher.push('c')).toEqual({ emit: '', stopped: true });
    expect(matcher.flush()).toBe('');
  });
});
