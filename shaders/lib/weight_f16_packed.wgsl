// Weights in f16 on a device without shader-f16: the same bytes, two halves in each u32, unpacked here.
@group(0) @binding(1) var<storage, read> weight: array<vec2<u32>>;
fn load_weight4(row: u32, k4: u32) -> vec4f {
  let halves = weight[row * params.in4 + k4];
  return vec4f(unpack2x16float(halves.x), unpack2x16float(halves.y));
}
