// A group of an int8 weight as packed codes: 8 words of 4 consecutive k, and (step, zero). Layout in src/kernels/weight.ts.
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;

struct Codes {
  low: vec4u,   // k 0 … 15 of the group
  high: vec4u,  // k 16 … 31
}

fn load_codes(row: u32, group: u32) -> Codes {
  let groups = (params.in4 + 7u) / 8u;
  let at = row * (groups * 2u + (groups + 7u) / 8u) + group * 2u;
  return Codes(weight[at], weight[at + 1u]);
}

fn load_step_zero(row: u32, group: u32) -> vec2f {
  let groups = (params.in4 + 7u) / 8u;
  let start = row * (groups * 2u + (groups + 7u) / 8u);
  let halves = unpack2x16float(weight[start + groups * 2u + group / 8u][(group / 2u) % 4u]);
  return vec2f(select(halves.x, halves.y, group % 2u == 1u) * 0.0078125, 0.0);
}

// Half a group, 16 codes, for tiles; `chunk` counts halves.
fn load_weight_chunk(row: u32, chunk: u32) -> vec4u {
  let groups = (params.in4 + 7u) / 8u;
  return weight[row * (groups * 2u + (groups + 7u) / 8u) + chunk];
}

// What a group adds to a sum: `dot` of codes, x's (step, step · Σ codes), W's (step, zero), which is zero here.
fn scaled_dot(dot: f32, x_scale: vec2f, w_scale: vec2f) -> f32 { return (w_scale.x * x_scale.x) * dot; }
