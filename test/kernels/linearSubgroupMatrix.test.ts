import { describe, expect, test } from 'vitest';
import matrixStaging from '../../shaders/lib/matrix_staging.wgsl?raw';
import { defineKernel, type KernelCall } from '../../src/gpu/kernel.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { LinearArgs } from '../../src/kernels/linear.ts';
import {
  fitsMatrixTile,
  linearSubgroupMatrix,
  subgroupMatrixCall,
  type SubgroupMatrixTile,
  subgroupMatrixTiles,
} from '../../src/kernels/linearSubgroupMatrix.ts';
import type { WeightFormat } from '../../src/core/dtype.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';
import { dropPadding, keptAs, padColumns, uploadWeight } from '../support/weights.ts';

/**
 * No CPU adapter has matrix units. Here the kernel runs as it is, but for the one part that speaks to them: a lane has half a
 * row of each result, and of the others where they begin in their tiles, and multiplies by hand. The part itself is run where
 * there are such units, by the probe of every start (src/kernels/subgroupMatrixProbe.ts) and `scripts/bench/sweep.mjs`.
 */
const byHand = `
struct Matrix { group: u32, index: u32 }
alias Left = Matrix;
alias Right = Matrix;
alias Result = array<f32, 8>;
var<private> lane_of_32: u32;
var<workgroup> input_tile: array<array<array<vec4u, MATRIX>, STEPS * MATRICES_DOWN>, BUFFERS * INPUT_GROUPS>;
var<workgroup> weight_tile: array<array<array<vec4u, MATRIX>, STEPS * MATRICES_ACROSS>, BUFFERS * WEIGHT_GROUPS>;
var<workgroup> slab: array<array<vec4f, SLAB>, SUBGROUPS * SLICES>;
fn store_input_chunk(group: u32, matrix: u32, slot: u32, chunk: vec4u) { input_tile[group][matrix][slot] = chunk; }
fn store_weight_chunk(group: u32, matrix: u32, slot: u32, chunk: vec4u) { weight_tile[group][matrix][slot] = chunk; }
fn load_left(group: u32, step: u32, i: u32) -> Left { return Matrix(group, step * MATRICES_DOWN + i); }
fn load_right(group: u32, step: u32, j: u32) -> Right { return Matrix(group, step * MATRICES_ACROSS + j); }
fn multiply(left: Left, right: Right, sum: Result) -> Result {
  var sums = sum;
  let count = min(8u, params.out4 * 8u);  // not a constant: the compiler would unroll everything
  for (var i = 0u; i < count; i++) {
    for (var k = 0u; k < count; k++) {
      let row = lane_of_32 / 2u * PITCH + k / 4u;
      let column = (lane_of_32 % 2u * 8u + i) * PITCH + k / 4u;
      let a = unpack2x16float(input_tile[left.group][left.index][row][k % 4u]);
      let b = unpack2x16float(weight_tile[right.group][right.index][column][k % 4u]);
      sums[i] += dot(a, b);
    }
  }
  return sums;
}
fn store_result(subgroup: u32, column4: u32, value: Result) {
  let slot = lane_of_32 / 2u * SLAB_PITCH + column4 + lane_of_32 % 2u * 2u;
  slab[subgroup][slot] = vec4f(value[0], value[1], value[2], value[3]);
  slab[subgroup][slot + 1u] = vec4f(value[4], value[5], value[6], value[7]);
}
fn store_first(subgroup: u32, value: Result) { store_result(subgroup, 0u, value); }
fn store_second(subgroup: u32, value: Result) { store_result(subgroup, 4u, value); }
fn slab4(subgroup: u32, slot: u32) -> vec4f { return slab[subgroup][slot]; }
`;
const { tile: tiles, ...axes } = linearSubgroupMatrix.axes;
const tellingLanes = (part: string): string =>
  part.replace('fn main(at: Invocation) {', 'fn main(at: Invocation) {\n  lane_of_32 = at.lane % 32u;');
const kernelByHand = defineKernel({
  ...linearSubgroupMatrix,
  axes: {
    ...axes,
    tile: Object.fromEntries(Object.entries(tiles).map(([name, parts]) => [name, parts.map(tellingLanes)])),
    syntax: { templates: [matrixStaging, byHand] },
  },
});

interface Case {
  readonly tile: SubgroupMatrixTile;
  readonly format: Exclude<WeightFormat, 'f32'>;
  readonly gated?: boolean;
  readonly residual?: boolean;
}
interface Size {
  readonly rows: number;
  readonly inDim: number;
  readonly outDim: number;
  readonly firstRow?: number;
  readonly partRows?: number;
}

/** An f16 output keeps 11 bits, half a step of 2^-11 relative. Quantised weights are rounded to 11 bits on their way. */
const tolerance = { relative: 1e-3, absolute: 1e-3 };

async function check(gpu: GpuContext, c: Case & Size): Promise<void> {
  const firstRow = c.firstRow ?? 0;
  const x = rounded(randomNumbers((firstRow + c.rows) * c.inDim, 1), 'f16');
  const draw = (seed: number): Float64Array => randomNumbers(c.outDim * c.inDim, seed, 1 / Math.sqrt(c.inDim));
  const [w, up] = [draw(2), draw(3)];
  const start = rounded(randomNumbers(c.rows * c.outDim, 4), 'f32');
  const y = c.residual
    ? upload(gpu, Float32Array.from(padColumns(start, c.rows, c.outDim)))
    : poisoned(gpu, c.rows * Math.ceil(c.outDim / 4) * 8);
  const args: LinearArgs = {
    label: 'test',
    device: gpu.info,
    x: uploadElements(gpu, padColumns(x, firstRow + c.rows, c.inDim), 'f16'),
    xElement: 'f16',
    weight: uploadWeight(
      gpu,
      { inDim: c.inDim, outDim: c.outDim, ...(c.gated ? { gate: w, up } : { plain: w }) },
      c.format,
      c.partRows,
    ),
    activation: c.gated ? 'silu' : 'none',
    y,
    yElement: c.residual ? 'f32' : 'f16',
    residual: c.residual ?? false,
    rows: c.rows,
    firstRow,
    none: gpu.none,
  };
  const calls = args.weight.parts.map((part): KernelCall => ({
    ...subgroupMatrixCall(args, part, c.tile, 'templates'),
    kernel: kernelByHand,
  }));
  await runCalls(gpu, calls);
  const product = (weight: Float64Array): Float64Array =>
    reference.linear(x.subarray(firstRow * c.inDim), keptAs(weight, c.inDim, c.format), c.inDim, c.outDim);
  const [gate, ups] = [product(w), product(up)];
  const want = gate.map((value, i) => {
    const gated = c.gated ? reference.activate('silu', value) * (ups[i] ?? 0) : value;
    return gated + (c.residual ? (start[i] ?? 0) : 0);
  });
  const got = await download(gpu, y, c.rows * Math.ceil(c.outDim / 4) * 4, args.yElement);
  expectClose(dropPadding(got, c.rows, c.outDim), want, tolerance, JSON.stringify(c));
}

/** k: multiples of 8, as the kernel wants it; under, at and over a tile; with a part of a group. 17 tiles of 16 rows make two bands. */
const sizes: readonly Size[] = [
  { rows: 4, inDim: 8, outDim: 1 },
  { rows: 16, inDim: 64, outDim: 64 },
  { rows: 67, inDim: 136, outDim: 131, firstRow: 1 },
  { rows: 20, inDim: 24, outDim: 77, partRows: 48 },
  { rows: 260, inDim: 40, outDim: 7 },
];
/** Larger blocks take a CPU adapter's compiler minutes: below, their text is read instead. */
const cases: readonly Case[] = [
  { tile: '64x64k16b2', format: 'f16', residual: true },
  { tile: '64x64k16b2', format: 'int8' },
  { tile: '16x32s4', format: 'int8', gated: true },
  { tile: '16x32s4', format: 'int4' },
];

describe.each(testTiers.filter((tier) => tier === 'subgroups'))('subgroup matrices in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const here = gpu.info.features.f16 ? cases.filter(({ tile }) => fitsMatrixTile(tile, gpu.info)) : [];

  test.each(here.map((c) => [JSON.stringify(c), c] as const))(
    'by hand: %s',
    async (_, c) => {
      for (const size of sizes) await check(gpu, { ...c, ...size });
    },
    300_000,
  );

  test('no device has matrix units before they were probed', () => {
    expect(gpu.info.matrixSyntax).toBeUndefined();
  });
});

/** One tile of each block: all its products and results are written out, and a CPU adapter cannot run the larger ones. */
const tileOfBlock = new Map(Object.entries(subgroupMatrixTiles).map(([name, { block }]) => [block, name]));
test.each([...tileOfBlock])('block %s multiplies each pair once, and finishes each result', (block, name) => {
  const [down = 0, across = 0] = block.split('x').map(Number);
  const text = linearSubgroupMatrix.axes.tile[name as SubgroupMatrixTile].join('\n');
  const line = /s(\d)(\d) = multiply\(left(\d), right(\d), s(\d)(\d)\);/g;
  const made = [...text.matchAll(line)].map(([, i, j, ...operands]) => {
    expect(operands).toEqual([i, j, i, j]);
    return `${i}${j}`;
  });
  const loads = [...text.matchAll(/let (left|right)(\d) = load_(left|right)\((down|across), step, (\d)u\);/g)];
  expect(loads).toHaveLength(down + across);
  for (const [, name, i, side, group, matrix] of loads)
    expect([side, group, matrix]).toEqual([name, name === 'left' ? 'down' : 'across', i]);
  const all = Array.from({ length: down * across }, (_, at) => `${Math.floor(at / across)}${at % across}`);
  expect(made.toSorted()).toEqual(all);
  const finished = [...text.matchAll(/finish_two\(place, (\d)u, (\d)u, s(\d\d), s(\d\d)\);/g)].flatMap(
    ([, i, j, left, right]) => {
      expect([left, right]).toEqual([`${i}${j}`, `${i}${Number(j) + 1}`]);
      return [left, right];
    },
  );
  expect(finished).toEqual(all);
});
