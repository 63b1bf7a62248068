// Weights in int8 for wide products, one 128-bit load a step of 16, half a group; layout in src/kernels/weight.ts.
// A code becomes f32 without a conversion, which GPUs do at a fraction of their rate: at bit b it is put into the mantissa of
// 2^(23 - b), whose last bits then count in ones, and the power is taken off. All exact.
const STEP8 = 2u;
struct Raw { codes: vec4<u32>, scale: f32 }
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_raw(row: u32, step: u32) -> Raw {
  let groups = (in4() + 7u) / 8u;
  let start = row * (groups * 2u + (groups + 7u) / 8u);
  let group = step / 2u;
  let halves = unpack2x16float(weight[start + groups * 2u + group / 8u][(group / 2u) % 4u]);
  return Raw(weight[start + step], select(halves.x, halves.y, group % 2u == 1u) * 0.0078125);
}
fn above_23(bits: u32) -> f32 { return bitcast<f32>(bits | 0x4b000000u); }
fn above_15(bits: u32) -> f32 { return bitcast<f32>(bits | 0x47000000u); }
fn codes4(word: u32) -> vec4f {
  let positive = word ^ 0x80808080u;  // a code plus 128
  let upper = positive >> 16u;
  return vec4f(above_23(positive & 0xffu), above_15(positive & 0xff00u), above_23(upper & 0xffu), above_15(upper & 0xff00u))
    - vec4f(8388736.0, 32896.0, 8388736.0, 32896.0);
}
fn decode8(raw: Raw, part: u32) -> Eight { return Eight(codes4(raw.codes[2u * part]), codes4(raw.codes[2u * part + 1u])); }
fn add_step(slice: Slice, products: vec4f, total: f32, sum: vec4f) -> vec4f {
  return fma(vec4f(slice.a.scale, slice.b.scale, slice.c.scale, slice.d.scale), products, sum);
}
