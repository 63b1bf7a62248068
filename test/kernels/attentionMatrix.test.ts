import { describe, expect, test } from 'vitest';
import { defineKernel, type KernelCall } from '../../src/gpu/kernel.ts';
import {
  attentionMatrixKernel,
  matrixAttention,
  matrixAttentionBytes,
  type MatrixAttentionShape,
} from '../../src/kernels/attentionMatrix.ts';
import { attention, type AttentionArgs } from '../../src/kernels/attention.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { type Case, check } from './attentionSupport.ts';

/**
 * No CPU adapter has matrix units. As in linearSubgroupMatrix.test.ts the kernel runs as it is, but for the part that speaks to
 * them: of a left matrix a lane has its row, of a result half a row, of a right matrix where it lies and how. `anyLane`: what the
 * lanes of a subgroup say together; an adapter's subgroups are smaller than 32, so here it is said beforehand.
 */
const byHand = (anyLane: string): string => `
struct Left { low: vec4u, high: vec4u }
struct Right { block: u32, dim: u32, by_rows: bool }
alias Result = array<f32, 8>;
var<private> lane_of_32: u32;
var<workgroup> tile: array<array<array<vec4u, MATRIX>, DIM_BLOCKS>, TILES>;
var<workgroup> probability: array<array<vec4u, MATRIX>, SUBGROUPS * KEY_BLOCKS>;
var<workgroup> slab: array<array<vec4f, SLAB>, SUBGROUPS * KEY_BLOCKS>;
fn store_chunk(block: u32, dim: u32, slot: u32, chunk: vec4u) { tile[block][dim][slot] = chunk; }
fn store_probability(at: u32, slot: u32, chunk: vec4u) { probability[at][slot] = chunk; }
fn slab4(at: u32, slot: u32) -> vec4f { return slab[at][slot]; }
fn store_slab4(at: u32, slot: u32, value: vec4f) { slab[at][slot] = value; }
fn load_left(block: u32, dim: u32) -> Left { let row = lane_of_32 / 2u * PITCH; return Left(tile[block][dim][row], tile[block][dim][row + 1u]); }
fn load_probability(at: u32) -> Left { let row = lane_of_32 / 2u * PITCH; return Left(probability[at][row], probability[at][row + 1u]); }
fn load_key(block: u32, dim: u32) -> Right { return Right(block, dim, false); }
fn load_value(block: u32, dim: u32) -> Right { return Right(block, dim, true); }
fn half_of(right: Right, line: u32, element: u32) -> f32 {
  let word = tile[right.block][right.dim][line * PITCH + element / 8u][element % 8u / 2u];
  return select(unpack2x16float(word).x, unpack2x16float(word).y, element % 2u == 1u);
}
fn multiply(left: Left, right: Right, sum: Result) -> Result {
  var sums = sum;
  let count = min(8u, params.heads * 8u);  // not a constant: the compiler would unroll everything
  for (var i = 0u; i < count; i++) {
    let column = lane_of_32 % 2u * 8u + i;
    for (var k = 0u; k < 2u * count; k++) {
      let chunk = select(left.low, left.high, k >= 8u);
      let pair = unpack2x16float(chunk[k % 8u / 2u]);
      let a = select(pair.x, pair.y, k % 2u == 1u);
      let b = half_of(right, select(column, k, right.by_rows), select(k, column, right.by_rows));
      sums[i] += a * b;
    }
  }
  return sums;
}
fn result_slot() -> u32 { return lane_of_32 / 2u * SLAB_PITCH + lane_of_32 % 2u * 2u; }
fn load_result(at: u32) -> Result {
  let low = slab[at][result_slot()];
  let high = slab[at][result_slot() + 1u];
  return Result(low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w);
}
fn store_result(at: u32, value: Result) {
  slab[at][result_slot()] = vec4f(value[0], value[1], value[2], value[3]);
  slab[at][result_slot() + 1u] = vec4f(value[4], value[5], value[6], value[7]);
}
fn any_lane(value: bool) -> bool { return ${anyLane}; }
`;
const tellingLanes = (part: string): string => part.replace(/(fn main\(.*\{)/, '$1\n  lane_of_32 = at.lane % 32u;');
const handMade = (anyLane: string) =>
  defineKernel({
    ...attentionMatrixKernel,
    wgsl: attentionMatrixKernel.wgsl.map(tellingLanes),
    axes: { ...attentionMatrixKernel.axes, syntax: { templates: [byHand(anyLane)] } },
  });
/** Sums are scaled at every tile; never, which is right where no row's scores grow by 8. */
const kernels = { always: handMade('true'), never: handMade('false') } as const;

interface MatrixCase extends Case {
  readonly scaled?: keyof typeof kernels;
  readonly shape?: MatrixAttentionShape;
  readonly splitKeys?: number;
}

const small: MatrixAttentionShape = { rowBlocks: '2', slices: '1', keyBlocks: '1' };
const sliced: MatrixAttentionShape = { rowBlocks: '1', slices: '2', keyBlocks: '2' };

/** Few pipelines, each with sizes under, at and over a tile: a CPU adapter compiles one in some seconds. */
const cases: readonly MatrixCase[] = [
  { via: 'tiled', headDim: 32, queryLen: 1, keys: 1 },
  { via: 'tiled', headDim: 32, queryLen: 13, keys: 97 },
  { via: 'tiled', headDim: 32, queryLen: 40, keys: 7 },
  { via: 'tiled', headDim: 32, queryLen: 32, keys: 32, scaled: 'never' },
  { via: 'tiled', headDim: 32, queryLen: 33, keys: 70, scaled: 'never', causal: true },
  { via: 'tiled', headDim: 32, queryLen: 9, keys: 5, causal: true },
  { via: 'tiled', headDim: 32, queryLen: 17, keys: 39, batch: 2, mask: ['b', 'h', 'q', 'k'], closedRows: [0, 16] },
  { via: 'tiled', headDim: 32, queryLen: 41, keys: 41, mask: ['1', '1', 'q', 'k'], causal: true, closedRows: [0, 40] },
  { via: 'tiled', headDim: 32, queryLen: 11, keys: 50, causal: true, position: 39, heads: 6, kvHeads: 2, batch: 2 },
  { via: 'tiled', headDim: 32, queryLen: 20, keys: 70, loud: 40 },
  { via: 'split', headDim: 32, queryLen: 19, keys: 150, causal: true, position: 131, batch: 2, splitKeys: 64 },
  { via: 'tiled', headDim: 16, queryLen: 20, keys: 150, shape: sliced },
  { via: 'tiled', headDim: 16, queryLen: 20, keys: 9, shape: sliced, causal: true },
  { via: 'tiled', headDim: 16, queryLen: 35, keys: 140, loud: 40, shape: sliced, mask: ['1', '1', 'q', 'k'] },
];

/** By the rules of a GPU with units: the shape is theirs, and with room for it the keys are split. */
const byRule: readonly MatrixCase[] = [
  { via: 'tiled', headDim: 32, queryLen: 40, keys: 97, causal: true },
  { via: 'split', headDim: 32, queryLen: 19, keys: 600, causal: true, position: 581 },
];

describe.each(testTiers.filter((tier) => tier === 'subgroups'))('attention by hand in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  test.each(gpu.info.features.f16 ? cases : [])(
    '$queryLen × $keys, headDim $headDim, $via',
    async (c) => {
      await check(gpu, 'f16', c, gpu.info, (args) =>
        matrixAttention(args, c.shape ?? small, 'templates', c.splitKeys).map((call): KernelCall =>
          call.kernel === attentionMatrixKernel ? { ...call, kernel: kernels[c.scaled ?? 'always'] } : call,
        ),
      );
    },
    120_000,
  );

  const { info } = gpu;
  const device = { ...info, adapter: { ...info.adapter, software: false }, matrixSyntax: 'templates' } as const;
  const named = (args: AttentionArgs): string[] => attention(args).map(({ kernel }) => kernel.name);

  test.each(info.features.f16 ? byRule : [])(
    'by rule: $queryLen × $keys, $via',
    async (c) => {
      await check(gpu, 'f16', c, device, (args) => {
        expect(named(args)).toEqual(['attention_matrix', ...(c.via === 'split' ? ['attention_merge'] : [])]);
        // Units that are left unused, numbers and shapes that they do not take, kernels that the self-test found wrong.
        const { matrixSyntax: _, ...without } = device;
        expect(named({ ...args, device: without })[0]).toBe('attention_prefill');
        expect(named({ ...args, element: 'f32' })[0]).toBe('attention_prefill');
        expect(named({ ...args, headDim: 24 })[0]).toBe('attention_prefill');
        expect(named({ ...args, v: { ...args.v, offset: 4 } })[0]).toBe('attention_prefill');
        expect(named({ ...args, device: { ...device, avoided: ['prefill attention'] } })).toEqual(['attention_tiled']);
        return attention(args).map((call): KernelCall =>
          call.kernel === attentionMatrixKernel ? { ...call, kernel: kernels.always } : call,
        );
      });
    },
    120_000,
  );

  test('workgroup memory of a shape is what its arrays take', () => {
    // Two tiles of 2 × 8 matrices, 4 of probabilities; 4 slabs of 84 vec4s; states of 64 rows; four flags.
    const shape: MatrixAttentionShape = { rowBlocks: '4', slices: '1', keyBlocks: '1' };
    expect(matrixAttentionBytes(shape, 128)).toBe(800 * (32 + 4) + 4 * 84 * 16 + 64 * 8 + 4 * 4);
    expect(matrixAttentionBytes({ ...shape, keyBlocks: '2' }, 128)).toBeLessThanOrEqual(49_152);
  });
});
