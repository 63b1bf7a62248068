import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import registerTileSource from '../../shaders/lib/register_tile.wgsl?raw';
import tileMemory from '../../shaders/lib/tile_memory.wgsl?raw';
import tileStaging from '../../shaders/lib/tile_staging.wgsl?raw';
import tileSource from '../../shaders/linear_tile.wgsl?raw';
import { internalError } from '../core/errors.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';
import {
  choiceOf,
  columns4Of,
  common,
  epilogueOf,
  epilogueOverrides,
  inputAxis,
  type LinearArgs,
  linearBindings,
  linearParams,
  outputAxis,
  weightRowsOf,
} from './linear.ts';
import { type RegisterTile, suitsRows, tileAxis, tileBytes, tileSize } from './registerTile.ts';
import { firstThatFills, tileGrid, type TileRule } from './tileGrid.ts';
import { weightAxis, type WeightPart } from './weight.ts';

const tile = (threadRows: number, rowThreads: number, columnThreads: number, depth: number): RegisterTile => ({
  threadRows,
  rowThreads,
  columnThreads,
  depth,
});

/**
 * Rows × rows of W of a workgroup's tile. `t`: rows of an invocation, where there is another choice; `s`: slices of k; `d`:
 * chunks of k in a slice's tile; `b2`: two places for tiles.
 */
export const linearTiles = {
  '64x64t4': tile(4, 16, 8, 4),
  '64x64': tile(8, 8, 8, 4),
  '128x64': tile(8, 16, 8, 4),
  '64x128t4': tile(4, 16, 16, 4),
  '32x64': tile(4, 8, 8, 4),
  '16x64': tile(2, 8, 8, 4),
  '64x64t4b2': { ...tile(4, 16, 8, 4), buffers: 2 },
  '64x64b2': { ...tile(8, 8, 8, 4), buffers: 2 },
  '64x64s2': { ...tile(8, 8, 8, 2), slices: 2 },
  '64x64s4': { ...tile(8, 8, 8, 1), slices: 4 },
  '64x32s4': { ...tile(8, 8, 4, 1), slices: 4 },
  '32x64s4': { ...tile(8, 4, 8, 1), slices: 4 },
  '32x32s4': { ...tile(8, 4, 4, 2), slices: 4 },
  '32x32s8': { ...tile(8, 4, 4, 1), slices: 8 },
  '16x64s4': { ...tile(4, 4, 8, 2), slices: 4 },
  '16x64s8': { ...tile(4, 4, 8, 1), slices: 8 },
  '16x32s8': { ...tile(4, 4, 4, 1), slices: 8 },
  '16x32s8d2': { ...tile(4, 4, 4, 2), slices: 8 },
  '16x32s16': { ...tile(4, 4, 4, 1), slices: 16 },
} as const satisfies Readonly<Record<string, RegisterTile>>;
export type LinearTile = keyof typeof linearTiles;

/** y = epilogue(x · Wᵀ) for many rows, f32 sums: see the WGSL. */
export const linearTile = defineKernel({
  name: 'linear_tile',
  wgsl: [linearParamsSource, epilogue, invocation, registerTileSource, tileStaging, tileMemory, tileSource],
  axes: {
    tile: tileAxis(linearTiles),
    input: { plainF32: inputAxis.plainF32, plainF16: inputAxis.plainF16 },
    weight: weightAxis,
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: [...epilogueOverrides],
});

/** Tiles that the device has the workgroup memory for and that suit the rows, the best guess first. */
export function tilesFor({ device, rows, weight }: LinearArgs): readonly LinearTile[] {
  const rules = (rows <= 32 ? fewRows : manyRows).filter(([name]) => fitsTile(name, device));
  const weightRows = weight.outDim * (weight.gated ? 2 : 1);
  const guess = firstThatFills(rules, (name) => tileSize(linearTiles[name]), rows, weightRows);
  const suits = (name: LinearTile): boolean => suitsRows(linearTiles[name], rows) && fitsTile(name, device);
  const others = tunedTiles.filter((name) => name !== guess && suits(name));
  return guess ? [guess, ...others] : others;
}

/** The last for devices with the least workgroup memory, 16 KiB. */
const fewRows: readonly TileRule<LinearTile>[] = [
  ['16x32s8d2', 0],
  ['16x32s8', 0],
];
const manyRows: readonly TileRule<LinearTile>[] = [['64x64t4', 160], ['16x64s4', 160], ...fewRows];

/** Those that a tuner tries: each was the fastest somewhere; the sweep (scripts/bench/sweep.mjs) tries all. */
const tunedTiles: readonly LinearTile[] = [
  '64x64t4',
  '64x64',
  '128x64',
  '64x64b2',
  '64x64t4b2',
  '32x64',
  '16x64s4',
  '16x32s8',
  '16x32s8d2',
  '16x32s16',
];

/** Whether the device has the workgroup memory of the tile. */
export function fitsTile(name: LinearTile, device: DeviceInfo): boolean {
  const shape: RegisterTile = linearTiles[name];
  return tileBytes(shape, shape.depth * (shape.slices ?? 1)) <= device.limits.maxComputeWorkgroupStorageSize;
}

/** `tallestBand`: of tileGrid, for measuring. */
export function tileCall(args: LinearArgs, part: WeightPart, name: LinearTile, tallestBand?: number): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { input, weight, output } = choiceOf(args);
  if (input === 'layerNorm' || input === 'rmsNorm') throw internalError('linear_tile takes no norm.');
  const shape = linearTiles[name];
  return callKernel(linearTile, {
    ...common(args, part, columns4),
    choice: { tile: name, input, weight, output },
    overrides: epilogueOf(args),
    workgroups: tileGrid(
      tileSize(shape),
      { rows: args.rows, weightRows: weightRowsOf(args.weight, columns4) },
      tallestBand,
    ),
  });
}
