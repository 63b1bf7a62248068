import { describe, expect, test } from 'vitest';
import { type AttentionArgs, decodeAttention, decodeScratchBytes } from '../../src/kernels/attention.ts';
import { splitsOf } from '../../src/kernels/attentionMerge.ts';
import { decodeWideAttention, type WideShape, wideSplits } from '../../src/kernels/attentionWide.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { asHardware } from '../support/hardwareGpu.ts';
import { type Case, check } from './attentionSupport.ts';

describe.each(testTiers.filter((tier) => tier === 'subgroups'))('wide decoding attention, %s', async (tier) => {
  const gpu = await openGpu(tier);
  const element = gpu.info.features.f16 ? 'f16' : 'f32';
  /** Elements of a key's row that the smallest subgroup holds: 64 on lavapipe, 32 on SwiftShader. */
  const most = gpu.info.subgroupSize[0] * 8;
  const wide = Math.min(64, most);
  const narrow: WideShape = { workgroupSize: 64, keys: '4', prefetch: false };

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
    { via: 'decode', headDim: 24, queryLen: 5, keys: 2, causal: true },
    { via: 'decode', headDim: 24, queryLen: 5, keys: 5 },
  ];

  test.each(cases)('by the rules, $via of $queryLen × $keys, headDim $headDim', async (c) => {
    await check(gpu, element, c, asHardware(gpu.info), (args) => {
      const calls = decodeAttention(args);
      expect(calls[0]?.kernel.name).toBe('attention_decode_wide');
      return calls;
    });
  });

  test.each(cases.filter(({ via }) => via === 'split'))(
    'in splits of 64 keys, $queryLen × $keys, headDim $headDim',
    async (c) => {
      await check(gpu, element, c, gpu.info, (args) => decodeWideAttention(args, narrow, splitsOf(64)));
    },
  );

  test('f32, and other cuts of the same work', async () => {
    const c: Case = { via: 'split', headDim: Math.min(40, most), queryLen: 1, keys: 301, heads: 2 };
    for (const [shape, splits] of [
      [{ workgroupSize: 128, keys: '2', prefetch: true }, splitsOf(32)],
      [{ workgroupSize: 64, keys: '4', prefetch: true }, splitsOf(70)],
      [narrow, { unit: 32, most: 4 }],
    ] as const)
      await check(gpu, 'f32', c, gpu.info, (args) => {
        const calls = decodeWideAttention(args, shape, splits);
        expect(calls.map(({ kernel }) => kernel.name)).toEqual(['attention_decode_wide', 'attention_merge']);
        return calls;
      });
  });

  test.each([15, 16, 17, 31, 97, 256, 301])('splits that grow with the keys hold all of %i', async (keys) => {
    const c: Case = { via: 'split', headDim: 8, queryLen: 1, keys, position: keys - 1, causal: true, capacity: 310 };
    await check(gpu, element, c, gpu.info, (args) => decodeWideAttention(args, narrow, { unit: 8, most: 4 }));
  });

  test('a row that the smallest subgroup does not hold, a mask and a CPU go to the other kernel', async () => {
    const kernels: string[] = [];
    const attend = (args: AttentionArgs) => {
      const calls = decodeAttention(args);
      kernels.push(calls[0]?.kernel.name ?? '');
      return calls;
    };
    const tall: Case = { via: 'decode', headDim: 2 * most, queryLen: 1, keys: 70 };
    await check(gpu, element, tall, asHardware(gpu.info), attend);
    const masked: Case = { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['b', '1', '1', 'k'] };
    await check(gpu, 'f32', masked, asHardware(gpu.info), attend);
    await check(gpu, 'f32', { via: 'decode', headDim: 8, queryLen: 1, keys: 70 }, gpu.info, attend);
    expect(kernels).toEqual(['attention_decode', 'attention_decode', 'attention_decode']);
  });

  test('a sequence gets the same splits in every batch, and there is scratch for all candidates', async () => {
    for (const [heads, kvHeads] of [
      [1, 1],
      [16, 2],
      [16, 16],
      [64, 64],
    ] as const) {
      const seen: string[] = [];
      for (const batch of [1, 4]) {
        const c: Case = { via: 'split', headDim: 8, queryLen: 1, keys: 40, capacity: 5000, heads, kvHeads, batch };
        await check(gpu, element, c, asHardware(gpu.info), (args) => {
          const splits = wideSplits(args);
          seen.push(JSON.stringify(splits));
          const record = args.batch * heads * (args.headDim + 4) * 4;
          const scratch = decodeScratchBytes({ ...args, maxKeys: 5000 });
          for (const { unit, most: count } of splits)
            expect(Math.min(count, Math.ceil(5000 / unit)) * record).toBeLessThanOrEqual(scratch);
          return decodeAttention(args);
        });
      }
      expect(seen[0]).toBe(seen[1]);
    }
  });
});
