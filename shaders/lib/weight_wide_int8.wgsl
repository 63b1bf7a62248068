// Weights in int8 for wide products, one 128-bit load a step of 16, half a group; layout in src/kernels/weight.ts.
const STEP8 = 2u;
struct Raw { codes: vec4<u32>, scale: f32 }
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_raw(row: u32, step: u32) -> Raw {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups * 2u + (groups + 7u) / 8u);
  let group = step / 2u;
  let halves = unpack2x16float(weight[start + groups * 2u + group / 8u][(group / 2u) % 4u]);
  return Raw(weight[start + step], select(halves.x, halves.y, group % 2u == 1u) * 0.0078125);
}
fn signed4(word: u32) -> vec4f { return vec4f((vec4i(bitcast<i32>(word)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u)); }
fn widen8(raw: Raw, part: u32) -> Eight {
  return Eight(signed4(raw.codes[2u * part]) * raw.scale, signed4(raw.codes[2u * part + 1u]) * raw.scale);
}
