// x, or norm(x), in int8 with a scale for each row and group of 32: the input of linear_int8.
// x: [rows, in4] of vec4   codes: u32 words [rows, groups, 8], 4 consecutive k each, lowest byte first; past in_dim zero
// scales: f32 [rows, groups, 2]: the step, max|x| / 127 of the group, and step · Σ codes, which int4's zeros are taken by
//   code = round(x · 127 / max|x|)      ties to even
// A workgroup a row, an invocation a group at a time. Which norm it is, or none, comes from lib/input_*.wgsl.
override WORKGROUP_SIZE: u32 = 64u;
override ROWS_PER_GROUP: u32 = 1u;

struct Params {
  rows: u32,
  first_row: u32,   // of x, where this dispatch begins
  in_dim: u32,
  in4: u32,  // ceil(in_dim / 4)
  eps: f32,
}
@group(0) @binding(1) var<storage, read_write> codes: array<u32>;
@group(0) @binding(3) var<storage, read_write> scales: array<vec2<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.x + at.group.y * at.groups.x;
  prepare_input(min(row, params.rows - 1u), at);
  if (row >= params.rows) { return; }
  let groups = (params.in4 + 7u) / 8u;
  for (var group = at.lane; group < groups; group += WORKGROUP_SIZE) {
    var values: array<vec4f, 8>;
    var largest4 = vec4f();
    for (var j = 0u; j < 8u; j++) {
      let k4 = group * 8u + j;
      // The padding is zero: LayerNorm would put -mean·scale there. Every element is written: lavapipe (Mesa 25.0) was seen to
      // keep what the last round of the outer loop left, where a variable declared in a loop must begin with zeros.
      let inside = vec4u(k4 * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.in_dim);
      values[j] = select(vec4f(), load_input4(row, 0u, min(k4, params.in4 - 1u)), inside);
      largest4 = max(largest4, abs(values[j]));
    }
    let largest = max(max(largest4.x, largest4.y), max(largest4.z, largest4.w));
    let inverse = select(127.0 / largest, 0.0, largest == 0.0);
    var sum = vec4i();
    for (var j = 0u; j < 8u; j++) {
      let rounded = vec4i(round(values[j] * inverse));
      sum += rounded;
      let bytes = bitcast<vec4u>(rounded) & vec4u(255u);
      codes[(row * groups + group) * 8u + j] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | (bytes.w << 24u);
    }
    let step = largest / 127.0;
    scales[row * groups + group] = vec2f(step, step * f32(sum.x + sum.y + sum.z + sum.w));
  }
}
