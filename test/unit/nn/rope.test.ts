import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../src/core/errors.ts';
import { parseRope, ropeDependsOnLength, ropeFrequencies, ropeTable } from '../../../src/nn/rope.ts';
import { inverseFrequencies, type ReferenceRope } from '../../reference/rope.ts';

/** config.json as published checkpoints have it, and what it means in the reference's words. */
const kinds: readonly (readonly [name: string, json: Record<string, unknown>, reference: ReferenceRope])[] = [
  ['default', {}, { type: 'default', base: 10_000, dim: 64 }],
  ['theta of its own', { rope_theta: 1_000_000 }, { type: 'default', base: 1_000_000, dim: 64 }],
  ['linear', { rope_scaling: { type: 'linear', factor: 4 } }, { type: 'linear', base: 10_000, dim: 64, factor: 4 }],
  [
    'dynamic beyond the trained length',
    { rope_scaling: { rope_type: 'dynamic', factor: 2, original_max_position_embeddings: 500 } },
    { type: 'dynamic', base: 10_000, dim: 64, factor: 2, maxPosition: 500, seqLen: 1500 },
  ],
  [
    'dynamic within max_position_embeddings',
    { rope_scaling: { type: 'dynamic', factor: 2 } },
    { type: 'dynamic', base: 10_000, dim: 64, factor: 2, maxPosition: 4096, seqLen: 1500 },
  ],
  [
    'llama3 (Llama 3.1)',
    {
      rope_theta: 500_000,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    },
    { type: 'llama3', base: 500_000, dim: 128, factor: 8, lowFreqFactor: 1, highFreqFactor: 4, oldContext: 8192 },
  ],
  [
    'yarn (Qwen2.5)',
    { rope_theta: 1_000_000, rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 32_768 } },
    { type: 'yarn', base: 1_000_000, dim: 128, factor: 4, betaFast: 32, betaSlow: 1, maxPosition: 32_768 },
  ],
  [
    'yarn with betas of its own, in rope_parameters',
    {
      rope_parameters: {
        rope_theta: 10_000,
        rope_type: 'yarn',
        factor: 16,
        beta_fast: 16,
        beta_slow: 2,
        original_max_position_embeddings: 512,
      },
    },
    { type: 'yarn', base: 10_000, dim: 64, factor: 16, betaFast: 16, betaSlow: 2, maxPosition: 512 },
  ],
];

describe('frequencies', () => {
  test.each(kinds)('%s', (_, json, reference) => {
    const got = ropeFrequencies(parseRope(json, reference.dim, 4096), 1500);
    const want = inverseFrequencies(reference);
    expect(got).toHaveLength(reference.dim / 2);
    // Both are float64; only the order of the operations differs.
    want.forEach((f, i) => expect(Math.abs((got[i] ?? Number.NaN) / f - 1), `pair ${i}`).toBeLessThan(1e-12));
  });

  test('the fastest pair turns a radian a position, and a quarter of it with a linear factor of 4', () => {
    expect(ropeFrequencies(parseRope({}, 64, 4096), 1)[0]).toBe(1);
    expect(ropeFrequencies(parseRope({ rope_scaling: { type: 'linear', factor: 4 } }, 64, 4096), 1)[0]).toBe(0.25);
  });
});

describe('table', () => {
  test('cos and sin of position times frequency, exact to f32 at far positions', () => {
    const positions = 5000;
    const table = ropeTable(parseRope({}, 8, 4096), positions, positions);
    expect([...table.subarray(0, 8)]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    const want = inverseFrequencies({ type: 'default', base: 10_000, dim: 8 }).flatMap((f) => [
      Math.cos(4999 * f),
      Math.sin(4999 * f),
    ]);
    expect([...table.subarray(4999 * 8)]).toEqual(want.map(Math.fround));
  });

  test('yarn scales both by 0.1 ln(factor) + 1, or by attention_factor', () => {
    const yarn = { type: 'yarn', factor: 4, original_max_position_embeddings: 1024 };
    expect(ropeTable(parseRope({ rope_scaling: yarn }, 8, 4096), 1, 1)[0]).toBe(Math.fround(0.1 * Math.log(4) + 1));
    const own = { ...yarn, attention_factor: 1.5 };
    expect(ropeTable(parseRope({ rope_scaling: own }, 8, 4096), 1, 1)[0]).toBe(1.5);
    // DeepSeek: equal mscale and mscale_all_dim cancel.
    const deepseek = { ...yarn, mscale: 0.8, mscale_all_dim: 0.8 };
    expect(ropeTable(parseRope({ rope_scaling: deepseek }, 8, 4096), 1, 1)[0]).toBe(1);
  });

  test('dynamic: the prompt turns by its own length, each later position by the length with it', () => {
    const config = parseRope({ rope_scaling: { type: 'dynamic', factor: 2 } }, 8, 10);
    expect(ropeDependsOnLength(config)).toBe(true);
    const table = ropeTable(config, 30, 20);
    for (const [position, seqLen] of [
      [3, 20],
      [19, 20],
      [20, 21],
      [29, 30],
    ] as const) {
      const f = inverseFrequencies({ type: 'dynamic', base: 10_000, dim: 8, factor: 2, maxPosition: 10, seqLen });
      expect(table[position * 8 + 2], `position ${position}`).toBeCloseTo(Math.cos(position * (f[1] ?? Number.NaN)), 6);
    }
  });
});

test('an unknown kind or a bad number is a config error that names it', () => {
  const parse = (rope_scaling: object) => () => parseRope({ rope_scaling }, 64, 4096);
  expect(parse({ rope_type: 'longrope' })).toThrow(/longrope.*Known kinds/s);
  expect(parse({ rope_type: 'linear', factor: -1 })).toThrow(EngineError);
  expect(parse({ rope_type: 'linear', factor: '4' })).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});
