import { describe, expect, test } from 'vitest';
import { decodeWideAttention } from '../../src/kernels/attentionWide.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { type Case, check } from './attentionSupport.ts';

describe.each(testTiers.filter((tier) => tier === 'subgroups'))('wide decoding attention, %s', async (tier) => {
  const gpu = await openGpu(tier);
  const element = gpu.info.features.f16 ? 'f16' : 'f32';
  /** Elements of a key's row that the smallest subgroup holds: 64 on lavapipe, 32 on SwiftShader. */
  const most = gpu.info.subgroupSize[0] * 8;
  const wide = Math.min(64, most);

  const cases: readonly Case[] = [
    {
      via: 'split',
      headDim: wide,
      queryLen: 1,
      keys: 300,
      position: 299,
      causal: true,
      heads: 2,
      kvHeads: 2,
      batch: 2,
    },
    { via: 'split', headDim: wide, queryLen: 1, keys: 129, capacity: 1030, heads: 4, kvHeads: 2, loud: 40 },
    { via: 'split', headDim: wide, queryLen: 2, keys: 129, capacity: 1030, heads: 6, kvHeads: 2 },
    {
      via: 'split',
      headDim: wide,
      queryLen: 1,
      keys: 5,
      position: 4,
      causal: true,
      capacity: 5000,
      heads: 6,
      kvHeads: 2,
    },
    { via: 'decode', headDim: Math.min(40, most), queryLen: 1, keys: 70, causal: true, position: 69, batch: 2 },
    { via: 'decode', headDim: Math.min(40, most), queryLen: 1, keys: 1 },
    { via: 'decode', headDim: 8, queryLen: 2, keys: 37, causal: true, heads: 4, kvHeads: 2 },
    { via: 'decode', headDim: 16, queryLen: 5, keys: 2, causal: true },
    { via: 'decode', headDim: 24, queryLen: 5, keys: 5 },
  ];

  test.each(cases)('$via of $queryLen × $keys, headDim $headDim', async (c) => {
    await check(gpu, element, c, gpu.info, (args) =>
      decodeWideAttention(args, { workgroupSize: 64, keys: '4', prefetch: false, splitKeys: 64 }),
    );
  });

  test('f32, and other cuts of the same work', async () => {
    const c: Case = { via: 'split', headDim: Math.min(40, most), queryLen: 1, keys: 301, heads: 2 };
    for (const shape of [
      { workgroupSize: 128, keys: '2', prefetch: true, splitKeys: 32 },
      { workgroupSize: 64, keys: '4', prefetch: true, splitKeys: 70 },
    ] as const)
      await check(gpu, 'f32', c, gpu.info, (args) => {
        const calls = decodeWideAttention(args, shape);
        expect(calls.map(({ kernel }) => kernel.name)).toEqual(['attention_decode_wide', 'attention_merge_tree']);
        return calls;
      });
  });
});
