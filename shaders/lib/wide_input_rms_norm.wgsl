// Input of a wide product through RMSNorm in one pass: Σ w·gamma·x / sqrt(mean(x²) + eps). The lanes that share an output
// see all of x anyway and gather its squares on the way, so that no barrier comes before the first product.
// x: f32 [rows, in4] of vec4   norm: gamma [in4]
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> squares: array<f32, THREAD_ROWS>;
var<private> scales: array<f32, THREAD_ROWS>;

fn begin_input(first_row: u32, row4: u32) {}
fn load_input8(row: u32, r: u32, k8: u32, inside: bool) -> Eight {
  let index = (first_x_row() + row) * in4() + 2u * k8;
  let v = masked8(Eight(x[index], x[index + 1u]), inside);
  squares[r] = dot8(v, v, squares[r]);
  return scale8(v, Eight(norm[2u * k8], norm[2u * k8 + 1u]));
}
fn finish_input(at: Invocation) {
  for (var r = 0u; r < THREAD_ROWS; r++) { lane_values[r] = vec4f(squares[r], 0.0, 0.0, 0.0); }
  lane_sums(at);
  for (var r = 0u; r < THREAD_ROWS; r++) {
    scales[r] = inverseSqrt(fma(lane_values[r].x, 1.0 / f32(params.in_dim), params.eps));
  }
}
fn normed_sum(r: u32, sum: vec4f) -> vec4f { return sum * scales[r]; }
fn normed_up(r: u32, sum: vec4f) -> vec4f { return sum * scales[r]; }
