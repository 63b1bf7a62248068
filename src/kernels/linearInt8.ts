import dotCodes from '../../shaders/lib/dot_codes.wgsl?raw';
import epilogue from '../../shaders/lib/epilogue.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import linearParamsSource from '../../shaders/lib/linear_params.wgsl?raw';
import threadRows2 from '../../shaders/lib/thread_rows_2.wgsl?raw';
import threadRows4 from '../../shaders/lib/thread_rows_4.wgsl?raw';
import codesInt4 from '../../shaders/lib/weight_codes_int4.wgsl?raw';
import codesInt8 from '../../shaders/lib/weight_codes_int8.wgsl?raw';
import directSource from '../../shaders/linear_int8_direct.wgsl?raw';
import tileSource from '../../shaders/linear_int8.wgsl?raw';
import rowsSource from '../../shaders/quantize_rows.wgsl?raw';
import type { WeightFormat } from '../core/dtype.ts';
import { internalError } from '../core/errors.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import {
  columns4Of,
  common,
  epilogueOf,
  epilogueOverrides,
  inputAxis,
  type LinearArgs,
  linearParams,
  outputAxis,
} from './linear.ts';
import { groupSize, type WeightPart } from './weight.ts';

/** x, or norm(x), in int8: see the WGSL. */
export const quantizeRowsKernel = defineKernel({
  name: 'quantize_rows',
  wgsl: [invocation, rowsSource],
  axes: { input: inputAxis },
  bindings: { x: 'read', codes: 'read_write', norm: 'read', scales: 'read_write' },
  params: { rows: 'u32', first_row: 'u32', in_dim: 'u32', in4: 'u32', eps: 'f32' },
  overrides: ['WORKGROUP_SIZE', 'ROWS_PER_GROUP'],
});

const shared = {
  axes: {
    threadRows: { '2': [threadRows2], '4': [threadRows4] },
    weight: { int8: [codesInt8], int4: [codesInt4] },
    output: outputAxis,
  },
  bindings: { x: 'read', weight: 'read', scales: 'read', bias: 'read', y: 'read_write' },
  params: linearParams,
} as const;

/** y = epilogue(x · Wᵀ) for many rows with integer products: see the WGSL. */
export const linearInt8Tile = defineKernel({
  ...shared,
  name: 'linear_int8',
  wgsl: [linearParamsSource, epilogue, invocation, dotCodes, tileSource],
  overrides: ['WORKGROUP_SIZE', 'DEPTH', ...epilogueOverrides],
});

/** The same for adapters that run on a CPU: see the WGSL. */
export const linearInt8Direct = defineKernel({
  ...shared,
  name: 'linear_int8_direct',
  wgsl: [linearParamsSource, epilogue, invocation, dotCodes, directSource],
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

/** Whether a product of so many rows takes its input in int8. */
export const usesInt8Input = (rows: number, format: WeightFormat, device: DeviceInfo): boolean =>
  device.features.integerDot && rows >= leastRows && (format === 'int8' || format === 'int4');

/** y = epilogue(norm(x) · Wᵀ) with x quantised to int8 first: one dispatch for that, and one for each part of the weight. */
export function linearInt8(
  args: LinearArgs & { readonly scratch: QuantizedInput; readonly tiled?: boolean },
): KernelCall[] {
  const { format } = args.weight;
  if (format !== 'int8' && format !== 'int4') throw internalError(`linear_int8 takes no ${format} weights.`);
  const tiled = args.tiled ?? !args.device.adapter.software;
  return [quantizeRows(args), ...args.weight.parts.map((part) => productCall(args, part, format, tiled))];
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

function productCall(
  args: LinearArgs & { readonly scratch: QuantizedInput },
  part: WeightPart,
  weight: 'int8' | 'int4',
  tiled: boolean,
): KernelCall {
  const columns4 = columns4Of(args.weight, part);
  const threadRows = args.rows <= 16 ? '2' : '4';
  const { label, buffers, params, cost } = common(args, part, columns4);
  const workgroupSize = tiled ? 64 : 32;
  const columns = tiled
    ? Math.ceil((columns4 * (args.weight.gated ? 8 : 4)) / 64)
    : Math.ceil(columns4 / workgroupSize);
  return callKernel(tiled ? linearInt8Tile : linearInt8Direct, {
    label,
    choice: { threadRows, weight, output: args.yElement },
    // A CPU adapter's compiler pays for each copy of an unrolled loop.
    overrides: {
      WORKGROUP_SIZE: workgroupSize,
      ...(tiled ? { DEPTH: args.device.adapter.software ? 1 : 2 } : {}),
      ...epilogueOf(args),
    },
    buffers: {
      x: args.scratch.codes,
      weight: buffers.weight,
      scales: args.scratch.scales,
      bias: buffers.bias,
      y: buffers.y,
    },
    // Rows of the codes begin at this call's first.
    params: { ...params, first_row: 0 },
    workgroups: [columns, Math.ceil(args.rows / (Number(threadRows) * (tiled ? 8 : 1))), 1],
    cost,
  });
}
