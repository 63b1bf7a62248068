import { describe, expect, test } from 'vitest';
import type { GpuContext } from '../../src/gpu/context.ts';
import { attention, prefillAttention } from '../../src/kernels/attentionPrefill.ts';
import { prefillStorageBytes } from '../../src/kernels/choosePrefill.ts';
import type { PrefillShape } from '../../src/kernels/attentionPrefillKernels.ts';
import { openGpu, type TestTier, testTiers } from '../support/gpu.ts';
import { type Case, check } from './attentionSupport.ts';

const opened = new Map<TestTier, Promise<GpuContext>>();

/** One device a tier: its pipelines are compiled once. */
function sharedGpu(tier: TestTier): Promise<GpuContext> {
  const gpu = opened.get(tier) ?? openGpu(tier);
  opened.set(tier, gpu);
  return gpu;
}

/** 8 rows × 32 keys a tile: a CPU adapter compiles it in some seconds, and sizes cross its borders early. */
const small: PrefillShape = {
  rowThreads: '4',
  columnThreads: '8',
  threadRows: '2',
  keyVecs: '1',
  depth4: '2',
  valueSteps: '1',
  stages: '2',
};

interface PrefillCase extends Case {
  readonly shape?: Partial<PrefillShape>;
  readonly splitKeys?: number;
}

const cases: readonly PrefillCase[] = [
  { via: 'tiled', headDim: 40, queryLen: 1, keys: 1 },
  { via: 'tiled', headDim: 40, queryLen: 13, keys: 97 },
  { via: 'tiled', headDim: 40, queryLen: 40, keys: 7 },
  { via: 'tiled', headDim: 40, queryLen: 9, keys: 5, causal: true },
  { via: 'tiled', headDim: 40, queryLen: 17, keys: 19, batch: 2, mask: ['1', '1', 'q', 'k'] },
  { via: 'tiled', headDim: 40, queryLen: 17, keys: 19, batch: 2, mask: ['b', '1', '1', 'k'] },
  { via: 'tiled', headDim: 40, queryLen: 17, keys: 39, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 16] },
  { via: 'tiled', headDim: 40, queryLen: 41, keys: 41, mask: ['1', '1', 'q', 'k'], causal: true, closedRows: [0, 40] },
  { via: 'tiled', headDim: 40, queryLen: 37, keys: 37, heads: 6, kvHeads: 2, causal: true, batch: 2 },
  { via: 'tiled', headDim: 40, queryLen: 11, keys: 50, causal: true, position: 39, heads: 6, kvHeads: 2, batch: 2 },
  { via: 'tiled', headDim: 40, queryLen: 20, keys: 40, loud: 40 },
  { via: 'split', headDim: 40, queryLen: 19, keys: 150, causal: true, position: 131, batch: 2, splitKeys: 64 },
  { via: 'split', headDim: 40, queryLen: 19, keys: 33, capacity: 300, splitKeys: 32 },
  { via: 'split', headDim: 40, queryLen: 70, keys: 70, causal: true, splitKeys: 32 },
];

/** Other cuts of the same work; in one tier, since each is a long compilation. */
const shapes: readonly PrefillCase[] = [
  { via: 'tiled', headDim: 128, queryLen: 35, keys: 70, shape: { columnThreads: '16', threadRows: '4' } },
  { via: 'tiled', headDim: 8, queryLen: 13, keys: 35 },
  { via: 'tiled', headDim: 256, queryLen: 11, keys: 33, shape: { threadRows: '1' } },
  { via: 'tiled', headDim: 24, queryLen: 20, keys: 140, causal: true, shape: { keyVecs: '2', stages: '1' } },
  { via: 'tiled', headDim: 64, queryLen: 70, keys: 70, shape: { rowThreads: '16', depth4: '4' } },
];

const attend = (c: PrefillCase) => (args: Parameters<typeof prefillAttention>[0]) =>
  prefillAttention(args, { ...small, ...c.shape }, c.splitKeys);

describe.each(testTiers)('%s', (tier) => {
  test.each(cases)('attention_prefill: $queryLen × $keys, headDim $headDim, $via', async (c) => {
    const gpu = await sharedGpu(tier);
    await check(gpu, gpu.info.features.f16 ? 'f16' : 'f32', c, gpu.info, attend(c));
  });

  test.each(tier === 'subgroups' ? shapes : [])('attention_prefill cut otherwise: $shape', async (c) => {
    const gpu = await sharedGpu(tier);
    await check(gpu, 'f32', c, gpu.info, attend(c));
  });
});

/** What the rules choose on a GPU, in the tier where it is smallest: lavapipe takes a minute for the larger shapes. */
const ruled: readonly Case[] = [
  { via: 'tiled', headDim: 64, queryLen: 21, keys: 70, causal: true },
  { via: 'split', headDim: 64, queryLen: 19, keys: 300, capacity: 700, causal: true, position: 281 },
];

test.each(testTiers.includes('baseline') ? ruled : [])(
  'attention by the rules for GPUs: $queryLen × $keys, $via',
  async (c) => {
    const gpu = await sharedGpu('baseline');
    const device = { ...gpu.info, adapter: { ...gpu.info.adapter, software: false } };
    await check(gpu, 'f32', c, device, (args) => {
      const calls = attention(args);
      const merge = c.via === 'split' ? ['attention_merge'] : [];
      expect(calls.map(({ kernel }) => kernel.name)).toEqual(['attention_prefill', ...merge]);
      return calls;
    });
  },
);

test('workgroup memory of a shape is what its arrays take', () => {
  // Staging of 2 · max((8 + 32) · 3, 4 · 16), probabilities 8 · 9, for reductions 32 vec4s.
  expect(prefillStorageBytes(small, 40, true)).toBe(16 * (240 + 72));
  expect(prefillStorageBytes(small, 40, false)).toBe(16 * (240 + 72 + 32));
});
