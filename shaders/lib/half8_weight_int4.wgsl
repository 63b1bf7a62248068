// Eight neighbouring weights as halves, int4 in memory; layout in src/kernels/weight.ts. W = (code - zero) · scale / 16 of its
// group.
enable f16;
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;

// Halves from 64 have steps of 1/16: the bits of 64 with a code below are 64 + code / 16.
fn widen2(codes: u32, scale: vec2<f16>, zero: vec2<f16>) -> u32 {
  return bitcast<u32>((bitcast<vec2<f16>>(codes | 0x54005400u) - vec2<f16>(64.0h) - zero) * scale);
}

fn load_weight_chunk(row: u32, chunk: u32) -> vec4u {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups + (groups + 3u) / 4u);
  let group = chunk / 4u;
  let word = weight[start + group][chunk % 4u];
  let scale_zero = bitcast<vec2<f16>>(weight[start + groups + group / 4u][group % 4u]);
  let scale = vec2<f16>(scale_zero.x);
  let zero = vec2<f16>(scale_zero.y * 0.0625h);
  // Byte b has k = b below and k = 4 + b above.
  return vec4u(
    widen2((word & 0xfu) | ((word & 0xf00u) << 8u), scale, zero),
    widen2(((word >> 16u) & 0xfu) | ((word >> 8u) & 0xf0000u), scale, zero),
    widen2(((word >> 4u) & 0xfu) | ((word & 0xf000u) << 4u), scale, zero),
    widen2(((word >> 20u) & 0xfu) | ((word >> 12u) & 0xf0000u), scale, zero));
}
