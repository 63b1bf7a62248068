// Weights in int8, groups of 32 along k: rows of codes [groups, 32], then scales [groups]; layout in src/kernels/weight.ts.
// W[row, k] = code · scale / 128 of its group. The scale's two halves in a u32 are read on any device: unpack2x16float.
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;

fn load_weight4(row: u32, k4: u32) -> vec4f {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups * 2u + (groups + 7u) / 8u);
  let word = bitcast<i32>(weight[start + k4 / 4u][k4 % 4u]);
  let group = k4 / 8u;
  let halves = unpack2x16float(weight[start + groups * 2u + group / 8u][(group / 2u) % 4u]);
  let scale = select(halves.x, halves.y, group % 2u == 1u) * 0.0078125;
  return vec4f((vec4i(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u)) * scale;
}
