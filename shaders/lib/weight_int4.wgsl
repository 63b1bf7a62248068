// Weights in int4, groups of 32 along k: rows of codes [groups, 32], then scale and zero [groups, 2]; layout in
// src/kernels/weight.ts. W[row, k] = (code - zero) · scale / 16 of its group. Halves are read on any device: unpack2x16float.
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;

fn load_weight4(row: u32, k4: u32) -> vec4f {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups + (groups + 3u) / 4u);
  let group = k4 / 8u;
  let nibbles = weight[start + group][(k4 / 2u) % 4u] >> ((k4 % 2u) * 4u);
  let scale_zero = unpack2x16float(weight[start + groups + group / 4u][group % 4u]);
  let codes = vec4f((vec4u(nibbles) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(15u));
  return (codes - scale_zero.y) * (scale_zero.x * 0.0625);
}
