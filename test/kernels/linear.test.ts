import { describe, expect, test } from 'vitest';
import { fitsTile } from '../../src/kernels/linearTile.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { checkMix, type Mix, named, type Suite } from './linearSupport.ts';

/**
 * Tiles for GPUs, which take no norm: rows and columns under, at and over one tile, and 17 tiles of rows, which make two
 * bands; 2, 4 and 8 rows an invocation, one and two places, and slices of k. `scripts/bench/sweep.mjs` holds all tiles
 * against linear_direct: here each costs ten seconds and more to compile.
 */
const tiles: Suite = {
  name: 'tile',
  sizes: [
    { rows: 4, inDim: 1, outDim: 1 },
    { rows: 17, inDim: 101, outDim: 129 },
    { rows: 64, inDim: 48, outDim: 64 },
    { rows: 67, inDim: 35, outDim: 131, firstRow: 1 },
    { rows: 260, inDim: 20, outDim: 7 },
    { rows: 20, inDim: 24, outDim: 77, partRows: 48 },
  ],
  mixes: [
    { tile: '64x64t4', element: 'half', format: 'f16', bias: true, activation: 'relu' },
    { tile: '16x32s8', element: 'f32', format: 'f32', residual: true, gated: true, bias: true, activation: 'silu' },
    { tile: '64x64b2', element: 'half', format: 'int8', residual: true, activation: 'gelu-tanh' },
    { tile: '16x64', element: 'half', format: 'int4', gated: true, activation: 'silu' },
  ],
};

/** One to three rows. Dimensions: one, a whole number of vec4s, odd, prime, fewer and more than all lanes. */
const vector: Suite = {
  name: 'vector',
  algorithm: 'vector',
  sizes: [
    { rows: 1, inDim: 1, outDim: 1 },
    { rows: 1, inDim: 64, outDim: 64 },
    { rows: 1, inDim: 307, outDim: 71 },
    { rows: 2, inDim: 37, outDim: 130, firstRow: 3 },
    { rows: 3, inDim: 128, outDim: 5 },
    { rows: 2, inDim: 24, outDim: 77, partRows: 32 },
    { rows: 1, inDim: 9, outDim: 9, mean: 1e3 },
  ],
  mixes: [
    { element: 'f32', format: 'f32', bias: true, lanes: 1 },
    { element: 'half', format: 'f16', residual: true, bias: true, activation: 'relu', lanes: 4 },
    { element: 'half', format: 'f32', activation: 'gelu-tanh', lanes: 16 },
    { element: 'half', format: 'int4', norm: 'rmsNorm', gated: true, activation: 'silu' },
    { element: 'half', format: 'int8', norm: 'layerNorm', bias: true, activation: 'gelu', lanes: 64 },
    { element: 'half', format: 'f16', norm: 'rmsNorm', gated: true, activation: 'silu' },
    { element: 'half', format: 'f32', norm: 'layerNorm', bias: true, activation: 'gelu', lanes: 64 },
    { element: 'f32', format: 'int8', residual: true, lanes: 1 },
    { element: 'f32', format: 'int4', bias: true, lanes: 4 },
    { element: 'half', format: 'f32', bias: true, activation: 'sigmoid', lanes: 16 },
    { element: 'f32', format: 'f32', bias: true, activation: 'tanh', residual: true, lanes: 1 },
    {
      element: 'f32',
      format: 'f32',
      norm: 'rmsNorm',
      gated: true,
      bias: true,
      activation: 'gelu',
      residual: true,
      lanes: 1,
    },
    { element: 'f32', format: 'f16', norm: 'layerNorm', gated: true, bias: true, activation: 'gelu-tanh', lanes: 4 },
  ],
};

/**
 * The matrix product of software adapters, which takes no norm: four to 32 rows an invocation, as the adapter has it, some of
 * them past the last; odd and even numbers of vec4s along k and of output vec4s.
 */
const direct: Suite = {
  name: 'direct',
  algorithm: 'direct',
  sizes: [
    { rows: 3, inDim: 29, outDim: 4 },
    { rows: 5, inDim: 33, outDim: 67 },
    { rows: 13, inDim: 24, outDim: 77, partRows: 32, firstRow: 2 },
    { rows: 17, inDim: 101, outDim: 129 },
    { rows: 67, inDim: 1, outDim: 1 },
  ],
  mixes: [
    { element: 'half', format: 'f16', bias: true, activation: 'silu' },
    { element: 'f32', format: 'f32', gated: true, bias: true, activation: 'gelu', residual: true },
    { element: 'half', format: 'int8', bias: true },
    { element: 'f32', format: 'int4', gated: true, activation: 'silu' },
  ],
};

/** How many mixes the subgroups tier has; one of the others. */
const fewMixes = new Map([
  [vector, 7],
  [direct, 2],
]);

describe.each(testTiers)('linear in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  // Subgroups change nothing but how the vector kernel sums over its lanes and how linear_direct gets its rows: there some
  // mixes of those, and one to show that the others run; the tiers below have them all.
  const few = (suite: Suite): Suite =>
    tier === 'subgroups' ? { ...suite, mixes: suite.mixes.slice(0, fewMixes.get(suite) ?? 1) } : suite;

  // Baseline's 16 KiB of workgroup memory have no room for some tiles.
  const fits = ({ tile }: Mix): boolean => !tile || fitsTile(tile, gpu.info);

  describe.each([few(vector), few(direct), few(tiles)])('$name', (suite) => {
    test.each(named(suite.mixes.filter(fits)))('%s', async (_, mix) => checkMix(gpu, suite, mix));
  });

  test('the tier has the features it is named for', () => {
    if (tier === 'baseline') expect(gpu.info.features).toMatchObject({ f16: false, subgroups: false });
    if (tier === 'f16') expect(gpu.info.features).toMatchObject({ f16: true, subgroups: false });
    if (tier === 'subgroups') expect(gpu.info.features.subgroups).toBe(true);
  });
});
