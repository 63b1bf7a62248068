// Weights in int4 for wide products, one 128-bit load a step of 32, a group; layout in src/kernels/weight.ts.
// Codes become f32 as in weight_wide_int8.wgsl, in the mantissa of 2^(23 - b) for a code at bit b.
const STEP8 = 4u;
struct Raw { codes: vec4<u32>, scale: f32, zero: f32 }  // W = (code - zero) · scale
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_raw(row: u32, step: u32) -> Raw {
  let groups = (in4() + 7u) / 8u;
  let start = row * (groups + (groups + 3u) / 4u);
  let scale_zero = unpack2x16float(weight[start + groups + step / 4u][step % 4u]);
  return Raw(weight[start + step], scale_zero.x * 0.0625, scale_zero.y);
}
fn above_23(bits: u32) -> f32 { return bitcast<f32>(bits | 0x4b000000u) - 8388608.0; }
fn above_19(bits: u32) -> f32 { return bitcast<f32>(bits | 0x49000000u) - 524288.0; }
fn above_15(bits: u32) -> f32 { return bitcast<f32>(bits | 0x47000000u) - 32768.0; }
fn above_11(bits: u32) -> f32 { return bitcast<f32>(bits | 0x45000000u) - 2048.0; }
fn decode8(raw: Raw, part: u32) -> Eight {
  let word = raw.codes[part];
  let upper = word >> 16u;
  return Eight(
    vec4f(above_23(word & 0xfu), above_15(word & 0xf00u), above_23(upper & 0xfu), above_15(upper & 0xf00u)),
    vec4f(above_19(word & 0xf0u), above_11(word & 0xf000u), above_19(upper & 0xf0u), above_11(upper & 0xf000u)));
}
// `total`: the step's sum of the input.
fn add_step(slice: Slice, products: vec4f, total: f32, sum: vec4f) -> vec4f {
  let zeros = vec4f(slice.a.zero, slice.b.zero, slice.c.zero, slice.d.zero);
  return fma(vec4f(slice.a.scale, slice.b.scale, slice.c.scale, slice.d.scale), fma(-zeros, vec4f(total), products), sum);
}
