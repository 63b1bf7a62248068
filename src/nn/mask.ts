import { EngineError } from '../core/errors.ts';
import { elementCount, formatShape } from '../core/shape.ts';

/** A boolean mask as the kernel reads it: a byte an entry, packed into words. */
export interface AttentionMask {
  readonly words: Uint32Array<ArrayBuffer>;
  /** Of [batch, head, query, key] in entries; 0 where the mask is broadcast. */
  readonly strides: readonly [number, number, number, number];
  /** The mask of `count` items of the batch from `first`. */
  slice(first: number, count: number): AttentionMask;
}

/**
 * Checks a mask against [batch, heads, query, key], to which it must broadcast as in NumPy.
 * @throws EngineError mask-mismatch
 */
export function resolveMask(
  mask: Uint8Array | undefined,
  maskShape: readonly number[] | undefined,
  target: readonly [batch: number, heads: number, query: number, key: number],
): AttentionMask | undefined {
  if (!mask) {
    if (maskShape) throw mismatch(`maskShape ${formatShape(maskShape)} comes without a mask`, target);
    return undefined;
  }
  const shape = maskShape ?? guessShape(mask.length, target);
  if (shape.length > 4 || elementCount(shape) !== mask.length) {
    throw mismatch(`A mask of ${mask.length} entries does not fill ${formatShape(shape)}`, target);
  }
  const full = [...Array<number>(4 - shape.length).fill(1), ...shape];
  if (full.some((size, axis) => size !== 1 && size !== target[axis])) {
    throw mismatch(`A mask of the shape ${formatShape(shape)} does not broadcast`, target);
  }
  let stride = 1;
  const strides = full
    .map((_, index) => 3 - index)
    .map((axis) => {
      const size = full[axis] ?? 1;
      const own = size === 1 ? 0 : stride;
      stride *= size;
      return own;
    })
    .toReversed() as [number, number, number, number];
  return packed(mask, strides);
}

function packed(mask: Uint8Array, strides: AttentionMask['strides']): AttentionMask {
  const bytes = new Uint8Array(Math.ceil(mask.length / 4) * 4);
  bytes.set(mask);
  return {
    words: new Uint32Array(bytes.buffer),
    strides,
    slice: (first, count) =>
      strides[0] === 0
        ? packed(mask, strides)
        : packed(mask.subarray(first * strides[0], (first + count) * strides[0]), strides),
  };
}

/** Without maskShape: the one usual shape that has this many entries. */
function guessShape(length: number, target: readonly [number, number, number, number]): readonly number[] {
  const [batch, heads, query, key] = target;
  const usual = [
    [batch, 1, query, key],
    [1, 1, query, key],
    [batch, 1, 1, key],
    [batch, heads, query, key],
  ].filter((shape) => elementCount(shape) === length);
  // Where a batch or a head is one, several of them are the same shape. Two items with two queries are not: [1, 1, 2, key]
  // and [2, 1, 1, key] have the same entries and mean different things.
  const meanings = new Set(usual.map((shape) => shape.join()));
  const [first] = usual;
  if (!first || meanings.size > 1) {
    throw mismatch(
      `A mask of ${length} entries ${first ? 'could mean several things' : 'does not fit'}; maskShape is not given`,
      target,
    );
  }
  return first;
}

const mismatch = (what: string, target: readonly number[]): EngineError =>
  new EngineError(
    'mask-mismatch',
    `${what}.`,
    `Give a mask with a maskShape that broadcasts to [batch, heads, query, key] = ${formatShape(target)}.`,
  );
