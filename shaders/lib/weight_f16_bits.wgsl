// Weights in f16, two halves in each u32, widened by bit arithmetic: where unpack2x16float is emulated in software.
// A half's exponent and fraction, moved into an f32's places, are the value times 2^-112: one multiplication mends it,
// for subnormal halves too unless the adapter flushes subnormal floats: then halves below 6.1e-5 become zero, as WGSL
// allows any f16 arithmetic to do.
// Weights are finite: infinities and NaN were saturated when they were stored.
@group(0) @binding(1) var<storage, read> weight: array<vec2<u32>>;
fn load_weight4(index: u32) -> vec4f {
  let pair = weight[index];
  // Each half at the top of a word; the arithmetic shift makes room for f32's longer exponent and keeps the sign on top.
  let halves = bitcast<vec4i>(vec4u(pair.x << 16u, pair.x, pair.y << 16u, pair.y)) >> vec4u(3u);
  return bitcast<vec4f>(halves & bitcast<vec4i>(vec4u(0x8fffe000u))) * 5.192296858534828e33;
}
