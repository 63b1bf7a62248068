// What a candidate is tried on: words[i] = seeded numbers in ±amplitude for what it reads, NaN for what it writes.
// words: [rows, columns padded to 4] of f32, or of f16 two in a u32, read as vec4s; padding is zero. One invocation a vec4.
// Numbers by a permuted congruential generator of the element's index: Jarzynski and Olano, 'Hash Functions for GPU
// Rendering', JCGT 9(3), 2020.
override WORKGROUP_SIZE: u32 = 64u;

struct Params {
  vec4s: u32,
  columns: u32,
  halves: u32,  // 1: f16
  poison: u32,  // 1: NaN
  seed: u32,
  amplitude: f32,
}
@group(0) @binding(0) var<storage, read_write> words: array<vec4u>;
@group(0) @binding(1) var<uniform> params: Params;

fn number(element: u32) -> f32 {
  let stride = (params.columns + 3u) / 4u * 4u;
  if (element % stride >= params.columns) { return 0.0; }
  let state = (element ^ params.seed) * 747796405u + 2891336453u;
  let mixed = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  let hash = (mixed >> 22u) ^ mixed;
  return (f32(hash >> 8u) + 0.5) * (2.0 / 16777216.0) * params.amplitude - params.amplitude;
}

fn word(index: u32) -> u32 {
  // A NaN in either type.
  if (params.poison == 1u) { return 0x7fc07fc0u; }
  if (params.halves == 1u) { return pack2x16float(vec2f(number(2u * index), number(2u * index + 1u))); }
  return bitcast<u32>(number(index));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  if (index >= params.vec4s) { return; }
  let first = index * 4u;
  words[index] = vec4u(word(first), word(first + 1u), word(first + 2u), word(first + 3u));
}
