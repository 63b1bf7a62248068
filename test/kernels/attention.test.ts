import { describe, expect, test } from 'vitest';
import { chooseAttention } from '../../src/kernels/attention.ts';
import { openGpu, type TestTier, testTiers } from '../support/gpu.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { directAttention } from '../../src/kernels/attentionPrefill.ts';
import { type Case, check } from './attentionSupport.ts';

const opened = new Map<TestTier, Promise<GpuContext>>();

/** One device a tier: its pipelines are compiled once. */
function sharedGpu(tier: TestTier): Promise<GpuContext> {
  const gpu = opened.get(tier) ?? openGpu(tier);
  opened.set(tier, gpu);
  return gpu;
}

// A pipeline takes a CPU adapter seconds to compile, so that cases share headDim where headDim is not their point.
const tiledCases: readonly Case[] = [
  { via: 'tiled', headDim: 8, queryLen: 13, keys: 13 },
  { via: 'tiled', headDim: 24, queryLen: 37, keys: 37, heads: 6, kvHeads: 2, causal: true, batch: 2 },
  { via: 'tiled', headDim: 40, queryLen: 11, keys: 50, causal: true, position: 39, heads: 6, kvHeads: 2, batch: 2 },
  { via: 'tiled', headDim: 64, queryLen: 70, keys: 70, causal: true },
  { via: 'tiled', headDim: 128, queryLen: 5, keys: 37 },
  { via: 'tiled', headDim: 256, queryLen: 13, keys: 35 },
  { via: 'tiled', headDim: 8, queryLen: 1, keys: 1 },
  { via: 'tiled', headDim: 8, queryLen: 1, keys: 97 },
  { via: 'tiled', headDim: 24, queryLen: 33, keys: 65, batch: 2 },
  { via: 'tiled', headDim: 8, queryLen: 40, keys: 7 },
  { via: 'tiled', headDim: 8, queryLen: 9, keys: 5, causal: true },
  { via: 'tiled', headDim: 8, queryLen: 17, keys: 19, batch: 2, mask: ['1', '1', 'q', 'k'] },
  { via: 'tiled', headDim: 8, queryLen: 17, keys: 19, batch: 2, mask: ['b', '1', '1', 'k'] },
  { via: 'tiled', headDim: 8, queryLen: 17, keys: 39, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 16] },
  { via: 'tiled', headDim: 8, queryLen: 41, keys: 41, mask: ['1', '1', 'q', 'k'], causal: true, closedRows: [0, 40] },
  { via: 'tiled', headDim: 64, queryLen: 20, keys: 40, loud: 40 },
];

/**
 * For CPU adapters with quads, of which SwiftShader is given all of the above by the rules: keys and rows that fill no tile,
 * columns in one, two and four vec4s of an invocation, and in two slices.
 */
const directCases: readonly Case[] = [
  { via: 'tiled', headDim: 24, queryLen: 37, keys: 37, heads: 6, kvHeads: 2, causal: true, batch: 2 },
  { via: 'tiled', headDim: 24, queryLen: 17, keys: 39, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 16] },
  { via: 'tiled', headDim: 24, queryLen: 1, keys: 1 },
  { via: 'tiled', headDim: 72, queryLen: 11, keys: 50, causal: true, position: 39, heads: 6, kvHeads: 2, batch: 2 },
  { via: 'tiled', headDim: 72, queryLen: 20, keys: 40, loud: 40 },
];

const decodeCases: readonly Case[] = [
  ...[8, 24, 40, 64, 128].map((headDim): Case => ({ via: 'decode', headDim, queryLen: 1, keys: 70, causal: true })),
  { via: 'decode', headDim: 8, queryLen: 1, keys: 1 },
  { via: 'decode', headDim: 8, queryLen: 1, keys: 65, causal: true, position: 64 },
  { via: 'decode', headDim: 8, queryLen: 8, keys: 64, causal: true, heads: 6, kvHeads: 2, batch: 2 },
  { via: 'decode', headDim: 256, queryLen: 5, keys: 33, causal: true, heads: 3, kvHeads: 1 },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 2, causal: true },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['1', '1', 'q', 'k'] },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['b', '1', '1', 'k'] },
  { via: 'decode', headDim: 8, queryLen: 3, keys: 130, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 2] },
  { via: 'decode', headDim: 64, queryLen: 1, keys: 90, loud: 40 },
];

const splitCases: readonly Case[] = [
  { via: 'split', headDim: 64, queryLen: 1, keys: 300, position: 299, causal: true, heads: 6, kvHeads: 2 },
  { via: 'split', headDim: 8, queryLen: 1, keys: 5, position: 4, causal: true, capacity: 5000 },
  { via: 'split', headDim: 8, queryLen: 1, keys: 129, capacity: 1030 },
  { via: 'split', headDim: 256, queryLen: 2, keys: 257, causal: true, position: 255 },
  { via: 'split', headDim: 40, queryLen: 8, keys: 531, causal: true, position: 523, heads: 4, kvHeads: 2, batch: 2 },
  { via: 'split', headDim: 8, queryLen: 3, keys: 270, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [1] },
  { via: 'split', headDim: 64, queryLen: 3, keys: 400, loud: 40 },
  { via: 'split', headDim: 8, queryLen: 1, keys: 128, capacity: 128 },
];

const cases = [...tiledCases, ...decodeCases, ...splitCases];

/**
 * Tier f16 sums over lanes as baseline does and has the elements of tier subgroups; both see every headDim. What is left to see is that
 * the two go together in each kernel.
 */
const casesOf = (tier: TestTier): readonly Case[] =>
  tier === 'f16' ? cases.filter(({ headDim }) => headDim === 8 || headDim === 64) : cases;

/**
 * What a real GPU would be given: wider workgroups, unrolled loops. Few cases, since these are the slowest to compile; many rows in
 * baseline are in attentionPrefill.test.ts.
 */
const hardwareCases = [decodeCases[12], splitCases[0]];
const subgroupHardwareCases = [tiledCases[3], decodeCases[3], splitCases[4]];

describe.each(testTiers)('%s', (tier) => {
  test.each(casesOf(tier))('attention $via of $queryLen × $keys, headDim $headDim', async (c) => {
    const gpu = await sharedGpu(tier);
    await check(gpu, gpu.info.features.f16 ? 'f16' : 'f32', c);
  });

  test.each(tier === 'subgroups' ? directCases : [])(
    'attention in quads of $queryLen × $keys, headDim $headDim',
    async (c) => {
      const gpu = await sharedGpu(tier);
      await check(gpu, gpu.info.features.f16 ? 'f16' : 'f32', c, gpu.info, (args) => [directAttention(args)]);
    },
  );

  const hardware = { baseline: hardwareCases, f16: [], subgroups: [...hardwareCases, ...subgroupHardwareCases] }[tier];
  test.each(hardware)('as on a real GPU: %o', async (c) => {
    const gpu = await sharedGpu(tier);
    const device = { ...gpu.info, adapter: { ...gpu.info.adapter, software: false } };
    if (c) await check(gpu, 'f32', c, device);
  });
});

test.each(testTiers)('short queries decode, long ones are tiled: %s', async (tier) => {
  const { info } = await sharedGpu(tier);
  expect(chooseAttention(1, info)).toBe('decode');
  expect(chooseAttention(8, info)).toBe('decode');
  expect(chooseAttention(9, info)).toBe('tiled');
  expect(chooseAttention(1, { ...info, avoided: ['decode attention'] })).toBe('tiled');
});
