import eight from '../../shaders/lib/eight.wgsl?raw';
import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import inputLayerNorm from '../../shaders/lib/input_layer_norm.wgsl?raw';
import inputPlainF16 from '../../shaders/lib/input_plain_f16.wgsl?raw';
import inputPlainF32 from '../../shaders/lib/input_plain_f32.wgsl?raw';
import inputRmsNorm from '../../shaders/lib/input_rms_norm.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import invocationSubgroups from '../../shaders/lib/invocation_subgroups.wgsl?raw';
import laneSum from '../../shaders/lib/lane_sum.wgsl?raw';
import laneSumSubgroups from '../../shaders/lib/lane_sum_subgroups.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import rowSum from '../../shaders/lib/row_sum.wgsl?raw';
import wideF16 from '../../shaders/lib/weight_wide_f16.wgsl?raw';
import wideF16Native from '../../shaders/lib/weight_wide_f16_native.wgsl?raw';
import wideF32 from '../../shaders/lib/weight_wide_f32.wgsl?raw';
import wideInt4 from '../../shaders/lib/weight_wide_int4.wgsl?raw';
import wideInt8 from '../../shaders/lib/weight_wide_int8.wgsl?raw';
import wideInput from '../../shaders/lib/wide_input.wgsl?raw';
import wideLayerNorm from '../../shaders/lib/wide_input_layer_norm.wgsl?raw';
import wideRmsNorm from '../../shaders/lib/wide_input_rms_norm.wgsl?raw';
import vectorSource from '../../shaders/linear_vector_wide.wgsl?raw';
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
import type { WeightPart } from './weight.ts';

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
