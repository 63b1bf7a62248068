import { expect, test } from 'vitest';
import { checkHiddenStates } from '../../../src/nn/inputs.ts';

const check = (data: unknown, shape: readonly number[]) => () => checkHiddenStates(data as Float32Array, shape, 4, 8);
const values = (count: number): Float32Array => new Float32Array(count).fill(0.5);

test('a fitting input gives batch and length', () => {
  expect(check(values(2 * 3 * 4), [2, 3, 4])()).toEqual([2, 3]);
  expect(check(values(8 * 4), [1, 8, 4])()).toEqual([1, 8]);
});

test.each([
  ['two axes', values(12), [3, 4]],
  ['a zero', values(0), [1, 0, 4]],
  ['a fraction', values(6), [1, 1.5, 4]],
  ['negative sizes', values(4), [-1, -1, 4]],
  ['NaN', values(4), [1, Number.NaN, 4]],
  ['another width', values(15), [1, 3, 5]],
  ['too few values', values(11), [1, 3, 4]],
  ['a plain array', Array.from(values(12)), [1, 3, 4]],
  ['float64 values', new Float64Array(12), [1, 3, 4]],
  ['nothing', undefined, [1, 3, 4]],
])('%s: invalid-shape, and what would fit', (_, data, shape) => {
  expect(check(data, shape)).toThrow(
    expect.objectContaining({ code: 'invalid-shape', message: expect.stringContaining('[batch, seq, 4]') as string }),
  );
});

test('a sequence over the longest: input-too-long with both lengths', () => {
  expect(check(values(9 * 4), [1, 9, 4])).toThrow(expect.objectContaining({ code: 'input-too-long' }));
  expect(check(values(9 * 4), [1, 9, 4])).toThrow(/9 positions.*at most 8/);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%d is found and its place is named',
  (bad) => {
    const data = values(2 * 3 * 4);
    data[1 * 12 + 2 * 4 + 3] = bad;
    expect(check(data, [2, 3, 4])).toThrow(expect.objectContaining({ code: 'non-finite-input' }));
    expect(check(data, [2, 3, 4])).toThrow(`hiddenStates[1, 2, 3] is ${bad}`);
  },
);
