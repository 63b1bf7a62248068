import convertSource from '../../shaders/convert_weight.wgsl?raw';
import halfBits from '../../shaders/lib/half_bits.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import normalHalfBits from '../../shaders/lib/normal_half_bits.wgsl?raw';
import quantizeF16 from '../../shaders/lib/quantize_f16.wgsl?raw';
import quantizeInt4 from '../../shaders/lib/quantize_int4.wgsl?raw';
import quantizeInt8 from '../../shaders/lib/quantize_int8.wgsl?raw';
import storeF16 from '../../shaders/lib/store_weight_f16.wgsl?raw';
import storeF32 from '../../shaders/lib/store_weight_f32.wgsl?raw';
import weightSource from '../../shaders/lib/weight_source.wgsl?raw';
import errorSource from '../../shaders/quantization_error.wgsl?raw';
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

/** How far rows would be off in a format: see the WGSL. */
export const quantizationError = defineKernel({
  name: 'quantization_error',
  wgsl: [invocation, weightSource, halfBits, normalHalfBits, errorSource],
  axes: { format: { f16: [quantizeF16], int8: [quantizeInt8], int4: [quantizeInt4] } },
  bindings: { source: 'read', errors: 'read_write' },
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

/** A piece of a tensor as it lies in the file: `source` has whole rows, and the first is `sourceRow`. */
interface PieceOrigin {
  readonly source: GPUBuffer;
  readonly sourceRow: number;
  readonly dtype: CheckpointDtype;
}
/** Seeded rows: uniform in ±value, or a constant. `none`: bound where a piece would be. */
interface SeedOrigin {
  readonly seed: number;
  readonly init: { readonly uniform: number } | { readonly constant: number };
  readonly none: GPUBuffer;
}
/** Where a tensor's rows come from. */
export type RowsOrigin = PieceOrigin | SeedOrigin;

/** A tensor's rows into a weight's, in the weight's format. */
export function storeRows(target: Target, origin: RowsOrigin): KernelCall {
  const { format, map } = target;
  const call = originCall(target, origin, map);
  const buffers = { ...call.buffers, weight: target.weight };
  if (format === 'int8' || format === 'int4') {
    // Groups whose scales share a word are an invocation's.
    const words = Math.ceil(target.columns / groupSize / (format === 'int8' ? 2 : 1));
    const workgroups = lineGrid(Math.ceil((target.rows * words) / 64));
    return callKernel(quantizeWeight, { ...call, buffers, choice: { format }, workgroups });
  }
  const workgroups = lineGrid(Math.ceil((target.rows * call.params.in4) / 64));
  return callKernel(convertWeight, { ...call, buffers, choice: { format }, workgroups });
}

export const convertRows = (args: Target & PieceOrigin): KernelCall => storeRows(args, args);
export const seedRows = (args: Target & SeedOrigin): KernelCall => storeRows(args, args);

/** Workgroups that measure; each adds to a slot of its own, [Σ (w - ŵ)², Σ w²] in f32. */
const errorSlots = 64;
export const errorBytes = errorSlots * 8;

/** Adds what `format` would make of a tensor's rows to `errors` (of `errorBytes`, zeroed before the first). */
export function measureRows(
  args: Pick<Target, 'firstRow' | 'rows' | 'columns'> & {
    readonly format: Exclude<WeightFormat, 'f32'>;
    readonly errors: GPUBuffer;
    readonly byteOffset: number;
  },
  origin: RowsOrigin,
): KernelCall {
  const call = originCall(args, origin, rowsFrom(0));
  return callKernel(quantizationError, {
    ...call,
    choice: { format: args.format },
    buffers: { ...call.buffers, errors: { buffer: args.errors, offset: args.byteOffset, size: errorBytes } },
    workgroups: [errorSlots, 1, 1],
  });
}

function originCall(args: Pick<Target, 'firstRow' | 'rows' | 'columns'>, origin: RowsOrigin, map: RowMap) {
  const piece = 'source' in origin;
  const init = piece ? { constant: 0 } : origin.init;
  return {
    overrides: { WORKGROUP_SIZE: 64, SOURCE: piece ? sourceIds[origin.dtype] : 3 },
    buffers: { source: piece ? origin.source : origin.none },
    params: {
      rows: args.rows,
      columns: args.columns,
      in4: Math.ceil(args.columns / 4),
      first_row: args.firstRow,
      block: map.block,
      block_stride: map.blockStride,
      row_offset: map.rowOffset,
      source_row: piece ? origin.sourceRow : 0,
      seed: piece ? 0 : origin.seed,
      bound: 'uniform' in init ? init.uniform : 0,
      constant: 'constant' in init ? init.constant : 0,
    },
  };
}
