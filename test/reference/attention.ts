/** Attention in float64, one score after the other, over dense [batch, row, head, headDim] tensors. */
export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queryLen: number;
  readonly keys: number;
  readonly headDim: number;
  readonly scale: number;
  readonly causal: boolean;
}

/** Whether a query row may see a key, before causality. */
export type MayAttend = (batch: number, head: number, row: number, key: number) => boolean;

/** out [batch, queryLen, heads, headDim]; a row that sees no key is zero. */
export function attention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  sizes: AttentionSizes,
  mayAttend: MayAttend = () => true,
): Float64Array {
  const { batch, heads, kvHeads, queryLen, keys, headDim, scale, causal } = sizes;
  const out = new Float64Array(batch * queryLen * heads * headDim);
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      const kvHead = Math.floor(head / (heads / kvHeads));
      for (let row = 0; row < queryLen; row++) {
        const at = ((b * queryLen + row) * heads + head) * headDim;
        const keyAt = (key: number): number => ((b * keys + key) * kvHeads + kvHead) * headDim;
        const seen = [...Array(keys).keys()].filter(
          (key) => (!causal || key <= row + keys - queryLen) && mayAttend(b, head, row, key),
        );
        const scores = seen.map((key) => scale * dot(q, at, k, keyAt(key), headDim));
        const most = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - most));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        seen.forEach((key, i) => {
          const share = (weights[i] ?? 0) / total;
          for (let d = 0; d < headDim; d++) out[at + d] = (out[at + d] ?? 0) + share * (v[keyAt(key) + d] ?? 0);
        });
      }
    }
  }
  return out;
}

function dot(a: Float64Array, aAt: number, b: Float64Array, bAt: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (a[aAt + i] ?? 0) * (b[bAt + i] ?? 0);
  return sum;
}
