import { attention } from './attention.ts';
import { activate, layerNorm, linear, type ReferenceActivation } from './linear.ts';

/** Blocks around a trunk in float64, as their formulas read. Tensors by their PyTorch names, row-major. */
type Tensors = ReadonlyMap<string, Float64Array>;

const of = (tensors: Tensors, name: string): Float64Array => {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`No tensor ${name}.`);
  return tensor;
};

/** x · Wᵀ + b; `x`: [rows, inDim]. */
function dense(tensors: Tensors, id: string, x: Float64Array, outDim: number): Float64Array {
  const weight = of(tensors, `${id}.weight`);
  const bias = tensors.get(`${id}.bias`);
  return linear(x, weight, weight.length / outDim, outDim).map((value, i) => value + (bias?.[i % outDim] ?? 0));
}

const norm = (tensors: Tensors, id: string, x: Float64Array, hidden: number): Float64Array =>
  layerNorm(x, hidden, of(tensors, `${id}.weight`), of(tensors, `${id}.bias`), 1e-5);

/** relu(norm(dense(features))): [rows, width] → [rows, hidden]. */
export const projection = (tensors: Tensors, id: string, features: Float64Array, hidden: number): Float64Array =>
  norm(tensors, `${id}.1`, dense(tensors, `${id}.0`, features, hidden), hidden).map((value) => Math.max(0, value));

/** dense(relu(dense(x))), activated: [rows, width] → [rows, outputs]. */
export function head(
  tensors: Tensors,
  id: string,
  x: Float64Array,
  outputs: number,
  activation: ReferenceActivation,
): Float64Array {
  const between = of(tensors, `${id}.0.bias`).length;
  const inner = dense(tensors, `${id}.0`, x, between).map((value) => Math.max(0, value));
  return dense(tensors, `${id}.3`, inner, outputs).map((value) => activate(activation, value));
}

/** out_proj(attention(q(queries), k(keys), v(keys))); [batch, queryLen, hidden], [batch, keyLen, hidden] → the queries' shape. */
export function multiHead(
  tensors: Tensors,
  id: string,
  queries: Float64Array,
  keys: Float64Array,
  sizes: { readonly batch: number; readonly hidden: number; readonly heads: number },
): Float64Array {
  const { batch, hidden, heads } = sizes;
  const headDim = hidden / heads;
  const attended = attention(
    dense(tensors, `${id}.q_proj`, queries, hidden),
    dense(tensors, `${id}.k_proj`, keys, hidden),
    dense(tensors, `${id}.v_proj`, keys, hidden),
    {
      batch,
      heads,
      kvHeads: heads,
      queryLen: queries.length / batch / hidden,
      keys: keys.length / batch / hidden,
      headDim,
      scale: headDim ** -0.5,
      causal: false,
    },
  );
  return dense(tensors, `${id}.out_proj`, attended, hidden);
}
