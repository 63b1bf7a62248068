// Weights in f16 for wide products, one 128-bit load a step of 8; widened by shader-f16's conversion.
enable f16;
const STEP8 = 1u;
alias Raw = vec4<u32>;
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_raw(row: u32, step: u32) -> Raw { return weight[row * (params.in4 / 2u) + step]; }
fn widen8(raw: Raw, part: u32) -> Eight {
  return Eight(
    vec4f(vec4<f16>(bitcast<vec2<f16>>(raw.x), bitcast<vec2<f16>>(raw.y))),
    vec4f(vec4<f16>(bitcast<vec2<f16>>(raw.z), bitcast<vec2<f16>>(raw.w))));
}
