/** float64 references of the linear family, written as the formulas read. */

export type ReferenceActivation = 'none' | 'relu' | 'gelu' | 'gelu-tanh' | 'silu' | 'sigmoid' | 'tanh';

/** erf by its Maclaurin series, and 1 beyond 6: exact to float64 for our purposes. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export function activate(kind: ReferenceActivation, x: number): number {
  switch (kind) {
    case 'none':
      return x;
    case 'relu':
      return Math.max(x, 0);
    case 'gelu':
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case 'gelu-tanh':
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case 'silu':
      return x / (1 + Math.exp(-x));
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'tanh':
      return Math.tanh(x);
  }
}

/** x: [rows, dim]. */
export function layerNorm(
  x: Float64Array,
  dim: number,
  gamma: Float64Array,
  beta: Float64Array,
  eps: number,
): Float64Array {
  return mapRows(x, dim, (row) => {
    const mean = row.reduce((a, b) => a + b, 0) / dim;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / dim;
    return row.map((value, i) => ((value - mean) / Math.sqrt(variance + eps)) * (gamma[i] ?? 0) + (beta[i] ?? 0));
  });
}

/** x: [rows, dim]. */
export function rmsNorm(x: Float64Array, dim: number, gamma: Float64Array, eps: number): Float64Array {
  return mapRows(x, dim, (row) => {
    const scale = 1 / Math.sqrt(row.reduce((a, b) => a + b * b, 0) / dim + eps);
    return row.map((value, i) => value * scale * (gamma[i] ?? 0));
  });
}

function mapRows(x: Float64Array, dim: number, f: (row: Float64Array) => Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += dim) out.set(f(x.slice(start, start + dim)), start);
  return out;
}

/** x: [rows, inDim], weight: [outDim, inDim] → [rows, outDim]. */
export function linear(x: Float64Array, weight: Float64Array, inDim: number, outDim: number): Float64Array {
  const rows = x.length / inDim;
  const y = new Float64Array(rows * outDim);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outDim; o++) {
      let sum = 0;
      for (let k = 0; k < inDim; k++) sum += (x[r * inDim + k] ?? 0) * (weight[o * inDim + k] ?? 0);
      y[r * outDim + o] = sum;
    }
  }
  return y;
}
