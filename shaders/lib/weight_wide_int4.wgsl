// Weights in int4 for wide products, one 128-bit load a step of 32, a group; layout in src/kernels/weight.ts.
const STEP8 = 4u;
struct Raw { codes: vec4<u32>, scale: f32, shift: f32 }  // W = code · scale + shift
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_raw(row: u32, step: u32) -> Raw {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups + (groups + 3u) / 4u);
  let scale_zero = unpack2x16float(weight[start + groups + step / 4u][step % 4u]);
  let scale = scale_zero.x * 0.0625;
  return Raw(weight[start + step], scale, -scale_zero.y * scale);
}
fn widen8(raw: Raw, part: u32) -> Eight {
  let word = raw.codes[part];
  return Eight(
    vec4f(unpack4xU8(word & 0x0f0f0f0fu)) * raw.scale + raw.shift,
    vec4f(unpack4xU8((word >> 4u) & 0x0f0f0f0fu)) * raw.scale + raw.shift);
}
