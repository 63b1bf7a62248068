import type { WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { LinearWeight } from '../../src/kernels/weight.ts';
import { upload } from './gpu.ts';
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
    const data = format === 'f32' ? Float32Array.from(part) : Uint16Array.from(part, numberToFloat16);
    return { buffer: upload(gpu, data), firstRow: i * size, rows: part.length / stride };
  });
  return { format, inDim: w.inDim, outDim: w.outDim, gated, parts };
}
