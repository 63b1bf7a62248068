// A linear layer's input through RMSNorm, on the fly: n = x / sqrt(mean(x²) + eps) * gamma.
// x: f32 [rows, in4] of vec4, the padding zero.   norm: gamma [in4].
// Every workgroup works the statistics out for its own rows: WORKGROUP_SIZE / ROWS_PER_GROUP invocations a row.
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<workgroup> row_scale: array<f32, ROWS_PER_GROUP>;

fn prepare_input(first_row: u32, at: Invocation) {
  let lanes = WORKGROUP_SIZE / ROWS_PER_GROUP;
  let local_row = at.lane / lanes;
  let start = (params.first_row + min(first_row + local_row, params.rows - 1u)) * params.in4;
  var squares = vec4f();
  for (var k4 = at.lane % lanes; k4 < params.in4; k4 += lanes) {
    let v = x[start + k4];
    squares += v * v;
  }
  let mean_square = row_sum(dot(squares, vec4f(1.0)), lanes, at) / f32(params.in_dim);
  if (at.lane % lanes == 0u) { row_scale[local_row] = inverseSqrt(mean_square + params.eps); }
  workgroupBarrier();
}

fn load_input4(row: u32, local_row: u32, k4: u32) -> vec4f {
  return x[(params.first_row + row) * params.in4 + k4] * row_scale[local_row] * norm[k4];
}
