// A linear layer's input through LayerNorm, on the fly: n = (x - mean) / sqrt(var + eps) * gamma + beta.
// x: f32 [rows, in4] of vec4, the padding zero.   norm: gamma [in4], then beta [in4].
// Every workgroup works the statistics out for its own rows: WORKGROUP_SIZE / ROWS_PER_GROUP invocations a row.
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<workgroup> row_mean: array<f32, ROWS_PER_GROUP>;
var<workgroup> row_scale: array<f32, ROWS_PER_GROUP>;

fn prepare_input(first_row: u32, at: Invocation) {
  let lanes = WORKGROUP_SIZE / ROWS_PER_GROUP;
  let local_row = at.lane / lanes;
  let start = (params.first_row + min(first_row + local_row, params.rows - 1u)) * params.in4;
  var sum = vec4f();
  for (var k4 = at.lane % lanes; k4 < params.in4; k4 += lanes) { sum += x[start + k4]; }
  let mean = row_sum(dot(sum, vec4f(1.0)), lanes, at) / f32(params.in_dim);
  // Two passes: the mean of squares less the square of the mean loses all digits when the mean is large.
  var squares = vec4f();
  for (var k4 = at.lane % lanes; k4 < params.in4; k4 += lanes) {
    // The padding is left out here: taking its mean² off the sum afterwards would lose the same digits.
    let inside = vec4u(k4 * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.in_dim);
    let d = select(vec4f(), x[start + k4] - mean, inside);
    squares += d * d;
  }
  let variance = row_sum(dot(squares, vec4f(1.0)), lanes, at) / f32(params.in_dim);
  if (at.lane % lanes == 0u) {
    row_mean[local_row] = mean;
    row_scale[local_row] = inverseSqrt(variance + params.eps);
  }
  workgroupBarrier();
}

fn load_input4(row: u32, local_row: u32, k4: u32) -> vec4f {
  let n = (x[(params.first_row + row) * params.in4 + k4] - row_mean[local_row]) * row_scale[local_row];
  return n * norm[k4] + norm[params.in4 + k4];
}
