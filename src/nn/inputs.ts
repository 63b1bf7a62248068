import { EngineError } from '../core/errors.ts';
import { elementCount, formatShape } from '../core/shape.ts';

/** Index of the first value that is infinite or not a number; -1: none. A loop, because a call for each of a million takes 20 times as long. */
export function firstNonFinite(data: Float32Array): number {
  // What is finite times 0 is 0. In four sums that do not wait for each other: less than half the time of asking each number.
  const nothing = 0;
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = data.length - (data.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += (data[i] ?? 0) * nothing;
    b += (data[i + 1] ?? 0) * nothing;
    c += (data[i + 2] ?? 0) * nothing;
    d += (data[i + 3] ?? 0) * nothing;
  }
  const from = a + b + c + d === 0 ? whole : 0;
  for (let i = from; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/**
 * Checks hidden states against their shape and the model's.
 * @throws EngineError invalid-shape, input-too-long, non-finite-input
 */
export function checkHiddenStates(
  data: Float32Array,
  shape: readonly number[],
  hidden: number,
  maxSeq: number,
): readonly [batch: number, seq: number] {
  const remedy = `Pass [batch, seq, ${hidden}] and a Float32Array with as many values.`;
  const [batch, seq, width] = shape;
  const whole = shape.every((size) => Number.isSafeInteger(size) && size >= 1);
  if (shape.length !== 3 || !whole || batch === undefined || seq === undefined) {
    throw new EngineError('invalid-shape', `The shape ${formatShape(shape)} is not [batch, seq, hidden].`, remedy);
  }
  if (width !== hidden) {
    throw new EngineError(
      'invalid-shape',
      `The shape ${formatShape(shape)} ends in ${width}, but the model's hidden size is ${hidden}.`,
      remedy,
    );
  }
  if (!(data instanceof Float32Array) || data.length !== elementCount(shape)) {
    throw new EngineError(
      'invalid-shape',
      `${data?.length} values do not fill the shape ${formatShape(shape)} (${elementCount(shape)}).`,
      remedy,
    );
  }
  if (seq > maxSeq) {
    throw new EngineError(
      'input-too-long',
      `The sequence has ${seq} positions; this model takes at most ${maxSeq}.`,
      'Cut it into shorter sequences.',
    );
  }
  const bad = firstNonFinite(data);
  if (bad >= 0) {
    const place = formatShape([Math.floor(bad / hidden / seq), Math.floor(bad / hidden) % seq, bad % hidden]);
    throw new EngineError(
      'non-finite-input',
      `hiddenStates${place} is ${data[bad]}.`,
      'Every hidden state must be a finite number.',
    );
  }
  return [batch, seq];
}
