import dotCodes from '../../shaders/lib/dot_codes.wgsl?raw';
import eight from '../../shaders/lib/eight.wgsl?raw';
import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import integerDot from '../../shaders/lib/integer_dot.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import invocationSubgroups from '../../shaders/lib/invocation_subgroups.wgsl?raw';
import loopsRolled from '../../shaders/lib/loops_rolled.wgsl?raw';
import loopsUnrolled from '../../shaders/lib/loops_unrolled.wgsl?raw';
import laneSums from '../../shaders/lib/lane_sums.wgsl?raw';
import laneSumsSubgroups from '../../shaders/lib/lane_sums_subgroups.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import weightF16 from '../../shaders/lib/weight_wide_f16.wgsl?raw';
import weightF32 from '../../shaders/lib/weight_wide_f32.wgsl?raw';
import weightInt4 from '../../shaders/lib/weight_wide_int4.wgsl?raw';
import weightInt8 from '../../shaders/lib/weight_wide_int8.wgsl?raw';
import wideCodes from '../../shaders/lib/wide_codes.wgsl?raw';
import codesF16 from '../../shaders/lib/wide_codes_f16.wgsl?raw';
import codesF32 from '../../shaders/lib/wide_codes_f32.wgsl?raw';
import codesNormed from '../../shaders/lib/wide_codes_normed.wgsl?raw';
import inputF16 from '../../shaders/lib/wide_input_f16.wgsl?raw';
import inputF32 from '../../shaders/lib/wide_input_f32.wgsl?raw';
import inputNormed from '../../shaders/lib/wide_input_normed.wgsl?raw';
import inputStaged from '../../shaders/lib/wide_input_staged.wgsl?raw';
import layerNorm from '../../shaders/lib/wide_layer_norm.wgsl?raw';
import multiply from '../../shaders/lib/wide_multiply.wgsl?raw';
import multiplyCodes from '../../shaders/lib/wide_multiply_codes.wgsl?raw';
import pivotFirst from '../../shaders/lib/wide_pivot_first.wgsl?raw';
import pivotSampled from '../../shaders/lib/wide_pivot_sampled.wgsl?raw';
import rmsNorm from '../../shaders/lib/wide_rms_norm.wgsl?raw';
import source from '../../shaders/linear_vector_wide.wgsl?raw';
import type { WeightFormat } from '../core/dtype.ts';
import { internalError } from '../core/errors.ts';
import { avoids, compilesForCpu, multipliesBytes } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';
import {
  choiceOf,
  columns4Of,
  common,
  epilogueOf,
  epilogueOverrides,
  type LinearArgs,
  linearBindings,
  linearParams,
  outputAxis,
} from './linear.ts';
import type { LinearWeight, WeightPart } from './weight.ts';

const shared = {
  bindings: linearBindings,
  params: linearParams,
  overrides: ['WORKGROUP_SIZE', 'LANES', 'IN4', 'WHOLE_GROUPS', 'FROM_ROW', ...epilogueOverrides],
} as const;
const sharedAxes = {
  threadRows: {
    '1': ['const THREAD_ROWS = 1u;'],
    '2': ['const THREAD_ROWS = 2u;'],
    '4': ['const THREAD_ROWS = 4u;'],
    '8': ['const THREAD_ROWS = 8u;'],
  },
  unroll: { '1': ['const UNROLL = 1u;'], '2': ['const UNROLL = 2u;'], '4': ['const UNROLL = 4u;'] },
  loops: { unrolled: [loopsUnrolled], rolled: [loopsRolled] },
  output: outputAxis,
} as const;

/** y = epilogue(input(x) · Wᵀ) for one or a few rows on GPUs: see the WGSL. */
export const linearVectorWide = defineKernel({
  ...shared,
  name: 'linear_vector_wide',
  wgsl: [eight, linearParamsSource, epilogue, multiply, source],
  axes: {
    ...sharedAxes,
    lanes: { shared: [invocation, laneSums], subgroups: [invocationSubgroups, laneSumsSubgroups] },
    input: {
      plainF32: [inputF32],
      plainF16: [inputF16],
      layerNorm: [layerNorm, pivotFirst, inputNormed],
      rmsNorm: [rmsNorm, inputNormed],
      layerNormStaged: [layerNorm, pivotFirst, inputStaged],
      rmsNormStaged: [rmsNorm, inputStaged],
    },
    weight: { f32: [weightF32], f16: [weightF16], int8: [weightInt8], int4: [weightInt4] },
  },
});

/** The same of a W in int4 with the input quantised to int8, on devices that multiply bytes and have subgroups: see lib/wide_codes.wgsl. */
export const linearVectorCodes = defineKernel({
  ...shared,
  name: 'linear_vector_codes',
  wgsl: [
    eight,
    linearParamsSource,
    epilogue,
    integerDot,
    invocationSubgroups,
    laneSumsSubgroups,
    weightInt4,
    wideCodes,
    dotCodes,
    multiplyCodes,
    source,
  ],
  axes: {
    ...sharedAxes,
    input: {
      plainF32: [codesF32],
      plainF16: [codesF16],
      layerNorm: [layerNorm, pivotSampled, codesNormed],
      rmsNorm: [rmsNorm, codesNormed],
    },
  },
});

export interface VectorShape {
  /** Invocations that share four outputs: with the weight, all that decides in what order a row is summed. */
  readonly lanes: number;
  readonly workgroupSize: number;
  /** Rows of x for which W is read once. */
  readonly threadRows: '1' | '2' | '4' | '8';
  /** Steps loaded before the first is used. */
  readonly unroll: '1' | '2' | '4';
  /**
   * The input goes through shared memory: a normed one in f32 (fitsStaged), any one in int8 (fitsCodes). A norm's statistics are
   * then summed in an order that hangs on the size of a workgroup.
   */
  readonly staged?: 'f32' | 'int8';
  /**
   * One pipeline for any inner dimension instead of one for each. Default: on CPU adapters, where compiling costs more than it
   * can gain. Leaves the order of sums alone.
   */
  readonly anySize?: boolean;
}

/** Elements along k of a lane's step, one 128-bit load of a row of W (f32: two). */
const stepElements: Readonly<Record<WeightFormat, number>> = { f32: 8, f16: 8, int8: 16, int4: 32 };

export const stepsOf = ({ format, inDim }: LinearWeight): number => inDim / stepElements[format];

/** Whether steps fill the inner dimension exactly. */
export const fitsWide = (weight: LinearWeight): boolean => Number.isInteger(stepsOf(weight));

/** Whether the kernel can norm its input: LayerNorm wants the sums of W. */
export const fusesInWide = ({ norm }: LinearArgs): boolean => norm?.kind !== 'layerNorm' || norm.sums === true;

type StagedShape = Pick<VectorShape, 'threadRows' | 'workgroupSize'>;

/** Whether so many rows of a normed input have room in shared memory, beside what the sums over lanes take there at most. */
export const fitsStaged = ({ device, norm, weight }: LinearArgs, { threadRows, workgroupSize }: StagedShape): boolean =>
  norm !== undefined &&
  weight.inDim % 32 === 0 &&
  Number(threadRows) * (weight.inDim * 4 + workgroupSize * 16) <= device.limits.maxComputeWorkgroupStorageSize;

/** Whether a step is a group of int4 and the device multiplies bytes, and so many rows in int8 have room: 40 bytes a group. */
export const fitsCodes = ({ device, weight }: LinearArgs, { threadRows, workgroupSize }: StagedShape): boolean =>
  multipliesBytes(device) &&
  device.features.subgroups &&
  !avoids(device, 'int8 product') &&
  weight.format === 'int4' &&
  weight.inDim % 32 === 0 &&
  Number(threadRows) * ((weight.inDim / 32) * 40 + workgroupSize * 16) <= device.limits.maxComputeWorkgroupStorageSize;

export function vectorWideCall(args: LinearArgs, part: WeightPart, shape: VectorShape): KernelCall {
  if (!fusesInWide(args)) throw internalError('linear_vector_wide wants the sums of W for a LayerNorm.');
  const { lanes, workgroupSize, threadRows, staged } = shape;
  if ((staged === 'f32' && !fitsStaged(args, shape)) || (staged === 'int8' && !fitsCodes(args, shape)))
    throw internalError(`linear_vector_wide cannot stage its input in ${staged}.`);
  const columns4 = columns4Of(args.weight, part);
  const { input, output } = choiceOf(args);
  const { features, subgroupSize } = args.device;
  const software = compilesForCpu(args.device);
  const groups = workgroupSize / lanes;
  const loops = software ? 'rolled' : 'unrolled';
  const overrides = {
    WORKGROUP_SIZE: workgroupSize,
    LANES: lanes,
    ...((shape.anySize ?? software)
      ? {}
      : {
          IN4: args.weight.inDim / 4,
          WHOLE_GROUPS: columns4 % groups === 0 ? 1 : 0,
          FROM_ROW: args.firstRow ? 1 : 0,
        }),
    ...(features.subgroups ? { SUBGROUP_MIN: subgroupSize[0] } : {}),
    ...epilogueOf(args),
  };
  const call = {
    ...common(args, part, columns4),
    workgroups: [Math.ceil(columns4 / groups), Math.ceil(args.rows / Number(threadRows)), 1],
  } as const;
  if (staged === 'int8')
    return callKernel(linearVectorCodes, {
      ...call,
      choice: { threadRows, unroll: shape.unroll, loops, input, output },
      overrides: { ...overrides, STAGED_GROUPS: (Number(threadRows) * args.weight.inDim) / 32 },
    });
  return callKernel(linearVectorWide, {
    ...call,
    choice: {
      threadRows,
      unroll: shape.unroll,
      loops,
      lanes: features.subgroups ? 'subgroups' : 'shared',
      input: staged && args.norm ? `${args.norm.kind}Staged` : input,
      weight: args.weight.format,
      output,
    },
    overrides: { ...overrides, ...(staged ? { STAGED4: (Number(threadRows) * args.weight.inDim) / 4 } : {}) },
  });
}
