import eight from '../../shaders/lib/eight.wgsl?raw';
import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import finishPair from '../../shaders/lib/finish_pair.wgsl?raw';
import half8InputF16 from '../../shaders/lib/half8_input_f16.wgsl?raw';
import half8WeightF16 from '../../shaders/lib/half8_weight_f16.wgsl?raw';
import inputLayerNorm from '../../shaders/lib/input_layer_norm.wgsl?raw';
import inputPlainF16 from '../../shaders/lib/input_plain_f16.wgsl?raw';
import inputPlainF32 from '../../shaders/lib/input_plain_f32.wgsl?raw';
import inputRmsNorm from '../../shaders/lib/input_rms_norm.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import invocationSubgroups from '../../shaders/lib/invocation_subgroups.wgsl?raw';
import laneSum from '../../shaders/lib/lane_sum.wgsl?raw';
import laneSumSubgroups from '../../shaders/lib/lane_sum_subgroups.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import matrixTiles from '../../shaders/lib/matrix_tiles.wgsl?raw';
import matrixTilesScalar from '../../shaders/lib/matrix_tiles_scalar.wgsl?raw';
import rowSum from '../../shaders/lib/row_sum.wgsl?raw';
import wideF16 from '../../shaders/lib/weight_wide_f16.wgsl?raw';
import wideF16Native from '../../shaders/lib/weight_wide_f16_native.wgsl?raw';
import wideF32 from '../../shaders/lib/weight_wide_f32.wgsl?raw';
import wideInt4 from '../../shaders/lib/weight_wide_int4.wgsl?raw';
import wideInt8 from '../../shaders/lib/weight_wide_int8.wgsl?raw';
import wideInput from '../../shaders/lib/wide_input.wgsl?raw';
import wideLayerNorm from '../../shaders/lib/wide_input_layer_norm.wgsl?raw';
import wideRmsNorm from '../../shaders/lib/wide_input_rms_norm.wgsl?raw';
import matrixSource from '../../shaders/linear_subgroup_matrix.wgsl?raw';
import tileSource from '../../shaders/linear_tile.wgsl?raw';
import tileHalfSource from '../../shaders/linear_tile_half.wgsl?raw';
import vectorSource from '../../shaders/linear_vector_wide.wgsl?raw';
import { internalError } from '../core/errors.ts';
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
} from './linear.ts';
import { weightAxis, type WeightPart } from './weight.ts';

/** Kernels of the linear family for GPUs: 128-bit loads, register tiles, matrix units. */

/** y = epilogue(input(x) · Wᵀ) for one or a few rows: see the WGSL. */
export const linearVectorWide = defineKernel({
  name: 'linear_vector_wide',
  wgsl: [eight, linearParamsSource, epilogue, vectorSource],
  axes: {
    threadRows: {
      '1': ['const THREAD_ROWS = 1u;'],
      '2': ['const THREAD_ROWS = 2u;'],
      '4': ['const THREAD_ROWS = 4u;'],
      '8': ['const THREAD_ROWS = 8u;'],
    },
    unroll: { '1': ['const UNROLL = 1u;'], '2': ['const UNROLL = 2u;'], '4': ['const UNROLL = 4u;'] },
    lanes: { shared: [invocation, laneSum], subgroups: [invocationSubgroups, laneSumSubgroups] },
    input: {
      plainF32: [inputPlainF32, wideInput],
      plainF16: [inputPlainF16, wideInput],
      layerNorm: [rowSum, inputLayerNorm, wideInput],
      rmsNorm: [rowSum, inputRmsNorm, wideInput],
      layerNormStreamed: [wideLayerNorm],
      rmsNormStreamed: [wideRmsNorm],
    },
    weight: { f32: [wideF32], f16: [wideF16], f16Native: [wideF16Native], int8: [wideInt8], int4: [wideInt4] },
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: ['WORKGROUP_SIZE', 'LANES', ...epilogueOverrides],
});

/** THREAD_ROWS × 8 sums in an invocation; row threads × column threads; vec4s of k in a tile. */
const tile = (threadRows: number, rowThreads: number, columnThreads: number, depth4: number): readonly string[] => [
  `const THREAD_ROWS = ${threadRows}u;`,
  `const ROW_THREADS = ${rowThreads}u;`,
  `const COLUMN_THREADS = ${columnThreads}u;`,
  `const DEPTH4 = ${depth4}u;`,
];

/** Rows × rows of W of a workgroup's tile. */
export const tileShapes = {
  '16x64': { rows: 16, columns: 64, parts: tile(2, 8, 8, 4) },
  '16x128': { rows: 16, columns: 128, parts: tile(2, 8, 16, 4) },
  '32x64': { rows: 32, columns: 64, parts: tile(4, 8, 8, 4) },
  '32x128': { rows: 32, columns: 128, parts: tile(4, 8, 16, 4) },
  '64x64': { rows: 64, columns: 64, parts: tile(8, 8, 8, 4) },
  '64x64t4': { rows: 64, columns: 64, parts: tile(4, 16, 8, 4) },
  '64x128': { rows: 64, columns: 128, parts: tile(8, 8, 16, 4) },
  '64x128t4': { rows: 64, columns: 128, parts: tile(4, 16, 16, 4) },
  '128x64': { rows: 128, columns: 64, parts: tile(8, 16, 8, 4) },
  '128x128': { rows: 128, columns: 128, parts: tile(8, 16, 16, 4) },
  '128x128d2': { rows: 128, columns: 128, parts: tile(8, 16, 16, 2) },
  '64x64d8': { rows: 64, columns: 64, parts: tile(8, 8, 8, 8) },
  '64x128d8': { rows: 64, columns: 128, parts: tile(8, 8, 16, 8) },
  '128x128d8': { rows: 128, columns: 128, parts: tile(8, 16, 16, 8) },
} as const;
export type TileShape = keyof typeof tileShapes;
const tileAxis = Object.fromEntries(Object.entries(tileShapes).map(([name, { parts }]) => [name, parts])) as Readonly<
  Record<TileShape, readonly string[]>
>;

/** y = epilogue(x · Wᵀ) for many rows, f32 sums: see the WGSL. */
export const linearTile = defineKernel({
  name: 'linear_tile',
  wgsl: [linearParamsSource, epilogue, finishPair, invocation, tileSource],
  axes: {
    tile: tileAxis,
    input: { plainF32: inputAxis.plainF32, plainF16: inputAxis.plainF16 },
    weight: weightAxis,
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: [...epilogueOverrides],
});

/** y = epilogue(x · Wᵀ) for many rows, short runs of products in packed f16: see the WGSL. */
export const linearTileHalf = defineKernel({
  name: 'linear_tile_half',
  wgsl: [linearParamsSource, epilogue, finishPair, invocation, tileHalfSource],
  axes: {
    tile: tileAxis,
    run: { '8': ['const RUN8 = 1u;'], '16': ['const RUN8 = 2u;'], '32': ['const RUN8 = 4u;'] },
    input: { plainF16: [half8InputF16] },
    weight: { f16: [half8WeightF16] },
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: [...epilogueOverrides],
});

const matrixTile = (
  down: number,
  across: number,
  matricesDown: number,
  matricesAcross: number,
  depth8: number,
): readonly string[] => [
  `const SUBGROUPS_DOWN = ${down}u;`,
  `const SUBGROUPS_ACROSS = ${across}u;`,
  `const MATRICES_DOWN = ${matricesDown}u;`,
  `const MATRICES_ACROSS = ${matricesAcross}u;`,
  `const DEPTH8 = ${depth8}u;`,
];

/** Rows × rows of W of a workgroup's tile on matrix units; `s` is the number of subgroups. */
export const matrixShapes = {
  '16x128s4': { rows: 16, columns: 128, parts: matrixTile(1, 4, 1, 2, 4) },
  '32x64s2': { rows: 32, columns: 64, parts: matrixTile(1, 2, 2, 2, 4) },
  '32x128s4': { rows: 32, columns: 128, parts: matrixTile(1, 4, 2, 2, 4) },
  '64x64s4': { rows: 64, columns: 64, parts: matrixTile(2, 2, 2, 2, 4) },
  '64x64s2': { rows: 64, columns: 64, parts: matrixTile(1, 2, 4, 2, 4) },
  '64x128s4': { rows: 64, columns: 128, parts: matrixTile(2, 2, 2, 4, 4) },
  '64x128s8': { rows: 64, columns: 128, parts: matrixTile(2, 4, 2, 2, 4) },
  '128x64s4': { rows: 128, columns: 64, parts: matrixTile(2, 2, 4, 2, 4) },
  '128x128s4': { rows: 128, columns: 128, parts: matrixTile(2, 2, 4, 4, 4) },
  '128x128s8': { rows: 128, columns: 128, parts: matrixTile(2, 4, 4, 2, 4) },
  '128x128s8d8': { rows: 128, columns: 128, parts: matrixTile(2, 4, 4, 2, 8) },
  '64x64s4d8': { rows: 64, columns: 64, parts: matrixTile(2, 2, 2, 2, 8) },
  '64x128s4d8': { rows: 64, columns: 128, parts: matrixTile(2, 2, 2, 4, 8) },
  '128x256s8': { rows: 128, columns: 256, parts: matrixTile(2, 4, 4, 4, 4) },
} as const;
export type MatrixShape = keyof typeof matrixShapes;
const matrixAxis = Object.fromEntries(
  Object.entries(matrixShapes).map(([name, { parts }]) => [name, parts]),
) as Readonly<Record<MatrixShape, readonly string[]>>;

/** y = epilogue(x · Wᵀ) for many rows on matrix units: see the WGSL. */
export const linearSubgroupMatrix = defineKernel({
  name: 'linear_subgroup_matrix',
  wgsl: [linearParamsSource, epilogue, invocationSubgroups, matrixSource],
  axes: {
    tile: matrixAxis,
    syntax: { templates: [matrixTiles], booleans: [matrixTilesScalar] },
    input: { plainF16: [half8InputF16] },
    weight: { f16: [half8WeightF16] },
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: [...epilogueOverrides],
});

export interface VectorShape {
  readonly lanes: number;
  readonly workgroupSize: number;
  readonly threadRows: '1' | '2' | '4' | '8';
  readonly unroll: '1' | '2' | '4';
  /** Whether lanes are summed in subgroups. */
  readonly subgroups: boolean;
  /** Statistics of a fused norm on the way, instead of before. */
  readonly streamed: boolean;
  /** Halves widened as f16 instead of by unpack2x16float. */
  readonly native: boolean;
}

export function vectorWideCall(args: LinearArgs, part: WeightPart, shape: VectorShape): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { input, output } = choiceOf(args);
  const norm = input === 'layerNorm' || input === 'rmsNorm';
  return callKernel(linearVectorWide, {
    ...common(args, part, columns4),
    choice: {
      threadRows: shape.threadRows,
      unroll: shape.unroll,
      lanes: shape.subgroups ? 'subgroups' : 'shared',
      input: norm && shape.streamed ? `${input}Streamed` : input,
      weight: args.weight.format === 'f16' && shape.native ? 'f16Native' : args.weight.format,
      output,
    },
    overrides: {
      WORKGROUP_SIZE: shape.workgroupSize,
      LANES: shape.lanes,
      ...(shape.subgroups ? { SUBGROUP_MIN: args.device.subgroupSize[0] } : {}),
      ...epilogueOf(args),
    },
    workgroups: [
      Math.ceil(columns4 / (shape.workgroupSize / shape.lanes)),
      Math.ceil(args.rows / Number(shape.threadRows)),
      1,
    ],
  });
}

const weightRowsOf = (args: LinearArgs, columns4: number): number => columns4 * (args.weight.gated ? 8 : 4);

export function tileCall(args: LinearArgs, part: WeightPart, shape: TileShape): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { input, weight, output } = choiceOf(args);
  if (input === 'layerNorm' || input === 'rmsNorm') throw internalError('linear_tile takes no norm.');
  const { rows, columns } = tileShapes[shape];
  return callKernel(linearTile, {
    ...common(args, part, columns4),
    choice: { tile: shape, input, weight, output },
    overrides: epilogueOf(args),
    workgroups: [Math.ceil(weightRowsOf(args, columns4) / columns), Math.ceil(args.rows / rows), 1],
  });
}

export function tileHalfCall(args: LinearArgs, part: WeightPart, shape: TileShape, run: '8' | '16' | '32'): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { rows, columns } = tileShapes[shape];
  return callKernel(linearTileHalf, {
    ...common(args, part, columns4),
    choice: { tile: shape, run, input: 'plainF16', weight: 'f16', output: args.yElement },
    overrides: epilogueOf(args),
    workgroups: [Math.ceil(weightRowsOf(args, columns4) / columns), Math.ceil(args.rows / rows), 1],
  });
}

export function subgroupMatrixCall(
  args: LinearArgs,
  part: WeightPart,
  shape: MatrixShape,
  syntax: 'templates' | 'booleans',
): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { rows, columns } = matrixShapes[shape];
  return callKernel(linearSubgroupMatrix, {
    ...common(args, part, columns4),
    choice: { tile: shape, syntax, input: 'plainF16', weight: 'f16', output: args.yElement },
    overrides: epilogueOf(args),
    workgroups: [Math.ceil(weightRowsOf(args, columns4) / columns), Math.ceil(args.rows / rows), 1],
  });
}
