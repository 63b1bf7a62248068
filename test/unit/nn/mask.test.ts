import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/core/errors.ts';
import { type AttentionMask, resolveMask } from '../../../src/nn/mask.ts';

type Shape4 = readonly [number, number, number, number];
const target: Shape4 = [2, 4, 3, 5];

const entries = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => (i * 7 + 1) % 251);

/** An entry as the kernel reads it. */
function at(mask: AttentionMask, index: Shape4): number {
  const offset = mask.strides.reduce((sum, stride, axis) => sum + stride * (index[axis] ?? 0), 0);
  return new Uint8Array(mask.words.buffer)[offset] ?? Number.NaN;
}

/** NumPy's broadcasting, said again in its own words: align right, an axis of one repeats. */
function broadcast(data: Uint8Array, shape: readonly number[], index: Shape4): number {
  return (
    data[
      shape.reduce((flat, size, axis) => flat * size + (size === 1 ? 0 : (index[axis + 4 - shape.length] ?? 0)), 0)
    ] ?? Number.NaN
  );
}

function expectBroadcast(maskShape: readonly number[] | undefined, shape: readonly number[], to: Shape4): void {
  const data = entries(shape.reduce((a, b) => a * b, 1));
  const mask = resolveMask(data, maskShape, to) ?? expect.fail('no mask');
  for (let b = 0; b < to[0]; b++)
    for (let h = 0; h < to[1]; h++)
      for (let q = 0; q < to[2]; q++)
        for (let k = 0; k < to[3]; k++) {
          const index = [b, h, q, k] as const;
          expect(at(mask, index), `[${index.join()}] of ${shape.join('x')}`).toBe(broadcast(data, shape, index));
        }
}

describe('broadcasting', () => {
  test.each([
    [[2, 4, 3, 5]],
    [[2, 1, 3, 5]],
    [[1, 1, 3, 5]],
    [[2, 1, 1, 5]],
    [[4, 1, 5]],
    [[3, 5]],
    [[3, 1]],
    [[5]],
    [[1]],
    [[2, 4, 3, 1]],
    [[]],
  ])('a mask of the shape [%s] reads as NumPy would broadcast it', (shape) => expectBroadcast(shape, shape, target));

  test('no mask, no mask', () => expect(resolveMask(undefined, undefined, target)).toBeUndefined());

  test('a slice of the batch is that slice; a mask for all items stays', () => {
    const own = resolveMask(entries(2 * 15), [2, 1, 3, 5], target)?.slice(1, 1) ?? expect.fail('no mask');
    expect(at(own, [0, 3, 2, 4])).toBe(entries(30)[29]);
    const shared = resolveMask(entries(15), [3, 5], target)?.slice(1, 1) ?? expect.fail('no mask');
    expect(at(shared, [0, 0, 1, 1])).toBe(entries(15)[6]);
  });
});

describe('without maskShape', () => {
  test.each([[[2, 1, 3, 5]], [[1, 1, 3, 5]], [[2, 1, 1, 5]], [[2, 4, 3, 5]]])(
    '[%s] is guessed from its size',
    (shape) => expectBroadcast(undefined, shape, target),
  );

  test('sizes that mean the same in several shapes are no riddle', () =>
    expectBroadcast(undefined, [1, 1, 3, 5], [1, 4, 3, 5]));

  test('a size that could be a query mask or a mask by item is refused', () => {
    // 2 items, 2 queries: 10 entries are [1, 1, 2, 5] or [2, 1, 1, 5].
    expect(() => resolveMask(entries(10), undefined, [2, 4, 2, 5])).toThrow(/several things/);
    expectBroadcast([2, 1, 1, 5], [2, 1, 1, 5], [2, 4, 2, 5]);
  });
});

describe('mismatches', () => {
  test.each([
    ['too few entries for the shape', entries(14), [3, 5]],
    ['an axis that fits nothing', entries(21), [3, 7]],
    ['a shape that is aligned left', entries(8), [2, 4, 1]],
    ['five axes', entries(15), [1, 1, 1, 3, 5]],
    ['a size that fits nothing', entries(16), undefined],
    ['a shape without a mask', undefined, [3, 5]],
  ])('%s', (_, mask, shape) => {
    const call = (): unknown => resolveMask(mask, shape, target);
    expect(call).toThrow(EngineError);
    expect(call).toThrow(expect.objectContaining({ code: 'mask-mismatch' }));
    expect(call, 'names what would fit').toThrow(/\[2, 4, 3, 5\]/);
  });
});
