/** Number of elements of a shape; 1 for a scalar. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** `value` rounded up to a multiple of `step`. */
export const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** `[2, 16, 2048]` as people write it. */
export const formatShape = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
