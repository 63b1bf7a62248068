// y[row, :] = norm(x[row, :]): the norm as a kernel of its own, where fusing it into the next linear layer loses.
// x: f32 [rows, in4] of vec4   norm: gamma [in4], for LayerNorm then beta [in4]
// y: rows of in4 vec4s, out_row4 apart, from out_start4 on: they may be interleaved with other rows.   RELU: y = max(norm(x), 0)
// A workgroup a row. Which norm it is comes from lib/input_*_norm.wgsl, the same text that the fused kernels use.
override WORKGROUP_SIZE: u32 = 64u;
override ROWS_PER_GROUP: u32 = 1u;
override RELU: bool = false;

struct Params {
  rows: u32,
  first_row: u32,   // of x, where this dispatch begins
  in_dim: u32,
  in4: u32,  // ceil(in_dim / 4)
  eps: f32,
  out_row4: u32,    // vec4s from a row of y to the next
  out_start4: u32,  // where in y the first row begins
}
@group(0) @binding(1) var<storage, read_write> y: array<Elem4>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.x + at.group.y * at.groups.x;
  prepare_input(min(row, params.rows - 1u), at);
  if (row >= params.rows) { return; }
  for (var k4 = at.lane; k4 < params.in4; k4 += WORKGROUP_SIZE) {
    var value = load_input4(row, 0u, k4);
    // The padding stays zero: LayerNorm would put -mean·scale there.
    for (var i = 0u; i < 4u; i++) { if (k4 * 4u + i >= params.in_dim) { value[i] = 0.0; } }
    if (RELU) { value = max(value, vec4f()); }
    y[row * params.out_row4 + params.out_start4 + k4] = to_elem4(value);
  }
}
