import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import half8InputF16 from '../../shaders/lib/half8_input_f16.wgsl?raw';
import half8WeightF16 from '../../shaders/lib/half8_weight_f16.wgsl?raw';
import half8WeightInt4 from '../../shaders/lib/half8_weight_int4.wgsl?raw';
import half8WeightInt8 from '../../shaders/lib/half8_weight_int8.wgsl?raw';
import invocationSubgroups from '../../shaders/lib/invocation_subgroups.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import block1x2 from '../../shaders/lib/matrix_block_1x2.wgsl?raw';
import block2x2 from '../../shaders/lib/matrix_block_2x2.wgsl?raw';
import block2x4 from '../../shaders/lib/matrix_block_2x4.wgsl?raw';
import block4x2 from '../../shaders/lib/matrix_block_4x2.wgsl?raw';
import block4x4 from '../../shaders/lib/matrix_block_4x4.wgsl?raw';
import matrixStaging from '../../shaders/lib/matrix_staging.wgsl?raw';
import matrixTiles from '../../shaders/lib/matrix_tiles.wgsl?raw';
import matrixTilesScalar from '../../shaders/lib/matrix_tiles_scalar.wgsl?raw';
import matrixTypes from '../../shaders/lib/matrix_types.wgsl?raw';
import matrixSource from '../../shaders/linear_subgroup_matrix.wgsl?raw';
import type { WeightFormat } from '../core/dtype.ts';
import { internalError } from '../core/errors.ts';
import type { DeviceInfo, MatrixSyntax } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';
import {
  columns4Of,
  common,
  epilogueOf,
  epilogueOverrides,
  type LinearArgs,
  linearBindings,
  linearParams,
  outputAxis,
  weightRowsOf,
} from './linear.ts';
import { firstThatFills, tileGrid, type TileRule, type TileSize } from './tileGrid.ts';
import type { LinearWeight, WeightPart } from './weight.ts';

/** Results of 16 × 16 that a subgroup keeps: down × across. */
const blocks = {
  '1x2': { down: 1, across: 2, wgsl: block1x2 },
  '2x2': { down: 2, across: 2, wgsl: block2x2 },
  '2x4': { down: 2, across: 4, wgsl: block2x4 },
  '4x2': { down: 4, across: 2, wgsl: block4x2 },
  '4x4': { down: 4, across: 4, wgsl: block4x4 },
} as const;

/** How subgroups make a tile: shaders/linear_subgroup_matrix.wgsl. */
interface MatrixTile {
  readonly block: keyof typeof blocks;
  /** Subgroups of a slice, down and across. */
  readonly down: number;
  readonly across: number;
  /** Products of 16 along k in a slice's tile. */
  readonly steps: number;
  readonly slices?: number;
  readonly buffers?: 1 | 2;
}

const matrixTile = (block: MatrixTile['block'], down: number, across: number, steps: number): MatrixTile => ({
  block,
  down,
  across,
  steps,
});

/** Rows × rows of W of a workgroup's tile. `g`: subgroups, where there is another choice; `s`: slices of k; `k`: of a slice's tile; `b2`: two places for tiles. */
export const subgroupMatrixTiles = {
  '128x128': matrixTile('4x4', 2, 2, 2),
  '128x128k64': matrixTile('4x4', 2, 2, 4),
  '128x128k16b2': { ...matrixTile('4x4', 2, 2, 1), buffers: 2 },
  '128x128g8': matrixTile('4x2', 2, 4, 2),
  '128x128g8b': matrixTile('2x4', 4, 2, 2),
  '128x256': matrixTile('4x4', 2, 4, 2),
  '64x128': matrixTile('4x4', 1, 2, 2),
  '64x128b2': { ...matrixTile('4x4', 1, 2, 2), buffers: 2 },
  '64x128g4': matrixTile('2x4', 2, 2, 2),
  '64x128g4b2': { ...matrixTile('2x4', 2, 2, 2), buffers: 2 },
  '64x128s2': { ...matrixTile('4x4', 1, 2, 1), slices: 2 },
  '128x128s2': { ...matrixTile('4x4', 2, 2, 1), slices: 2 },
  '128x128g8s': matrixTile('4x2', 2, 4, 1),
  '64x64g1s4': { ...matrixTile('4x4', 1, 1, 1), slices: 4 },
  '64x128g4s2': { ...matrixTile('2x4', 2, 2, 1), slices: 2 },
  '64x128k16': matrixTile('4x4', 1, 2, 1),
  '64x128k16b2': { ...matrixTile('4x4', 1, 2, 1), buffers: 2 },
  '64x64': matrixTile('2x2', 2, 2, 2),
  '64x64k64': matrixTile('2x2', 2, 2, 4),
  '64x64b2': { ...matrixTile('2x2', 2, 2, 2), buffers: 2 },
  '64x64k16b2': { ...matrixTile('2x2', 2, 2, 1), buffers: 2 },
  '64x64g2': matrixTile('2x4', 2, 1, 2),
  '64x64s2': { ...matrixTile('2x2', 2, 2, 2), slices: 2 },
  '64x64g2s4': { ...matrixTile('2x4', 2, 1, 1), slices: 4 },
  '32x64': matrixTile('2x2', 1, 2, 2),
  '32x64s2': { ...matrixTile('2x2', 1, 2, 2), slices: 2 },
  '32x64s4': { ...matrixTile('2x2', 1, 2, 1), slices: 4 },
  '32x32s4': { ...matrixTile('2x2', 1, 1, 2), slices: 4 },
  '32x32s8': { ...matrixTile('2x2', 1, 1, 1), slices: 8 },
  '16x64s2': { ...matrixTile('1x2', 1, 2, 2), slices: 2 },
  '16x64s4': { ...matrixTile('1x2', 1, 2, 1), slices: 4 },
  '16x32s4': { ...matrixTile('1x2', 1, 1, 2), slices: 4 },
  '16x32s8': { ...matrixTile('1x2', 1, 1, 1), slices: 8 },
} as const satisfies Readonly<Record<string, MatrixTile>>;
export type SubgroupMatrixTile = keyof typeof subgroupMatrixTiles;

const sizeOf = ({ block, down, across }: MatrixTile): TileSize => ({
  rows: down * blocks[block].down * 16,
  columns: across * blocks[block].across * 16,
});

const partOf = (tile: MatrixTile): readonly string[] => [
  `const SUBGROUPS_DOWN = ${tile.down}u;`,
  `const SUBGROUPS_ACROSS = ${tile.across}u;`,
  `const STEPS = ${tile.steps}u;`,
  `const SLICES = ${tile.slices ?? 1}u;`,
  `const BUFFERS = ${tile.buffers ?? 1}u;`,
  blocks[tile.block].wgsl,
];

/** y = epilogue(x · Wᵀ) for many rows on matrix units: see the WGSL. */
export const linearSubgroupMatrix = defineKernel({
  name: 'linear_subgroup_matrix',
  wgsl: [linearParamsSource, epilogue, invocationSubgroups, matrixSource],
  axes: {
    tile: Object.fromEntries(
      Object.entries(subgroupMatrixTiles).map(([name, tile]) => [name, partOf(tile)]),
    ) as unknown as Readonly<Record<SubgroupMatrixTile, readonly string[]>>,
    syntax: {
      templates: [matrixTypes, matrixStaging, matrixTiles],
      booleans: [matrixTypes, matrixStaging, matrixTilesScalar],
    },
    input: { plainF16: [half8InputF16] },
    weight: { f16: [half8WeightF16], int8: [half8WeightInt8], int4: [half8WeightInt4] },
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: [...epilogueOverrides, 'WHOLE'],
});

/** Rows from which on matrix units are worth it: up to four the vector product reads W once, too, and takes norms. */
const leastRows = 5;

/** Whether matrix units serve a product of so many rows of halves. */
export const usesMatrixUnits = (rows: number, { format, inDim }: LinearWeight, device: DeviceInfo): boolean =>
  device.matrixSyntax !== undefined &&
  rows >= leastRows &&
  format !== 'f32' &&
  // Rows of x are read 8 halves at a time, beginning with theirs.
  Math.ceil(inDim / 4) % 2 === 0;

/** Tiles for a product that the device has the workgroup memory for, the best guess first. */
export function subgroupMatrixTilesFor({ device, rows, weight }: LinearArgs): readonly SubgroupMatrixTile[] {
  const rules = rulesFor(rows).filter(([name]) => fitsMatrixTile(name, device));
  const weightRows = weight.outDim * (weight.gated ? 2 : 1);
  const guess = firstThatFills(rules, (name) => sizeOf(subgroupMatrixTiles[name]), rows, weightRows);
  const suits = (name: SubgroupMatrixTile): boolean => {
    const tile = sizeOf(subgroupMatrixTiles[name]);
    return tile.rows < 2 * rows && rows <= 16 * tile.rows && fitsMatrixTile(name, device);
  };
  const others = tunedTiles.filter((name) => name !== guess && suits(name));
  return guess ? [guess, ...others] : others;
}

/** The last has the least workgroup memory. */
const rulesFor = (rows: number): readonly TileRule<SubgroupMatrixTile>[] => {
  if (rows <= 16) return [['16x32s4', 240], ...smallTiles];
  if (rows <= 32) return [['32x32s8', 240], ...smallTiles];
  const tall: readonly TileRule<SubgroupMatrixTile>[] = rows <= 64 ? [] : [['128x128s2', 160]];
  return [...tall, ['64x128s2', 240], ['64x64g2s4', 120], ['32x64s4', 90], ...smallTiles];
};
const smallTiles: readonly TileRule<SubgroupMatrixTile>[] = [
  ['16x32s8', 0],
  ['16x32s4', 0],
];

/** Those that a tuner tries: each was the fastest somewhere; the sweep (scripts/bench/sweep.mjs) tries all. */
const tunedTiles: readonly SubgroupMatrixTile[] = [
  '128x128s2',
  '128x128g8b',
  '64x128s2',
  '64x128k16',
  '64x64',
  '64x64g2s4',
  '32x64s2',
  '32x64s4',
  '32x32s8',
  '16x64s2',
  '16x32s4',
  '16x32s8',
];

/** Whether the device has the workgroup memory of the tile. */
export function fitsMatrixTile(name: SubgroupMatrixTile, device: DeviceInfo): boolean {
  const tile: MatrixTile = subgroupMatrixTiles[name];
  const { down, across, steps, slices = 1, buffers = 1 } = tile;
  const { rows, columns } = sizeOf(tile);
  // A matrix of halves takes 16 · 3 + 2 chunks of 16 bytes.
  const matrices = ((buffers * (rows + columns)) / 16) * steps * slices;
  const slab = down * across * slices * 16 * 36 * 4;
  return matrices * 50 * 16 + slab <= device.limits.maxComputeWorkgroupStorageSize;
}

const weightFormat = (format: WeightFormat): Exclude<WeightFormat, 'f32'> => {
  if (format === 'f32') throw internalError('linear_subgroup_matrix takes no f32 weights.');
  return format;
};

/** `tallestBand`: of tileGrid, for measuring. */
export function subgroupMatrixCall(
  args: LinearArgs,
  part: WeightPart,
  name: SubgroupMatrixTile,
  syntax: MatrixSyntax,
  tallestBand?: number,
): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { steps, slices = 1 }: MatrixTile = subgroupMatrixTiles[name];
  return callKernel(linearSubgroupMatrix, {
    ...common(args, part, columns4),
    choice: {
      tile: name,
      syntax,
      input: 'plainF16',
      weight: weightFormat(args.weight.format),
      output: args.yElement,
    },
    overrides: { ...epilogueOf(args), WHOLE: args.weight.inDim % (16 * steps * slices) === 0 ? 1 : 0 },
    workgroups: tileGrid(
      sizeOf(subgroupMatrixTiles[name]),
      { rows: args.rows, weightRows: weightRowsOf(args.weight, columns4) },
      tallestBand,
    ),
  });
}
