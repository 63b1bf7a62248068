import type { WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { LinearWeight } from '../../src/kernels/weight.ts';
import { decodeGroup, packRow, quantizeRow } from '../reference/quantize.ts';
import { rounded, upload } from './gpu.ts';
import { numberToFloat16 } from '../../src/core/float16.ts';

/** [rows, columns] → rows of `ceil4(columns)`, the padding zero. */
export function padColumns(data: Float64Array, rows: number, columns: number): Float64Array {
  const stride = Math.ceil(columns / 4) * 4;
  const out = new Float64Array(rows * stride);
  for (let r = 0; r < rows; r++) out.set(data.subarray(r * columns, (r + 1) * columns), r * stride);
  return out;
}

/** The reverse: drops the padding, which must be zero. */
export function dropPadding(data: Float64Array, rows: number, columns: number): Float64Array {
  const stride = Math.ceil(columns / 4) * 4;
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    out.set(data.subarray(r * stride, r * stride + columns), r * columns);
    for (let c = columns; c < stride; c++) {
      if (data[r * stride + c] !== 0) throw new Error(`Padding of row ${r} is ${data[r * stride + c]}, not zero.`);
    }
  }
  return out;
}

/** What rows of `columns` numbers become when kept in the format. */
export function keptAs(data: Float64Array, columns: number, format: WeightFormat): Float64Array {
  if (format === 'f32' || format === 'f16') return rounded(data, format);
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += columns) {
    const groups = quantizeRow([...data.subarray(at, at + columns)], format);
    out.set(groups.flatMap((group) => decodeGroup(group, format)).slice(0, columns), at);
  }
  return out;
}

/** Rows of `columns` numbers, `stride` apart, as bytes of the format. */
function packed(rows: Float64Array, stride: number, columns: number, format: WeightFormat): Uint8Array {
  if (format === 'f32') return new Uint8Array(Float32Array.from(rows).buffer);
  if (format === 'f16') return new Uint8Array(Uint16Array.from(rows, numberToFloat16).buffer);
  const list: Uint8Array[] = [];
  for (let at = 0; at < rows.length; at += stride) {
    list.push(packRow(quantizeRow([...rows.subarray(at, at + columns)], format), format));
  }
  const size = list[0]?.length ?? 0;
  const bytes = new Uint8Array(size * list.length);
  list.forEach((row, index) => bytes.set(row, index * size));
  return bytes;
}

/** Lays rows of W (gated: of gate and of up) out as kernels want them, in `partRows`-row parts if told. */
export function uploadWeight(
  gpu: GpuContext,
  w: {
    readonly inDim: number;
    readonly outDim: number;
    readonly gate?: Float64Array;
    readonly up?: Float64Array;
    readonly plain?: Float64Array;
  },
  format: WeightFormat,
  partRows?: number,
): LinearWeight {
  const gated = w.gate !== undefined;
  const stride = Math.ceil(w.inDim / 4) * 4;
  const rows = gated ? Math.ceil(w.outDim / 4) * 8 : Math.ceil(w.outDim / 4) * 4;
  const all = new Float64Array(rows * stride);
  const place = (data: Float64Array | undefined, at: (row: number) => number): void => {
    if (!data) return;
    for (let r = 0; r < w.outDim; r++) all.set(data.subarray(r * w.inDim, (r + 1) * w.inDim), at(r) * stride);
  };
  place(w.plain, (r) => r);
  place(w.gate, (r) => Math.floor(r / 4) * 8 + (r % 4));
  place(w.up, (r) => Math.floor(r / 4) * 8 + (r % 4) + 4);
  const size = partRows ?? rows;
  const parts = Array.from({ length: Math.ceil(rows / size) }, (_, i) => {
    const part = all.subarray(i * size * stride, Math.min(rows, (i + 1) * size) * stride);
    return {
      buffer: upload(gpu, packed(part, stride, w.inDim, format)),
      firstRow: i * size,
      rows: part.length / stride,
    };
  });
  return { format, inDim: w.inDim, outDim: w.outDim, gated, parts };
}
