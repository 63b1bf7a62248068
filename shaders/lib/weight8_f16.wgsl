// Eight neighbouring weights in f16, one 128-bit load: [rows padded to 4, in8] of vec4<u32>. Needs no shader-f16.
alias Raw8 = vec4<u32>;
@group(0) @binding(1) var<storage, read> weight: array<Raw8>;
fn load_raw8(row: u32, k8: u32) -> Raw8 { return weight[row * (params.in4 / 2u) + k8]; }
fn widen8(raw: Raw8) -> Eight {
  return Eight(
    vec4f(unpack2x16float(raw.x), unpack2x16float(raw.y)),
    vec4f(unpack2x16float(raw.z), unpack2x16float(raw.w)));
}
