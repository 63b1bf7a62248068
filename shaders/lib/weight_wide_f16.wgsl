// Weights in f16 for wide products, one 128-bit load a step of 8: [rows padded to 4, in8] of vec4<u32>. Needs no shader-f16.
const STEP8 = 1u;
alias Raw = vec4<u32>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_raw(row: u32, step: u32) -> Raw { return weight[row * (in4() / 2u) + step]; }
fn decode8(raw: Raw, part: u32) -> Eight {
  return Eight(
    vec4f(unpack2x16float(raw.x), unpack2x16float(raw.y)),
    vec4f(unpack2x16float(raw.z), unpack2x16float(raw.w)));
}
fn add_step(slice: Slice, products: vec4f, total: f32, sum: vec4f) -> vec4f { return sum + products; }
