import { expect, test } from 'vitest';
import { bfloat16ToNumber, float16ToNumber, numberToFloat16 } from '../../../src/core/float16.ts';

test('each of the 65,536 halves comes back from its number', () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = float16ToNumber(bits);
    const nan = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    if (nan ? !Number.isNaN(value) : numberToFloat16(value) !== bits) expect.fail(`0x${bits.toString(16)} is ${value}`);
  }
});

test('known halves', () => {
  expect(float16ToNumber(0x3c00)).toBe(1);
  expect(float16ToNumber(0xc000)).toBe(-2);
  expect(float16ToNumber(0x7bff)).toBe(65_504);
  expect(float16ToNumber(0x0001)).toBe(2 ** -24);
  expect(float16ToNumber(0x03ff)).toBe(1023 * 2 ** -24);
  expect(float16ToNumber(0x3555)).toBe(0.333251953125);
  expect(float16ToNumber(0xfc00)).toBe(Number.NEGATIVE_INFINITY);
  expect(Object.is(float16ToNumber(0x8000), -0)).toBe(true);
});

test('numbers between two halves go to the nearer one, ties to the even one', () => {
  // Positive finite halves count up with their numbers, so every neighbour pair can be tried.
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [float16ToNumber(bits), float16ToNumber(bits + 1)];
    const middle = (low + high) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    // A step that f32 can show at this magnitude.
    const step = (high - low) / 1024;
    const got = [middle - step, middle, middle + step].map(numberToFloat16);
    if (got.join() !== [bits, even, bits + 1].join()) expect.fail(`between ${low} and ${high}: ${got.join()}`);
  }
});

test('overflow, infinities, NaN and signs', () => {
  expect(numberToFloat16(65_519)).toBe(0x7bff);
  expect(numberToFloat16(65_520)).toBe(0x7c00);
  expect(numberToFloat16(-1e30)).toBe(0xfc00);
  expect(numberToFloat16(Number.POSITIVE_INFINITY)).toBe(0x7c00);
  expect(numberToFloat16(-0)).toBe(0x8000);
  expect(numberToFloat16(-1e-30)).toBe(0x8000);
  expect(Number.isNaN(float16ToNumber(numberToFloat16(Number.NaN)))).toBe(true);
});

test('bfloat16 is the upper half of an f32', () => {
  expect(bfloat16ToNumber(0x3f80)).toBe(1);
  expect(bfloat16ToNumber(0xc049)).toBe(-3.140625);
  expect(bfloat16ToNumber(0x7f7f)).toBe(3.3895313892515355e38);
  expect(bfloat16ToNumber(0x0001)).toBe(2 ** -133);
  expect(bfloat16ToNumber(0xff80)).toBe(Number.NEGATIVE_INFINITY);
});
