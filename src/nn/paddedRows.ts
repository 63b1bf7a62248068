/** [rows, hidden] with rows padded to a multiple of 4, as kernels keep them. */
export function padRows(data: Float32Array, hidden: number): Float32Array<ArrayBuffer> {
  const stride = Math.ceil(hidden / 4) * 4;
  const out = new Float32Array((data.length / hidden) * stride);
  for (let row = 0; row * hidden < data.length; row++)
    out.set(data.subarray(row * hidden, (row + 1) * hidden), row * stride);
  return out;
}

/** The same without the padding. */
export function dropPadding(data: Float32Array, hidden: number): Float32Array {
  const stride = Math.ceil(hidden / 4) * 4;
  if (stride === hidden) return data;
  const out = new Float32Array((data.length / stride) * hidden);
  for (let row = 0; row * stride < data.length; row++)
    out.set(data.subarray(row * stride, row * stride + hidden), row * hidden);
  return out;
}
