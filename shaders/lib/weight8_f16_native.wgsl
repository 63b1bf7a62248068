// Eight neighbouring weights in f16, one 128-bit load: [rows padded to 4, in8] of vec4<u32>; widened by conversion.
enable f16;
alias Raw8 = vec4<u32>;
@group(0) @binding(1) var<storage, read> weight: array<Raw8>;
fn load_raw8(row: u32, k8: u32) -> Raw8 { return weight[row * (params.in4 / 2u) + k8]; }
fn widen8(raw: Raw8) -> Eight {
  return Eight(
    vec4f(vec4<f16>(bitcast<vec2<f16>>(raw.x), bitcast<vec2<f16>>(raw.y))),
    vec4f(vec4<f16>(bitcast<vec2<f16>>(raw.z), bitcast<vec2<f16>>(raw.w))));
}
