// y[r, :] = W[tokens[slot, position + r'], :] with r' = r % rows_each: the rows of the tokens of each sequence, one sequence
// below the other, as the f32 residual stream.
// W: rows first_row .. first_row + part_rows of the vocabulary (a large one lies in several buffers: a dispatch for each
// writes only the tokens it has)   tokens: u32 [slots, token_stride] by position   y: f32 [rows, in4] of vec4. One invocation a vec4.
override WORKGROUP_SIZE: u32 = 64u;

struct Params {
  rows: u32,
  in4: u32,  // vec4s in a row
  first_row: u32,
  part_rows: u32,
  rows_each: u32,  // of each sequence
  token_stride: u32,
}
@group(0) @binding(0) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;  // lib/sequences.wgsl
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  let row = index / params.in4;
  if (row >= params.rows) { return; }
  let sequence = row / params.rows_each;
  let token = tokens[slot_of(sequence) * params.token_stride + position_of(sequence) + row % params.rows_each] - params.first_row;  // wraps below first_row: then it is not in this part
  if (token >= params.part_rows) { return; }
  y[index] = load_weight4(token, index % params.in4);
}
