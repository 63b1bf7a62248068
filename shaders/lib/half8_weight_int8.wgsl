// Eight neighbouring weights as halves, int8 in memory; layout in src/kernels/weight.ts. W = code · scale / 128 of its group.
enable f16;
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;

// Halves from 8 have steps of 1/128: the bits of 8 with a byte below are 8 + byte / 128, and a code is its byte, biased, - 128.
fn widen2(bytes: u32, scale: vec2<f16>) -> u32 {
  return bitcast<u32>((bitcast<vec2<f16>>(bytes | 0x48004800u) - vec2<f16>(9.0h)) * scale);
}

fn load_weight_chunk(row: u32, chunk: u32) -> vec4u {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups * 2u + (groups + 7u) / 8u);
  let codes = weight[start + chunk / 2u];
  let biased = select(codes.xy, codes.zw, chunk % 2u == 1u) ^ vec2u(0x80808080u);
  let group = chunk / 4u;
  let scales = bitcast<vec2<f16>>(weight[start + groups * 2u + group / 8u][(group / 2u) % 4u]);
  let scale = vec2<f16>(select(scales.x, scales.y, group % 2u == 1u));
  let even = (biased & vec2u(0xffu)) | ((biased & vec2u(0xff00u)) << vec2u(8u));
  let odd = ((biased >> vec2u(16u)) & vec2u(0xffu)) | ((biased >> vec2u(8u)) & vec2u(0xff0000u));
  return vec4u(widen2(even.x, scale), widen2(odd.x, scale), widen2(even.y, scale), widen2(odd.y, scale));
}
