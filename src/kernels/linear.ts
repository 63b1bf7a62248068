import directRows16 from '../../shaders/lib/direct_rows_16.wgsl?raw';
import directRows32 from '../../shaders/lib/direct_rows_32.wgsl?raw';
import directRows4 from '../../shaders/lib/direct_rows_4.wgsl?raw';
import directRows8 from '../../shaders/lib/direct_rows_8.wgsl?raw';
import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import fourRows from '../../shaders/lib/four_rows.wgsl?raw';
import fourRowsQuads from '../../shaders/lib/four_rows_quads.wgsl?raw';
import inputLayerNorm from '../../shaders/lib/input_layer_norm.wgsl?raw';
import inputPlainF16 from '../../shaders/lib/input_plain_f16.wgsl?raw';
import inputPlainF32 from '../../shaders/lib/input_plain_f32.wgsl?raw';
import inputRmsNorm from '../../shaders/lib/input_rms_norm.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import invocationSubgroups from '../../shaders/lib/invocation_subgroups.wgsl?raw';
import laneSum from '../../shaders/lib/lane_sum.wgsl?raw';
import laneSumSubgroups from '../../shaders/lib/lane_sum_subgroups.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import outputF16 from '../../shaders/lib/output_f16.wgsl?raw';
import outputF32 from '../../shaders/lib/output_f32.wgsl?raw';
import rowSum from '../../shaders/lib/row_sum.wgsl?raw';
import directSource from '../../shaders/linear_direct.wgsl?raw';
import vectorSource from '../../shaders/linear_vector.wgsl?raw';
import type { ElementType } from '../core/dtype.ts';
import { elementBytes } from '../core/dtype.ts';
import { internalError } from '../core/errors.ts';
import { type DeviceInfo, runsInQuads } from '../gpu/device.ts';
import { type BufferSlice, callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';
import type { Choices } from './candidate.ts';
import { type LinearWeight, weightAxis, weightChoice, type WeightPart, weightRowBytes } from './weight.ts';

export const inputAxis = {
  plainF32: [inputPlainF32],
  plainF16: [inputPlainF16],
  layerNorm: [rowSum, inputLayerNorm],
  rmsNorm: [rowSum, inputRmsNorm],
} as const;
export const outputAxis = { f32: [outputF32], f16: [outputF16] } as const;
export const linearBindings = { x: 'read', weight: 'read', norm: 'read', bias: 'read', y: 'read_write' } as const;
export const linearParams = {
  rows: 'u32',
  first_row: 'u32',
  in_dim: 'u32',
  in4: 'u32',
  columns4: 'u32',
  out4: 'u32',
  out_start4: 'u32',
  eps: 'f32',
  out_dim: 'u32',
} as const;
export const epilogueOverrides = ['HAS_BIAS', 'ACTIVATION', 'GATED', 'RESIDUAL'] as const;

/** y = epilogue(input(x) · Wᵀ) for one or few rows: see the WGSL. */
export const linearVector = defineKernel({
  name: 'linear_vector',
  wgsl: [linearParamsSource, epilogue, vectorSource],
  axes: {
    lanes: { shared: [invocation, laneSum], subgroups: [invocationSubgroups, laneSumSubgroups] },
    input: inputAxis,
    weight: weightAxis,
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: ['WORKGROUP_SIZE', 'LANES', 'ROWS_PER_GROUP', ...epilogueOverrides],
});

/** Rows of the output in an invocation. */
const directRowsAxis = { '4': [directRows4], '8': [directRows8], '16': [directRows16], '32': [directRows32] } as const;
export type DirectRows = keyof typeof directRowsAxis;

/** y = epilogue(x · Wᵀ) for many rows, for adapters that run on a CPU: see the WGSL. Takes no norm: its sums would need barriers. */
export const linearDirect = defineKernel({
  name: 'linear_direct',
  wgsl: [linearParamsSource, epilogue, directSource],
  axes: {
    threadRows: directRowsAxis,
    rows: { own: [invocation, fourRows], shared: [invocationSubgroups, fourRowsQuads] },
    input: { plainF32: [inputPlainF32], plainF16: [inputPlainF16] },
    weight: weightAxis,
    output: outputAxis,
  },
  bindings: linearBindings,
  params: linearParams,
  overrides: ['WORKGROUP_SIZE', ...epilogueOverrides],
});

export type Activation = 'none' | 'relu' | 'gelu' | 'gelu-tanh' | 'silu' | 'sigmoid' | 'tanh';
const activationIds: Readonly<Record<Activation, number>> = {
  none: 0,
  relu: 1,
  gelu: 2,
  'gelu-tanh': 3,
  silu: 4,
  sigmoid: 5,
  tanh: 6,
};

/** gamma [inDim padded to 4], for LayerNorm then beta [inDim padded to 4]; f32. */
export interface NormWeight {
  readonly kind: 'layerNorm' | 'rmsNorm';
  readonly buffer: GPUBuffer;
  readonly eps: number;
  /** Behind a LayerNorm's beta lie the sums of the matrix that it comes before (normSums.ts). */
  readonly sums?: boolean;
}

/** Each a kernel: linear_vector, linear_vector_wide, linear_direct, linear_tile. */
export type LinearAlgorithm = 'vector' | 'wide' | 'direct' | 'tile';

export interface LinearArgs {
  readonly label: string;
  readonly device: DeviceInfo;
  /** [rows, inDim padded to 4]; f32 where there is a norm. */
  readonly x: GPUBuffer;
  readonly xElement: ElementType;
  readonly norm?: NormWeight | undefined;
  /** Room for norm(x), [rows, inDim padded to 4]: with it the norm may be a kernel of its own. */
  readonly normed?: { readonly buffer: GPUBuffer; readonly element: ElementType } | undefined;
  readonly weight: LinearWeight;
  /** f32 [outDim padded to 4]; gated: interleaved as the weight's rows. */
  readonly bias?: GPUBuffer | undefined;
  readonly activation?: Activation;
  /** [rows, outDim padded to 4]. */
  readonly y: GPUBuffer | BufferSlice;
  readonly yElement: ElementType;
  /** y += instead of y =. */
  readonly residual?: boolean;
  readonly rows: number;
  /** Row of x where to begin; y begins at its row 0. Default 0. */
  readonly firstRow?: number;
  /** Every row is computed as it would be alone, whatever their number. */
  readonly alone?: boolean | undefined;
  /** What a tuner measured; absent: the heuristic's choice. */
  readonly choices?: Choices | undefined;
  /** Override both: for the bench and tests. */
  readonly lanes?: number;
  readonly algorithm?: LinearAlgorithm;
  /** Zeros, bound where there is no norm or bias. */
  readonly none: GPUBuffer;
}

const directRows: readonly DirectRows[] = ['4', '8', '16', '32'];

/**
 * Invocations in a workgroup of linear_direct: as many as lavapipe has lanes; over that its compiler takes tens of seconds.
 * On SwiftShader, whose lanes are four, 4, 8 and 16 differ by less than the measurement does, 32 takes longer.
 */
const directWorkgroup = 8;

/** Whether four neighbours may hand rows of x round. */
const sharesRows = ({ features, subgroupSize }: DeviceInfo): boolean => features.subgroups && subgroupSize[0] >= 4;

/**
 * Rows of an invocation. SwiftShader, products of 64 rows by 2,048 and 5,504 in one paired run: 8 rows 3.0 to 3.1 GFLOP/s, 16
 * 3.9 to 4.3, 32 4.6 to 4.9. lavapipe, 64 and 127 rows by 512: 4 rows 7.1, 8 8.0, 16 7.0, 32 5.0. Where nothing is handed round
 * more rows than four win little and compile for long.
 */
function directRowsFor({ rows, device }: LinearArgs): DirectRows {
  const most = runsInQuads(device) ? 32 : sharesRows(device) ? 8 : 4;
  return directRows.find((count) => Number(count) >= Math.min(rows, most)) ?? '4';
}

export function directCall(args: LinearArgs, part: WeightPart, threadRows = directRowsFor(args)): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const { input, ...choice } = choiceOf(args);
  if (input === 'layerNorm' || input === 'rmsNorm') throw internalError('linear_direct takes no norm.');
  const eights = args.weight.gated ? columns4 : Math.ceil(columns4 / 2);
  return callKernel(linearDirect, {
    ...common(args, part, columns4),
    choice: { threadRows, rows: sharesRows(args.device) ? 'shared' : 'own', input, ...choice },
    overrides: { WORKGROUP_SIZE: directWorkgroup, ...epilogueOf(args) },
    workgroups: [Math.ceil(args.rows / Number(threadRows)), Math.ceil(eights / directWorkgroup), 1],
  });
}

export function vectorCall(args: LinearArgs, part: WeightPart): KernelCall {
  const lanes = chooseLanes(args);
  // SwiftShader shares work out by workgroups: at 256 outputs 16 invocations take 0.54 of the time of 64, above the same.
  const workgroupSize = Math.max(lanes, args.device.adapter.software ? 16 : 64);
  const perGroup = workgroupSize / lanes;
  const { features, subgroupSize } = args.device;
  const columns4 = columns4Of(args.weight, part);
  return callKernel(linearVector, {
    ...common(args, part, columns4),
    choice: { lanes: features.subgroups ? 'subgroups' : 'shared', ...choiceOf(args) },
    overrides: {
      WORKGROUP_SIZE: workgroupSize,
      LANES: lanes,
      ROWS_PER_GROUP: 1,
      ...(features.subgroups ? { SUBGROUP_MIN: subgroupSize[0] } : {}),
      ...epilogueOf(args),
    },
    workgroups: [Math.ceil(columns4 / perGroup), args.rows, 1],
  });
}

/**
 * Invocations that share four outputs. A GPU wants neighbours on neighbouring addresses and many workgroups; its number
 * is a guess, not tuned. On SwiftShader (one paired run, medians of 7, outputs compared) 4 lanes take 1.2 to 2.7 times as
 * long as 1 when they sum through shared memory, and the same time (0.95 to 1.15) in subgroups; 16 take 1.6 to 5.2 times.
 */
function chooseLanes({ device, lanes }: LinearArgs): number {
  return lanes ?? (device.adapter.software ? 1 : 16);
}

export const columns4Of = (weight: LinearWeight, part: WeightPart): number =>
  Math.ceil(part.rows / (weight.gated ? 8 : 4));

/** Rows of W that make so many vec4s of outputs. */
export const weightRowsOf = ({ gated }: LinearWeight, columns4: number): number => columns4 * (gated ? 8 : 4);

export function common(args: LinearArgs, part: WeightPart, columns4: number) {
  const { weight, rows } = args;
  const in4 = Math.ceil(weight.inDim / 4);
  const out4 = Math.ceil(weight.outDim / 4);
  const weightBytes = part.rows * weightRowBytes(weight.format, weight.inDim);
  return {
    label: args.label,
    buffers: {
      x: args.x,
      weight: part.buffer,
      norm: args.norm?.buffer ?? args.none,
      bias: args.bias ?? args.none,
      y: args.y,
    },
    params: {
      rows,
      first_row: args.firstRow ?? 0,
      in_dim: weight.inDim,
      in4,
      columns4,
      out4,
      out_start4: part.firstRow / (weight.gated ? 8 : 4),
      eps: args.norm?.eps ?? 0,
      out_dim: weight.outDim,
    },
    cost: {
      flops: 2 * rows * weight.inDim * part.rows,
      bytes: weightBytes + rows * (in4 * 4 * elementBytes[args.xElement] + columns4 * 4 * elementBytes[args.yElement]),
    },
  };
}

export function choiceOf(args: LinearArgs) {
  const plain = args.xElement === 'f16' ? 'plainF16' : 'plainF32';
  return {
    input: args.norm?.kind ?? plain,
    weight: weightChoice(args.weight.format, args.device),
    output: args.yElement,
  } as const;
}

export const epilogueOf = (args: LinearArgs): Record<(typeof epilogueOverrides)[number], number> => ({
  HAS_BIAS: args.bias ? 1 : 0,
  ACTIVATION: activationIds[args.activation ?? 'none'],
  GATED: args.weight.gated ? 1 : 0,
  RESIDUAL: args.residual ? 1 : 0,
});
