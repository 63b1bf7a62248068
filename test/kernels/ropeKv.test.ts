import { describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { ropeKv } from '../../src/kernels/ropeKv.ts';
import { sequenceRecords } from '../../src/kernels/sequences.ts';
import { rmsNorm } from '../reference/linear.ts';
import { inverseFrequencies, rotate } from '../reference/rope.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';

interface Case {
  readonly element: ElementType;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rope: boolean;
  readonly qkNorm: boolean;
  readonly position: number;
  readonly rows: number;
}

/** Positions in the cache. */
const capacity = 13;
const eps = 1e-6;
/** f32: cos and sin are rounded to f32, values go to some 4. f16: an output keeps 11 bits. */
const tolerances = { f32: { relative: 1e-6, absolute: 2e-6 }, f16: { relative: 5.5e-4, absolute: 1e-5 } } as const;

/** What q and the rows of both caches must be. */
function expected(c: Case, qkv: Float64Array, gammaQ: Float64Array, gammaK: Float64Array) {
  const frequencies = inverseFrequencies({ type: 'default', base: 10_000, dim: c.headDim });
  const all = c.heads + 2 * c.kvHeads;
  const headOf = (row: number, head: number): Float64Array =>
    qkv.subarray((row * all + head) * c.headDim, (row * all + head + 1) * c.headDim);
  const turned = (row: number, head: number, gamma: Float64Array): number[] => {
    const normed = c.qkNorm ? rmsNorm(headOf(row, head), c.headDim, gamma, eps) : headOf(row, head);
    return c.rope ? rotate(normed, c.position + row, frequencies) : [...normed];
  };
  const rows = Array.from({ length: c.rows }, (_, row) => row);
  const headRange = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  return {
    q: rows.flatMap((row) => headRange(0, c.heads).flatMap((head) => turned(row, head, gammaQ))),
    keys: rows.flatMap((row) => headRange(c.heads, c.kvHeads).flatMap((head) => turned(row, head, gammaK))),
    values: rows.flatMap((row) => headRange(c.heads + c.kvHeads, c.kvHeads).flatMap((head) => [...headOf(row, head)])),
  };
}

async function check(gpu: GpuContext, c: Case): Promise<void> {
  const bytes = c.element === 'f32' ? 4 : 2;
  const width = c.kvHeads * c.headDim;
  /** Slots of the cache, of which the last is written. */
  const slots = 2;
  const qkv = rounded(randomNumbers(c.rows * (c.heads + 2 * c.kvHeads) * c.headDim, 1), c.element);
  const gamma = (seed: number): Float64Array =>
    rounded(
      randomNumbers(c.headDim, seed).map((v) => 1 + v / 4),
      'f32',
    );
  const [gammaQ, gammaK] = [gamma(2), gamma(3)];
  const frequencies = inverseFrequencies({ type: 'default', base: 10_000, dim: c.headDim });
  const table = Array.from({ length: capacity }, (_, p) =>
    frequencies.flatMap((f) => [Math.cos(p * f), Math.sin(p * f)]),
  ).flat();
  const q = poisoned(gpu, c.rows * c.heads * c.headDim * bytes);
  const cacheBytes = slots * capacity * width * bytes;
  const [keyCache, valueCache] = [poisoned(gpu, cacheBytes), poisoned(gpu, cacheBytes)];
  const call = ropeKv({
    label: 'test',
    device: gpu.info,
    element: c.element,
    qkv: uploadElements(gpu, qkv, c.element),
    rope: c.rope ? upload(gpu, Float32Array.from(table)) : undefined,
    qkNorm: c.qkNorm ? { buffer: upload(gpu, Float32Array.from([...gammaQ, ...gammaK])), eps } : undefined,
    state: upload(gpu, sequenceRecords([{ position: c.position, slot: slots - 1 }])),
    capacity,
    q,
    keyCache,
    valueCache,
    rows: c.rows,
    heads: c.heads,
    kvHeads: c.kvHeads,
    headDim: c.headDim,
    none: gpu.none,
  });
  await runCalls(gpu, [call]);

  const want = expected(c, qkv, gammaQ, gammaK);
  const what = JSON.stringify(c);
  expectClose(await download(gpu, q, want.q.length, c.element), want.q, tolerances[c.element], `q of ${what}`);
  for (const [name, cache, rows] of [
    ['keys', keyCache, want.keys],
    ['values', valueCache, want.values],
  ] as const) {
    const got = await download(gpu, cache, slots * capacity * width, c.element);
    const exact = { relative: 0, absolute: 1e-12 };
    // [slots, kvHeads, capacity, headDim]; NaN is what was there before.
    const whole = new Float64Array(slots * capacity * width).fill(Number.NaN);
    for (let row = 0; row < c.rows; row++)
      for (let head = 0; head < c.kvHeads; head++)
        whole.set(
          rows.slice((row * c.kvHeads + head) * c.headDim, (row * c.kvHeads + head + 1) * c.headDim),
          (((slots - 1) * c.kvHeads + head) * capacity + c.position + row) * c.headDim,
        );
    const written = (data: Float64Array): Float64Array => data.filter((_, i) => !Number.isNaN(whole[i]));
    const others = got.filter((_, i) => Number.isNaN(whole[i]));
    expectClose(written(got), written(whole), name === 'keys' ? tolerances[c.element] : exact, `${name} of ${what}`);
    expect(others.every(Number.isNaN), `${name} of other positions stay as they were: ${what}`).toBe(true);
  }
}

describe.each(testTiers)('ropeKv in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const elements: ElementType[] = gpu.info.features.f16 ? ['f32', 'f16'] : ['f32'];
  const plain = { heads: 4, kvHeads: 2, headDim: 64, rope: true, qkNorm: false } as const;

  test.each(elements)('%s: turns at the first position, in the middle and at the last one', async (element) => {
    await check(gpu, { ...plain, element, position: 0, rows: 1 });
    await check(gpu, { ...plain, element, position: 5, rows: 3 });
    await check(gpu, { ...plain, element, position: capacity - 1, rows: 1 });
    await check(gpu, { ...plain, element, position: 0, rows: capacity });
  });

  test.each(elements)(
    '%s: head dimensions under and over a workgroup; as many kv heads as heads, one for all',
    async (element) => {
      await check(gpu, { ...plain, element, headDim: 8, heads: 3, kvHeads: 3, position: 2, rows: 5 });
      await check(gpu, { ...plain, element, headDim: 80, heads: 7, kvHeads: 1, position: 4, rows: 2 });
      await check(gpu, { ...plain, element, headDim: 256, heads: 2, kvHeads: 1, position: 11, rows: 2 });
    },
  );

  test.each(elements)('%s: without positions only splits', async (element) => {
    await check(gpu, { ...plain, element, rope: false, position: 3, rows: 3 });
  });

  test.each(elements)('%s: norms each head of q and k by its own gamma, and leaves v', async (element) => {
    await check(gpu, { ...plain, element, qkNorm: true, position: 6, rows: 3 });
    await check(gpu, { ...plain, element, qkNorm: true, headDim: 120, position: 1, rows: 2 });
  });
});
