/**
 * float64 references of rotary positions, written from the papers and from the documentation of Hugging Face's
 * transformers (modeling_rope_utils): names are theirs.
 */

export type ReferenceRope = { readonly base: number; readonly dim: number } & (
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | { readonly type: 'dynamic'; readonly factor: number; readonly maxPosition: number; readonly seqLen: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly oldContext: number;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly maxPosition: number;
    }
);

/** 1 / base^(2i / dim) for each pair i, then scaled. */
export function inverseFrequencies(rope: ReferenceRope): number[] {
  const pairs = Array.from({ length: rope.dim / 2 }, (_, i) => i);
  const plain = (base: number): number[] => pairs.map((i) => 1 / base ** ((2 * i) / rope.dim));
  if (rope.type === 'linear') return plain(rope.base).map((f) => f / rope.factor);
  if (rope.type === 'dynamic') {
    const seqLen = Math.max(rope.seqLen, rope.maxPosition);
    const stretched = (rope.factor * seqLen) / rope.maxPosition - (rope.factor - 1);
    return plain(rope.base * stretched ** (rope.dim / (rope.dim - 2)));
  }
  if (rope.type === 'llama3') {
    const longest = rope.oldContext / rope.lowFreqFactor;
    const shortest = rope.oldContext / rope.highFreqFactor;
    return plain(rope.base).map((f) => {
      const wavelength = (2 * Math.PI) / f;
      if (wavelength < shortest) return f;
      if (wavelength > longest) return f / rope.factor;
      const smooth = (rope.oldContext / wavelength - rope.lowFreqFactor) / (rope.highFreqFactor - rope.lowFreqFactor);
      return (1 - smooth) * (f / rope.factor) + smooth * f;
    });
  }
  if (rope.type === 'yarn') {
    // The pair that turns so many times over the context that the model was trained on.
    const correctionDim = (rotations: number): number =>
      (rope.dim * Math.log(rope.maxPosition / (rotations * 2 * Math.PI))) / (2 * Math.log(rope.base));
    const low = Math.max(Math.floor(correctionDim(rope.betaFast)), 0);
    const high = Math.min(Math.ceil(correctionDim(rope.betaSlow)), rope.dim - 1);
    return plain(rope.base).map((extrapolation, i) => {
      const ramp = Math.min(1, Math.max(0, (i - low) / (low === high ? 0.001 : high - low)));
      const interpolation = extrapolation / rope.factor;
      return interpolation * ramp + extrapolation * (1 - ramp);
    });
  }
  return plain(rope.base);
}

/** x·cos + rotate_half(x)·sin for one head [dim] at a position. */
export function rotate(head: ArrayLike<number>, position: number, frequencies: readonly number[]): number[] {
  const x = Array.from(head);
  const half = x.length / 2;
  const rotatedHalf = [...x.slice(half).map((v) => -v), ...x.slice(0, half)];
  return x.map((v, i) => {
    const angle = position * (frequencies[i % half] ?? Number.NaN);
    return v * Math.cos(angle) + (rotatedHalf[i] ?? Number.NaN) * Math.sin(angle);
  });
}
