import { describe, expect, test } from 'vitest';
import { chooseAttention } from '../../src/kernels/attention.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { type Case, check } from './attentionSupport.ts';

const tiledCases: readonly Case[] = [
  ...[8, 24, 40, 64, 128, 256].map((headDim): Case => ({ via: 'tiled', headDim, queryLen: 13, keys: 13 })),
  { via: 'tiled', headDim: 88, queryLen: 5, keys: 37 },
  { via: 'tiled', headDim: 16, queryLen: 1, keys: 1 },
  { via: 'tiled', headDim: 16, queryLen: 1, keys: 97 },
  { via: 'tiled', headDim: 64, queryLen: 70, keys: 70, causal: true },
  { via: 'tiled', headDim: 32, queryLen: 33, keys: 65, batch: 2 },
  { via: 'tiled', headDim: 24, queryLen: 37, keys: 37, heads: 6, kvHeads: 2, causal: true, batch: 2 },
  { via: 'tiled', headDim: 40, queryLen: 11, keys: 50, causal: true, position: 39, heads: 6, kvHeads: 2 },
  { via: 'tiled', headDim: 16, queryLen: 40, keys: 7 },
  { via: 'tiled', headDim: 16, queryLen: 9, keys: 5, causal: true },
  { via: 'tiled', headDim: 8, queryLen: 17, keys: 19, batch: 2, mask: ['1', '1', 'q', 'k'] },
  { via: 'tiled', headDim: 8, queryLen: 17, keys: 19, batch: 2, mask: ['b', '1', '1', 'k'] },
  { via: 'tiled', headDim: 8, queryLen: 17, keys: 39, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 16] },
  { via: 'tiled', headDim: 8, queryLen: 41, keys: 41, mask: ['1', '1', 'q', 'k'], causal: true, closedRows: [0, 40] },
  { via: 'tiled', headDim: 64, queryLen: 20, keys: 40, loud: 40 },
];

const decodeCases: readonly Case[] = [
  ...[8, 24, 40, 64, 128, 256].map((headDim): Case => ({
    via: 'decode',
    headDim,
    queryLen: 1,
    keys: 70,
    causal: true,
  })),
  { via: 'decode', headDim: 16, queryLen: 1, keys: 1 },
  { via: 'decode', headDim: 16, queryLen: 3, keys: 65, causal: true, position: 62, heads: 6, kvHeads: 2 },
  { via: 'decode', headDim: 16, queryLen: 8, keys: 64, causal: true, heads: 6, kvHeads: 2, batch: 2 },
  { via: 'decode', headDim: 256, queryLen: 5, keys: 33, causal: true, heads: 3, kvHeads: 1 },
  { via: 'decode', headDim: 8, queryLen: 4, keys: 3, causal: true },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['1', '1', 'q', 'k'] },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['b', '1', '1', 'k'] },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 2] },
  { via: 'decode', headDim: 64, queryLen: 2, keys: 90, loud: 40 },
];

const splitCases: readonly Case[] = [
  { via: 'split', headDim: 64, queryLen: 1, keys: 300, position: 299, causal: true, heads: 6, kvHeads: 2 },
  { via: 'split', headDim: 24, queryLen: 1, keys: 5, position: 4, causal: true, capacity: 5000 },
  { via: 'split', headDim: 128, queryLen: 1, keys: 129, capacity: 1030 },
  { via: 'split', headDim: 256, queryLen: 2, keys: 257, causal: true, position: 255 },
  { via: 'split', headDim: 40, queryLen: 8, keys: 531, causal: true, position: 523, heads: 4, kvHeads: 2, batch: 2 },
  { via: 'split', headDim: 8, queryLen: 3, keys: 270, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [1] },
  { via: 'split', headDim: 64, queryLen: 1, keys: 400, loud: 40 },
  { via: 'split', headDim: 8, queryLen: 1, keys: 128, capacity: 128 },
];

describe.each(testTiers)('%s', (tier) => {
  test.each([...tiledCases, ...decodeCases, ...splitCases])(
    'attention $via of $queryLen × $keys, headDim $headDim',
    async (c) => {
      const gpu = await openGpu(tier);
      await check(gpu, 'f32', c);
      if (gpu.info.features.f16) await check(gpu, 'f16', c);
    },
  );
});

test('short queries decode, long ones are tiled', () => {
  expect(chooseAttention(1)).toBe('decode');
  expect(chooseAttention(8)).toBe('decode');
  expect(chooseAttention(9)).toBe('tiled');
});
