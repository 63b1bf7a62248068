// y[out_row + r, :] = mean over i < group of x[first_row + (r mod period) * group + i, :]
// x: [.., in4] of vec4   y: [.., in4] of vec4. A mean of neighbouring rows (tokens of a step, tokens of a modality); with a
// group of 1 and a period, a table that begins again (positions of each sequence of a batch). One invocation a vec4.
override WORKGROUP_SIZE: u32 = 64u;

struct Params {
  rows: u32,
  in4: u32,        // vec4s in a row
  group: u32,      // rows of x in a mean
  period: u32,     // means after which x begins again
  first_row: u32,  // of x
  out_row: u32,    // of y
}
@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem4>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  let row = index / params.in4;
  if (row >= params.rows) { return; }
  let first = params.first_row + (row % params.period) * params.group;
  var sum = vec4f();
  for (var i = 0u; i < params.group; i++) { sum += vec4f(x[(first + i) * params.in4 + index % params.in4]); }
  y[params.out_row * params.in4 + index] = to_elem4(sum / f32(params.group));
}
