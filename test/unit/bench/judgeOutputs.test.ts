import { describe, expect, it } from 'vitest';
import { judgeOutputs } from '../../../bench/src/samples.ts';

const exact = Float32Array.of(1, 2, 3, 4);
const scaled = (by: number): Float32Array => exact.map((value) => value * by);
const input = new Float32Array(4);
const reference = (): Promise<Float32Array> => Promise.resolve(exact);
const judge = (own: number, peer: number, judgedBy: typeof reference | undefined = reference) =>
  judgeOutputs('x', scaled(own), scaled(peer), 0.02, input, judgedBy);

describe('outputs of two engines that both round', () => {
  it('pass where they agree, and nothing else is asked', async () => {
    const never = (): Promise<Float32Array> => Promise.reject(new Error('asked'));
    expect(await judgeOutputs('x', scaled(1.01), exact, 0.02, input, never)).not.toHaveProperty('note');
  });

  it('pass where the peer alone is further from f32 than allowed, and the note says so', async () => {
    expect(await judge(1.001, 1.03)).toMatchObject({ note: 'against f32: Halftone 1.0e-3, the peer 3.0e-2' });
  });

  it.each([
    ['Halftone is off', 1.03, 1.001],
    ['the peer runs another network', 1.001, 1.06],
  ])('fail where %s', async (_, own, peer) => {
    await expect(judge(own, peer)).rejects.toThrow(/differ by/);
  });

  it('fail where there is nothing to judge by', async () => {
    await expect(judge(1.001, 1.03, undefined)).resolves.toBeDefined();
    await expect(judgeOutputs('x', scaled(1.001), scaled(1.03), 0.02, input, undefined)).rejects.toThrow(/differ by/);
  });
});
