// y[r, :] = W[tokens[position + r], :], one row of the embedding for each token, as the f32 residual stream.
// W: rows first_row .. first_row + part_rows of the vocabulary (a large one lies in several buffers: a dispatch for each
// writes only the tokens it has)   tokens: u32 by position   y: f32 [rows, in4] of vec4. One invocation a vec4.
override WORKGROUP_SIZE: u32 = 64u;

struct Params {
  rows: u32,
  in4: u32,  // vec4s in a row
  first_row: u32,
  part_rows: u32,
}
@group(0) @binding(0) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;  // [0]: position of the first row
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  let row = index / params.in4;
  if (row >= params.rows) { return; }
  let token = tokens[state[0] + row] - params.first_row;  // wraps below first_row: then it is not in this part
  if (token >= params.part_rows) { return; }
  y[index] = load_weight4(token, index % params.in4);
}
