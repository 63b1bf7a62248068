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
const products = `
alias Left = u32;
alias Right = u32;
alias Result = array<f32, 8>;
var<private> lane_of_32: u32;
fn load_left(at: u32) -> Left { return at; }
fn load_right(at: u32) -> Right { return at; }
fn multiply(left: Left, right: Right, sum: Result) -> Result {
  var sums = sum;
  let count = min(8u, params.out4 * 8u);  // not a constant: the compiler would unroll everything
  for (var i = 0u; i < count; i++) {
    for (var k = 0u; k < count; k++) {
      let a = unpack2x16float(input_chunk(left, lane_of_32 / 2u, k / 4u)[k % 4u]);
      let b = unpack2x16float(weight_chunk(right, lane_of_32 % 2u * 8u + i, k / 4u)[k % 4u]);
      sums[i] += dot(a, b);
    }
  }
  return sums;
}
fn store_result(at: u32, value: Result) {
  for (var i = 0u; i < 8u; i++) { slab[at + lane_of_32 / 2u * SLAB_PITCH + lane_of_32 % 2u * 8u + i] = value[i]; }
}
`;
const tilesByHand = `
var<workgroup> input_tile: array<array<vec4u, MATRIX>, BUFFERS * INPUT_TILE / 2u>;
var<workgroup> weight_tile: array<array<vec4u, MATRIX>, BUFFERS * WEIGHT_TILE / 2u>;
fn store_input_chunk(place: u32, row: u32, chunk: vec4u) { input_tile[place / 2u][row * PITCH + place % 2u] = chunk; }
fn store_weight_chunk(place: u32, row: u32, chunk: vec4u) { weight_tile[place / 2u][row * PITCH + place % 2u] = chunk; }
fn input_chunk(place: u32, row: u32, chunk: u32) -> vec4u { return input_tile[place / 2u][row * PITCH + chunk]; }
fn weight_chunk(place: u32, row: u32, chunk: u32) -> vec4u { return weight_tile[place / 2u][row * PITCH + chunk]; }
`;
const { tile: tiles, ...axes } = linearSubgroupMatrix.axes;
const tellingLanes = (part: string): string =>
  part.replace('fn main(at: Invocation) {', 'fn main(at: Invocation) {\n  lane_of_32 = at.lane % 32u;');
const kernelByHand = defineKernel({
  ...linearSubgroupMatrix,
  axes: {
    ...axes,
    tile: Object.fromEntries(Object.entries(tiles).map(([name, parts]) => [name, parts.map(tellingLanes)])),
    syntax: { templates: [matrixStaging, tilesByHand, products] },
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
