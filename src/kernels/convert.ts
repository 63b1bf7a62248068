import convertSource from '../../shaders/convert_weight.wgsl?raw';
import halfBits from '../../shaders/lib/half_bits.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import normalHalfBits from '../../shaders/lib/normal_half_bits.wgsl?raw';
import quantizeInt4 from '../../shaders/lib/quantize_int4.wgsl?raw';
import quantizeInt8 from '../../shaders/lib/quantize_int8.wgsl?raw';
import storeF16 from '../../shaders/lib/store_weight_f16.wgsl?raw';
import storeF32 from '../../shaders/lib/store_weight_f32.wgsl?raw';
import weightSource from '../../shaders/lib/weight_source.wgsl?raw';
import quantizeSource from '../../shaders/quantize_weight.wgsl?raw';
import type { CheckpointDtype, WeightFormat } from '../core/dtype.ts';
import { callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';
import { groupSize } from './weight.ts';

const sourceParams = {
  rows: 'u32',
  columns: 'u32',
  in4: 'u32',
  first_row: 'u32',
  block: 'u32',
  block_stride: 'u32',
  row_offset: 'u32',
  source_row: 'u32',
  seed: 'u32',
  bound: 'f32',
  constant: 'f32',
} as const;

/** Rows of a tensor as f32 or f16: see the WGSL. */
export const convertWeight = defineKernel({
  name: 'convert_weight',
  wgsl: [invocation, weightSource, convertSource],
  axes: { format: { f32: [storeF32], f16: [halfBits, storeF16] } },
  bindings: { source: 'read', weight: 'read_write' },
  params: sourceParams,
  overrides: ['WORKGROUP_SIZE', 'SOURCE'],
});

/** Rows of a tensor as int8 or int4: see the WGSL. */
export const quantizeWeight = defineKernel({
  name: 'quantize_weight',
  wgsl: [invocation, weightSource, halfBits, normalHalfBits, quantizeSource],
  axes: { format: { int8: [quantizeInt8], int4: [quantizeInt4] } },
  bindings: { source: 'read', weight: 'read_write' },
  params: sourceParams,
  overrides: ['WORKGROUP_SIZE', 'SOURCE'],
});

/** Where a tensor's rows go in a weight: row r to floor(r / block) · blockStride + r mod block + rowOffset. */
export interface RowMap {
  readonly block: number;
  readonly blockStride: number;
  readonly rowOffset: number;
}
export const rowsFrom = (rowOffset: number): RowMap => ({ block: 1, blockStride: 1, rowOffset });
/** Rows of a gate (`which` 0) or an up projection (1), four by four. */
export const interleaved = (which: 0 | 1): RowMap => ({ block: 4, blockStride: 8, rowOffset: which * 4 });

const sourceIds: Readonly<Record<CheckpointDtype, number>> = { F32: 0, F16: 1, BF16: 2 };

interface Target {
  readonly format: WeightFormat;
  readonly weight: GPUBuffer;
  /** Of the tensor, where this piece begins. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: number;
  readonly map: RowMap;
}

/** A piece of a tensor as it lies in the file (`source`: whole rows; the first is `sourceRow`) into a weight's rows. */
export const convertRows = (
  args: Target & { readonly source: GPUBuffer; readonly sourceRow: number; readonly dtype: CheckpointDtype },
): KernelCall =>
  targetCall(args, args.source, sourceIds[args.dtype], { source_row: args.sourceRow, seed: 0, bound: 0, constant: 0 });

/** Seeded rows: uniform in ±value, or a constant. */
export const seedRows = (
  args: Target & {
    readonly seed: number;
    readonly init: { readonly uniform: number } | { readonly constant: number };
    readonly none: GPUBuffer;
  },
): KernelCall =>
  targetCall(args, args.none, 3, {
    source_row: 0,
    seed: args.seed,
    bound: 'uniform' in args.init ? args.init.uniform : 0,
    constant: 'constant' in args.init ? args.init.constant : 0,
  });

function targetCall(
  args: Target,
  source: GPUBuffer,
  sourceId: number,
  rest: { readonly source_row: number; readonly seed: number; readonly bound: number; readonly constant: number },
): KernelCall {
  const in4 = Math.ceil(args.columns / 4);
  const { block, blockStride, rowOffset } = args.map;
  const call = {
    overrides: { WORKGROUP_SIZE: 64, SOURCE: sourceId },
    buffers: { source, weight: args.weight },
    params: {
      rows: args.rows,
      columns: args.columns,
      in4,
      first_row: args.firstRow,
      block,
      block_stride: blockStride,
      row_offset: rowOffset,
      ...rest,
    },
  };
  const { format } = args;
  if (format === 'int8' || format === 'int4') {
    // Groups whose scales share a word are an invocation's.
    const words = Math.ceil(args.columns / groupSize / (format === 'int8' ? 2 : 1));
    const workgroups = lineGrid(Math.ceil((args.rows * words) / 64));
    return callKernel(quantizeWeight, { ...call, choice: { format }, workgroups });
  }
  const workgroups = lineGrid(Math.ceil((args.rows * in4) / 64));
  return callKernel(convertWeight, { ...call, choice: { format }, workgroups });
}
