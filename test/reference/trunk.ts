import { attention } from './attention.ts';
import { activate, layerNorm, linear } from './linear.ts';

/** Tensors by their PyTorch names, row-major. */
export type TrunkTensors = Readonly<Record<string, Float64Array>>;

/** The published trunk in float64, as its formula reads. x: [batch, seq, hidden]. */
export function trunk(
  x: Float64Array,
  tensors: TrunkTensors,
  sizes: {
    readonly batch: number;
    readonly seq: number;
    readonly hidden: number;
    readonly heads: number;
    readonly intermediate: number;
    readonly layers: number;
  },
  mayAttend: (batch: number, head: number, row: number, key: number) => boolean,
): Float64Array {
  const { batch, seq, hidden, heads, intermediate, layers } = sizes;
  const headDim = hidden / heads;
  const of = (name: string): Float64Array => tensors[name] ?? new Float64Array();
  let stream = x;
  for (let layer = 0; layer < layers; layer++) {
    const id = `layers.${layer}`;
    const norm = (name: string): Float64Array =>
      layerNorm(stream, hidden, of(`${id}.${name}.weight`), of(`${id}.${name}.bias`), 1e-5);
    const qkv = linear(norm('input_layernorm'), of(`${id}.self_attn.qkv_proj.weight`), hidden, 3 * hidden);
    const part = (which: number): Float64Array => columns(qkv, 3 * hidden, which * hidden, hidden);
    const attended = attention(
      part(0),
      part(1),
      part(2),
      { batch, heads, kvHeads: heads, queryLen: seq, keys: seq, headDim, scale: headDim ** -0.5, causal: false },
      mayAttend,
    );
    stream = add(stream, linear(attended, of(`${id}.self_attn.o_proj.weight`), hidden, hidden));
    const both = linear(
      norm('post_attention_layernorm'),
      of(`${id}.mlp.gate_up_proj.weight`),
      hidden,
      2 * intermediate,
    );
    const gate = columns(both, 2 * intermediate, 0, intermediate);
    const up = columns(both, 2 * intermediate, intermediate, intermediate);
    const gated = gate.map((value, i) => activate('silu', value) * (up[i] ?? 0));
    stream = add(stream, linear(gated, of(`${id}.mlp.down_proj.weight`), intermediate, hidden));
  }
  return stream;
}

const add = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + (b[i] ?? 0));

/** Columns `first … first + count` of a matrix with rows of `width`. */
function columns(data: Float64Array, width: number, first: number, count: number): Float64Array {
  const rows = data.length / width;
  return Float64Array.from(
    { length: rows * count },
    (_, i) => data[Math.floor(i / count) * width + first + (i % count)] ?? 0,
  );
}
