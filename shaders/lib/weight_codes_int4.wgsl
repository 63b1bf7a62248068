// A group of an int4 weight as packed codes, widened to bytes: 8 words of 4 consecutive k, and (step, zero). Layout in
// src/kernels/weight.ts.
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;

struct Codes {
  low: vec4u,   // k 0 … 15 of the group
  high: vec4u,  // k 16 … 31
}

fn load_codes(row: u32, group: u32) -> Codes {
  let groups = (params.in4 + 7u) / 8u;
  let nibbles = weight[row * (groups + (groups + 3u) / 4u) + group];
  let even = nibbles & vec4u(0x0f0f0f0fu);
  let odd = (nibbles >> vec4u(4u)) & vec4u(0x0f0f0f0fu);
  return Codes(vec4u(even.x, odd.x, even.y, odd.y), vec4u(even.z, odd.z, even.w, odd.w));
}

fn load_step_zero(row: u32, group: u32) -> vec2f {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups + (groups + 3u) / 4u);
  return unpack2x16float(weight[start + groups + group / 4u][group % 4u]) * vec2f(0.0625, 1.0);
}
