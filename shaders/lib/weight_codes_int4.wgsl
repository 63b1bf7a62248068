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

// Half a group, 16 codes, for tiles; `chunk` counts halves.
fn load_weight_chunk(row: u32, chunk: u32) -> vec4u {
  let groups = (params.in4 + 7u) / 8u;
  let nibbles = weight[row * (groups + (groups + 3u) / 4u) + chunk / 2u];
  let half = select(nibbles.xy, nibbles.zw, chunk % 2u == 1u);
  let even = half & vec2u(0x0f0f0f0fu);
  let odd = (half >> vec2u(4u)) & vec2u(0x0f0f0f0fu);
  return vec4u(even.x, odd.x, even.y, odd.y);
}

// What a group adds to a sum: `dot` of codes, x's (step, step · Σ codes), W's (step, zero).
fn scaled_dot(dot: f32, x_scale: vec2f, w_scale: vec2f) -> f32 {
  return w_scale.x * (x_scale.x * dot - w_scale.y * x_scale.y);
}
