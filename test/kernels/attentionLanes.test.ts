import { describe, expect, test } from 'vitest';
import { decodeAttention, decodeLanesAttention } from '../../src/kernels/attention.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { asHardware } from '../support/hardwareGpu.ts';
import { type Case, check } from './attentionSupport.ts';

describe.each(testTiers.filter((tier) => tier === 'subgroups'))('attention in lanes, %s', async (tier) => {
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
    { via: 'split', headDim: wide, queryLen: 1, keys: 5, position: 4, causal: true, capacity: 5000, heads: 2 },
    { via: 'decode', headDim: Math.min(40, most), queryLen: 1, keys: 70, causal: true, position: 69, batch: 2 },
    { via: 'decode', headDim: Math.min(40, most), queryLen: 1, keys: 1 },
    { via: 'decode', headDim: 8, queryLen: 2, keys: 37, causal: true, heads: 4, kvHeads: 2 },
    { via: 'decode', headDim: 24, queryLen: 5, keys: 2, causal: true },
    { via: 'decode', headDim: 24, queryLen: 5, keys: 5 },
  ];

  test.each(cases)('$via of $queryLen × $keys, headDim $headDim', async (c) => {
    await check(gpu, element, c, asHardware(gpu.info), (args) => {
      const calls = decodeAttention(args);
      expect(calls[0]?.kernel.name).toBe('attention_decode_lanes');
      return calls;
    });
  });

  test('a row that the smallest subgroup does not hold goes to the other kernel', async () => {
    await check(
      gpu,
      element,
      { via: 'decode', headDim: 2 * most, queryLen: 1, keys: 70 },
      asHardware(gpu.info),
      (args) => {
        const calls = decodeAttention(args);
        expect(calls[0]?.kernel.name).toBe('attention_decode');
        return calls;
      },
    );
  });

  test.each<Case>([
    {
      via: 'split',
      headDim: wide,
      queryLen: 1,
      keys: 300,
      position: 299,
      causal: true,
      heads: 6,
      kvHeads: 2,
      batch: 2,
    },
    { via: 'split', headDim: wide, queryLen: 2, keys: 129, capacity: 1030, heads: 6, kvHeads: 2, loud: 40 },
  ])('several rows a kv head over $keys keys, which the rules leave to the other kernel', async (c) => {
    await check(gpu, element, c, asHardware(gpu.info), (args) => {
      expect(decodeAttention(args)[0]?.kernel.name).toBe('attention_decode');
      return decodeLanesAttention(args, { workgroupSize: 128, keys: '2', splitKeys: 64 });
    });
  });

  test('f32, and another cut of the same work', async () => {
    const c: Case = { via: 'split', headDim: Math.min(40, most), queryLen: 1, keys: 301, heads: 2 };
    await check(gpu, 'f32', c, gpu.info, (args) =>
      decodeLanesAttention(args, { workgroupSize: 64, keys: '2', splitKeys: 32 }),
    );
  });

  test('what it cannot do goes to the other kernel', async () => {
    const kernels: string[] = [];
    const attend = (args: Parameters<typeof decodeAttention>[0]) => {
      const calls = decodeAttention(args);
      kernels.push(calls[0]?.kernel.name ?? '');
      return calls;
    };
    const masked: Case = { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['b', '1', '1', 'k'] };
    await check(gpu, 'f32', masked, asHardware(gpu.info), attend);
    await check(gpu, 'f32', { via: 'decode', headDim: 8, queryLen: 1, keys: 70 }, gpu.info, attend);
    expect(kernels).toEqual(['attention_decode', 'attention_decode']);
  });
});
