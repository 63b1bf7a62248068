import { describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import {
  attendRows,
  type BlockContext,
  dense,
  head,
  projection,
  resultSlices,
  writeRows,
} from '../../src/nn/blocks.ts';
import { attentionSpecs, headSpecs, projectionSpecs } from '../../src/nn/blockWeights.ts';
import { attention } from '../reference/attention.ts';
import * as reference from '../reference/blocks.ts';
import { loadBlocks } from '../support/blocks.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, uploadElements } from '../support/gpu.ts';
import { dropPadding, padColumns } from '../support/weights.ts';

// The blocks around a trunk against float64, at sizes that nothing divides.

/** f32: rounding of the sums of two products and a norm. f16: 11 bits of each result between them. */
const tolerances = { f32: { relative: 4e-5, absolute: 4e-5 }, f16: { relative: 2e-3, absolute: 4e-3 } } as const;
/** As in attention's own test. */
const attentionTolerances = {
  f32: { relative: 2e-5, absolute: 2e-5 },
  f16: { relative: 6e-4, absolute: 6e-4 },
} as const;

const bytesOf = { f32: 4, f16: 2 } as const;

type Loaded = Awaited<ReturnType<typeof loadBlocks>>;

const contextOf = (
  gpu: GpuContext,
  { weights }: Pick<Loaded, 'weights'>,
  element: ElementType,
  hidden: number,
): BlockContext => ({ gpu, weights, element, hidden, normEps: 1e-5 });

/** Four modalities of other widths become interleaved tokens. */
async function checkEncoder(gpu: GpuContext, element: ElementType): Promise<void> {
  const widths = Object.entries({ visual: 37, audio: 21, text: 30, engagement: 5 });
  const [rows, hidden] = [7, 24];
  const loaded = await loadBlocks(
    gpu,
    widths.flatMap(([id, width]) => projectionSpecs(id, width, hidden)),
    element,
  );
  const context = contextOf(gpu, loaded, element, hidden);
  const scratch = poisoned(gpu, rows * hidden * 4);
  const tokens = poisoned(gpu, 4 * rows * hidden * bytesOf[element]);
  const want: Float64Array[] = [];
  const calls = widths.flatMap(([id, width], index) => {
    const data = rounded(randomNumbers(rows * width, index + 50), 'f32');
    want.push(reference.projection(loaded.tensors, id, data, hidden));
    const features = poisoned(gpu, rows * Math.ceil(width / 4) * 16);
    writeRows(gpu, features, 0, Float32Array.from(data), width);
    const place = { offset: index * hidden, rowStride: 4 * hidden };
    return projection(context, id, { features, rows, scratch, tokens, element, place });
  });
  await runCalls(gpu, calls);
  const got = await download(gpu, tokens, 4 * rows * hidden, element);
  const interleaved = got.map((_, i) => {
    const token = Math.floor(i / hidden);
    return want[token % 4]?.[Math.floor(token / 4) * hidden + (i % hidden)] ?? Number.NaN;
  });
  expectClose(got, interleaved, tolerances[element], `encoder ${element}`);
  loaded.weights.dispose();
}

interface AttentionCase {
  readonly name: string;
  readonly batch: number;
  readonly rows: number;
  /** First and count. */
  readonly queries: readonly [number, number];
  readonly keys: readonly [number, number];
  readonly heads: number;
  readonly hidden: number;
  readonly kernel: 'tiled' | 'decode';
}

// Fusion: many items of four rows. Cross-attention: one item, its rows in two groups of other lengths, both ways.
const fusion = { rows: 4, queries: [0, 4], keys: [0, 4], kernel: 'decode' } as const;
const cross = { batch: 1, heads: 5, hidden: 40, kernel: 'tiled' } as const;
const attentionCases: readonly AttentionCase[] = [
  { ...fusion, name: 'fusion', batch: 13, heads: 3, hidden: 24 },
  { ...fusion, name: 'fusion of many steps', batch: 1031, heads: 1, hidden: 8 },
  { ...cross, name: 'visual to text', rows: 20, queries: [0, 7], keys: [7, 13] },
  { ...cross, name: 'text to visual', rows: 20, queries: [7, 13], keys: [0, 7] },
  { ...cross, name: 'one query', rows: 46, queries: [0, 1], keys: [1, 45] },
  { ...cross, name: 'one key', rows: 46, queries: [1, 45], keys: [0, 1] },
];

async function checkAttention(gpu: GpuContext, element: ElementType, c: AttentionCase): Promise<void> {
  const { batch, rows, queries, keys, heads, hidden, kernel } = c;
  const all = batch * rows;
  const headDim = hidden / heads;
  const qkv = rounded(randomNumbers(all * 3 * hidden, 1), element);
  const part = (index: number, [first, count]: readonly [number, number]): Float64Array =>
    Float64Array.from({ length: batch * count * hidden }, (_, i) => {
      const row = Math.floor(i / hidden);
      const at = Math.floor(row / count) * rows + first + (row % count);
      return qkv[(at * 3 + index) * hidden + (i % hidden)] ?? Number.NaN;
    });
  const want = attention(part(0, queries), part(1, keys), part(2, keys), {
    batch,
    heads,
    kvHeads: heads,
    queryLen: queries[1],
    keys: keys[1],
    headDim,
    scale: headDim ** -0.5,
    causal: false,
  });
  const attended = uploadElements(gpu, new Float64Array(all * hidden).fill(7), element);
  const context = contextOf(gpu, await loadBlocks(gpu, [], element), element, hidden);
  const range = ([first, count]: readonly [number, number]) => ({ first, count });
  const calls = attendRows(context, 'test', {
    qkv: uploadElements(gpu, qkv, element),
    attended,
    heads,
    batch,
    rows,
    queries: range(queries),
    keys: range(keys),
    kernel,
  });
  await runCalls(gpu, calls);
  const got = await download(gpu, attended, all * hidden, element);
  const written = (i: number): boolean => {
    const row = Math.floor(i / hidden) % rows;
    return row >= queries[0] && row < queries[0] + queries[1];
  };
  const ours = got.filter((_, i) => written(i));
  expectClose(ours, want, attentionTolerances[element], `${c.name} ${element}`);
  expect(
    got.every((value, i) => written(i) || value === 7),
    'other rows are left alone',
  ).toBe(true);
}

/** With its four matrices. */
async function checkMultiHead(gpu: GpuContext, element: ElementType): Promise<void> {
  const [rows, hidden, heads] = [9, 40, 5];
  const loaded = await loadBlocks(gpu, attentionSpecs('a', hidden), element);
  const x = rounded(randomNumbers(rows * hidden, 3), element);
  const want = reference.multiHead(loaded.tensors, 'a', x, x, { batch: 1, hidden, heads });
  const context = contextOf(gpu, loaded, element, hidden);
  const make = (columns: number, kind: ElementType): GPUBuffer => poisoned(gpu, rows * columns * bytesOf[kind]);
  const [qkv, attended, y] = [make(3 * hidden, element), make(hidden, element), make(hidden, 'f32')];
  const all = { first: 0, count: rows };
  const input = uploadElements(gpu, x, element);
  await runCalls(gpu, [
    ...dense(context, 'a.qkv', { x: input, xElement: element, y: qkv, yElement: element, rows }),
    ...attendRows(context, 'a', { qkv, attended, heads, batch: 1, rows, queries: all, keys: all, kernel: 'tiled' }),
    ...dense(context, 'a.out_proj', { x: attended, xElement: element, y, yElement: 'f32', rows }),
  ]);
  expectClose(await download(gpu, y, rows * hidden), want, tolerances[element], `attention ${element}`);
  loaded.weights.dispose();
}

const headCases = [
  { rows: 1, outputs: 11, activation: 'none' },
  { rows: 1, outputs: 1, activation: 'sigmoid' },
  { rows: 1, outputs: 33, activation: 'tanh' },
  { rows: 1, outputs: 6, activation: 'relu' },
  { rows: 9, outputs: 1, activation: 'sigmoid' },
  { rows: 9, outputs: 2, activation: 'none' },
] as const;

async function checkHead(gpu: GpuContext, element: ElementType, c: (typeof headCases)[number]): Promise<void> {
  const { rows, outputs, activation } = c;
  const [width, between] = [46, 13];
  const loaded = await loadBlocks(gpu, headSpecs('h', width, between, outputs), element);
  const x = rounded(randomNumbers(rows * width, 3, 2), element);
  const want = reference.head(loaded.tensors, 'h', x, outputs, activation);
  const { bytes, at } = resultSlices({ before: 3, here: outputs }, rows);
  const results = poisoned(gpu, bytes);
  const calls = head(contextOf(gpu, loaded, element, 8), 'h', {
    x: uploadElements(gpu, padColumns(x, rows, width), element),
    element,
    between: poisoned(gpu, rows * 16 * 4),
    y: { buffer: results, ...at.here },
    rows,
    activation,
  });
  await runCalls(gpu, calls);
  const all = await download(gpu, results, bytes / 4);
  const here = all.subarray(at.here.offset / 4, (at.here.offset + at.here.size) / 4);
  expectClose(dropPadding(here, rows, outputs), want, tolerances[element], `head ${element}`);
  expect(all.subarray(0, at.here.offset / 4).every(Number.isNaN), 'the slice before is left alone').toBe(true);
  loaded.weights.dispose();
}

describe.each(testTiers)('blocks in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const elements: ElementType[] = gpu.info.features.f16 ? ['f32', 'f16'] : ['f32'];

  describe.each(elements)('%s', (element) => {
    test('encoder', () => checkEncoder(gpu, element));
    test.each(attentionCases)('attention: $name', (c) => checkAttention(gpu, element, c));
    test('attention with its four matrices', () => checkMultiHead(gpu, element));
    test.each(headCases)('head of $rows rows, $outputs outputs, $activation, into a slice', (c) =>
      checkHead(gpu, element, c),
    );
  });
});
