import dotCodes from '../../shaders/lib/dot_codes.wgsl?raw';
import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import integerDot from '../../shaders/lib/integer_dot.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import registerTileSource from '../../shaders/lib/register_tile.wgsl?raw';
import threadRows2 from '../../shaders/lib/thread_rows_2.wgsl?raw';
import threadRows4 from '../../shaders/lib/thread_rows_4.wgsl?raw';
import tileMemory from '../../shaders/lib/tile_memory.wgsl?raw';
import tileStaging from '../../shaders/lib/tile_staging.wgsl?raw';
import codesInt4 from '../../shaders/lib/weight_codes_int4.wgsl?raw';
import codesInt8 from '../../shaders/lib/weight_codes_int8.wgsl?raw';
import directSource from '../../shaders/linear_int8_direct.wgsl?raw';
import tileSource from '../../shaders/linear_int8.wgsl?raw';
import rowsSource from '../../shaders/quantize_rows.wgsl?raw';
import { internalError } from '../core/errors.ts';
import { avoids, type DeviceInfo, multipliesBytes, runsInQuads } from '../gpu/device.ts';
import { callKernel, type Candidate, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { pickAt, rowsClass } from './candidate.ts';
import {
  columns4Of,
  common,
  epilogueOf,
  epilogueOverrides,
  inputAxis,
  type LinearArgs,
  linearParams,
  outputAxis,
  weightRowsOf,
} from './linear.ts';
import { usesMatrixUnits } from './linearSubgroupMatrix.ts';
import { type RegisterTile, suitsRows, tileAxis, tileBytes, tileSize } from './registerTile.ts';
import { firstThatFills, tileGrid, type TileRule } from './tileGrid.ts';
import { groupSize, type LinearWeight, type WeightPart } from './weight.ts';

/** x, or norm(x), in int8: see the WGSL. */
export const quantizeRowsKernel = defineKernel({
  name: 'quantize_rows',
  wgsl: [invocation, rowsSource],
  axes: { input: inputAxis },
  bindings: { x: 'read', codes: 'read_write', norm: 'read', scales: 'read_write' },
  params: { rows: 'u32', first_row: 'u32', in_dim: 'u32', in4: 'u32', eps: 'f32' },
  overrides: ['WORKGROUP_SIZE', 'ROWS_PER_GROUP'],
});

const tile = (threadRows: number, rowThreads: number, columnThreads: number, depth: number): RegisterTile => ({
  threadRows,
  rowThreads,
  columnThreads,
  depth,
});

/**
 * Rows × rows of W of a workgroup's tile. `t`: rows of an invocation, where there is another choice; `d`: groups of k in a
 * slice's tile, where not one; `s`: slices of k; `b2`: two places for tiles.
 */
export const int8Tiles = {
  '64x64t4': tile(4, 16, 8, 1),
  '64x64t4d2': tile(4, 16, 8, 2),
  '64x64t4b2': { ...tile(4, 16, 8, 1), buffers: 2 },
  '64x64': tile(8, 8, 8, 1),
  '64x64d2': tile(8, 8, 8, 2),
  '64x64b2': { ...tile(8, 8, 8, 1), buffers: 2 },
  '64x64s2': { ...tile(8, 8, 8, 1), slices: 2 },
  '128x64': tile(8, 16, 8, 1),
  '128x64d2': tile(8, 16, 8, 2),
  '128x64b2': { ...tile(8, 16, 8, 1), buffers: 2 },
  '64x128t4': tile(4, 16, 16, 1),
  '128x128': tile(8, 16, 16, 1),
  '128x128d2': tile(8, 16, 16, 2),
  '32x64': tile(4, 8, 8, 1),
  '32x64s4': { ...tile(8, 4, 8, 1), slices: 4 },
  '32x32s4': { ...tile(8, 4, 4, 1), slices: 4 },
  '32x32s8': { ...tile(8, 4, 4, 1), slices: 8 },
  '16x64': tile(2, 8, 8, 2),
  '16x64s4': { ...tile(4, 4, 8, 1), slices: 4 },
  '16x32s4': { ...tile(4, 4, 4, 1), slices: 4 },
  '16x32s8': { ...tile(4, 4, 4, 1), slices: 8 },
  '16x32s16': { ...tile(4, 4, 4, 1), slices: 16 },
} as const satisfies Readonly<Record<string, RegisterTile>>;
export type Int8Tile = keyof typeof int8Tiles;

const shared = {
  bindings: { x: 'read', weight: 'read', scales: 'read', bias: 'read', y: 'read_write' },
  params: linearParams,
} as const;
const weightCodes = { int8: [codesInt8], int4: [codesInt4] } as const;

/** y = epilogue(x · Wᵀ) for many rows with integer products: see the WGSL. */
export const linearInt8Tile = defineKernel({
  ...shared,
  name: 'linear_int8',
  wgsl: [linearParamsSource, epilogue, invocation, integerDot, registerTileSource, tileStaging, tileMemory, tileSource],
  axes: { tile: tileAxis(int8Tiles), weight: weightCodes, output: outputAxis },
  overrides: [...epilogueOverrides],
});

/** The same for adapters that run on a CPU: see the WGSL. */
export const linearInt8Direct = defineKernel({
  ...shared,
  name: 'linear_int8_direct',
  wgsl: [linearParamsSource, epilogue, invocation, integerDot, dotCodes, directSource],
  axes: { threadRows: { '2': [threadRows2], '4': [threadRows4] }, weight: weightCodes, output: outputAxis },
  overrides: ['WORKGROUP_SIZE', ...epilogueOverrides],
});

/** Room for one input in int8. */
export interface QuantizedInput {
  /** `codesBytes` at least. */
  readonly codes: GPUBuffer;
  /** `scalesBytes` at least. */
  readonly scales: GPUBuffer;
}
export const codesBytes = (rows: number, inDim: number): number => rows * Math.ceil(inDim / groupSize) * groupSize;
export const scalesBytes = (rows: number, inDim: number): number => rows * Math.ceil(inDim / groupSize) * 8;

/** From so many rows on quantising them pays: fewer go to the vector product, which reads W once a row. */
const leastRows = 4;

/**
 * Whether a product of so many rows takes its input in int8: matrix units, where they serve it, are faster and more exact, and so
 * is linear_direct on SwiftShader (64 rows of 512 by 772: 3.3 GFLOP/s with int8 and int4 weights, linear_int8_direct 0.9).
 */
export const usesInt8Input = (rows: number, weight: LinearWeight, device: DeviceInfo): boolean =>
  multipliesBytes(device) &&
  !avoids(device, 'int8 product') &&
  !runsInQuads(device) &&
  rows >= leastRows &&
  (weight.format === 'int8' || weight.format === 'int4') &&
  !usesMatrixUnits(rows, weight, device);

type Int8Args = LinearArgs & { readonly scratch: QuantizedInput };

/** y = epilogue(norm(x) · Wᵀ) with x quantised to int8 first: one dispatch for that, and one for each part of the weight. */
export const linearInt8 = (args: Int8Args): KernelCall[] =>
  pickAt(
    {
      key: linearInt8Key(args),
      candidates: linearInt8Candidates(args),
      input: { buffer: args.x, element: args.xElement, columns: args.weight.inDim },
      output: { buffer: args.y, element: args.yElement, columns: args.weight.outDim },
      accumulates: args.residual ?? false,
    },
    args.choices,
  );

/** All ways to do it that this device and these shapes allow, the best guess first. */
export function linearInt8Candidates(args: Int8Args): readonly Candidate[] {
  const tiles = tilesFor(args).map((tile): Candidate => ({ name: `int8 ${tile}`, calls: () => int8Calls(args, tile) }));
  // A CPU's compiler takes long for tiles, and a barrier switches between all invocations.
  return args.device.adapter.software ? [{ name: 'int8 direct', calls: () => int8Calls(args, 'direct') }] : tiles;
}

/**
 * The input is quantised, then multiplied by the kernel of that tile, or by the one without tiles. `tallestBand`: of tileGrid,
 * for measuring.
 */
export const int8Calls = (args: Int8Args, tile: Int8Tile | 'direct', tallestBand?: number): KernelCall[] => [
  quantizeRows(args),
  ...args.weight.parts.map((part) =>
    tile === 'direct' ? directCall(args, part) : tileCall(args, part, tile, tallestBand),
  ),
];

/** The class of calls for which one candidate is chosen. */
const linearInt8Key = ({ weight, norm, rows, xElement, yElement, residual }: LinearArgs): string =>
  [
    'linear int8',
    `${rowsClass(rows)} rows`,
    `${weight.inDim}x${weight.outDim}`,
    weight.format,
    weight.gated ? 'gated' : 'plain',
    norm?.kind ?? 'no norm',
    `${xElement}>${yElement}`,
    residual ? 'residual' : 'stored',
  ].join(' ');

/** Tiles that the device has the workgroup memory for and that suit the rows, the best guess first. */
function tilesFor({ device, rows, weight }: LinearArgs): readonly Int8Tile[] {
  const rules = (rows <= 32 ? fewRows : manyRows).filter(([name]) => fitsInt8Tile(name, device));
  const weightRows = weight.outDim * (weight.gated ? 2 : 1);
  const guess = firstThatFills(rules, (name) => tileSize(int8Tiles[name]), rows, weightRows);
  const suits = (name: Int8Tile): boolean => suitsRows(int8Tiles[name], rows) && fitsInt8Tile(name, device);
  const others = tunedTiles.filter((name) => name !== guess && suits(name));
  return guess ? [guess, ...others] : others;
}

/** The last for devices with the least workgroup memory, 16 KiB. */
const fewRows: readonly TileRule<Int8Tile>[] = [
  ['16x32s8', 240],
  ['16x32s16', 0],
  ['16x32s8', 0],
  ['16x32s4', 0],
];
const manyRows: readonly TileRule<Int8Tile>[] = [['64x64t4d2', 160], ['16x64s4', 160], ...fewRows];

/** Those that a tuner tries: each was the fastest somewhere, or nearly; the sweep (scripts/bench/sweep.mjs) tries all. */
const tunedTiles: readonly Int8Tile[] = [
  '64x64t4d2',
  '64x64t4',
  '64x64',
  '64x64t4b2',
  '32x64s4',
  '16x64s4',
  '16x32s4',
  '16x32s8',
  '16x32s16',
];

/** Whether the device has the workgroup memory of the tile. */
export function fitsInt8Tile(name: Int8Tile, device: DeviceInfo): boolean {
  const shape: RegisterTile = int8Tiles[name];
  const { slices = 1, buffers = 1, depth } = shape;
  const { rows, columns } = tileSize(shape);
  const scales = buffers * (rows + columns) * depth * slices * 8;
  return tileBytes(shape, 2 * depth * slices) + scales <= device.limits.maxComputeWorkgroupStorageSize;
}

function quantizeRows(args: LinearArgs & { readonly scratch: QuantizedInput }): KernelCall {
  const { rows, norm, scratch, device } = args;
  const { inDim } = args.weight;
  return callKernel(quantizeRowsKernel, {
    label: `${args.label}.input`,
    choice: { input: norm?.kind ?? (args.xElement === 'f16' ? 'plainF16' : 'plainF32') },
    // A CPU's barrier is free only inside one of its SIMD groups.
    overrides: { WORKGROUP_SIZE: device.adapter.software ? 4 : 64, ROWS_PER_GROUP: 1 },
    buffers: { x: args.x, codes: scratch.codes, norm: norm?.buffer ?? args.none, scales: scratch.scales },
    params: {
      rows,
      first_row: args.firstRow ?? 0,
      in_dim: inDim,
      in4: Math.ceil(inDim / 4),
      eps: norm?.eps ?? 0,
    },
    workgroups: lineGrid(rows),
    cost: { flops: rows * inDim * 4, bytes: rows * inDim * (args.xElement === 'f16' ? 3 : 5) },
  });
}

const weightCodesOf = ({ format }: LinearWeight): keyof typeof weightCodes => {
  if (format !== 'int8' && format !== 'int4') throw internalError(`linear_int8 takes no ${format} weights.`);
  return format;
};

function tileCall(args: Int8Args, part: WeightPart, name: Int8Tile, tallestBand?: number): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const shape = int8Tiles[name];
  return callKernel(linearInt8Tile, {
    ...int8Common(args, part, columns4),
    choice: { tile: name, weight: weightCodesOf(args.weight), output: args.yElement },
    overrides: epilogueOf(args),
    workgroups: tileGrid(
      tileSize(shape),
      { rows: args.rows, weightRows: weightRowsOf(args.weight, columns4) },
      tallestBand,
    ),
  });
}

function directCall(args: Int8Args, part: WeightPart): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const threadRows = args.rows <= 16 ? '2' : '4';
  const workgroupSize = 32;
  return callKernel(linearInt8Direct, {
    ...int8Common(args, part, columns4),
    choice: { threadRows, weight: weightCodesOf(args.weight), output: args.yElement },
    overrides: { WORKGROUP_SIZE: workgroupSize, ...epilogueOf(args) },
    workgroups: [Math.ceil(columns4 / workgroupSize), Math.ceil(args.rows / Number(threadRows)), 1],
  });
}

function int8Common(args: Int8Args, part: WeightPart, columns4: number) {
  const { label, buffers, params, cost } = common(args, part, columns4);
  const { weight, bias, y } = buffers;
  return {
    label,
    buffers: { x: args.scratch.codes, weight, scales: args.scratch.scales, bias, y },
    // Rows of the codes begin at this call's first.
    params: { ...params, first_row: 0 },
    cost,
  };
}
