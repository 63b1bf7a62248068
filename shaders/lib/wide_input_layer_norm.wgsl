// Input of a wide product through LayerNorm in one pass: with p near the mean m,
//   Σ w·(gamma·(x - m)·s + beta) = s·(Σ w·gamma·(x - p) - (m - p)·Σ w·gamma) + Σ w·beta.
// The lanes that share an output see all of x anyway and gather its sums on the way, so that no barrier comes before the
// first product; gamma and beta are two more rows of input. p is the row's first element: without it a large mean would take
// all digits of the variance. As one of the elements it is at most sqrt(in_dim) standard deviations from the mean: an outlier
// there costs the variance a relative error of in_dim · 2^-24, no more.
// x: f32 [rows, in4] of vec4, in_dim a multiple of 8   norm: gamma [in4], then beta [in4]
const INPUT_ROWS = THREAD_ROWS + 2u;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> pivots: array<f32, THREAD_ROWS>;
var<private> totals: array<f32, THREAD_ROWS>;
var<private> squares: array<f32, THREAD_ROWS>;
var<private> means: array<f32, THREAD_ROWS>;  // less the pivot
var<private> scales: array<f32, THREAD_ROWS>;

fn begin_input(first_row: u32) {
  for (var r = 0u; r < THREAD_ROWS; r++) {
    pivots[r] = x[(params.first_row + min(first_row + r, params.rows - 1u)) * params.in4].x;
  }
}
fn load_input8(row: u32, r: u32, k8: u32, inside: bool) -> Eight {
  let gamma = Eight(norm[2u * k8], norm[2u * k8 + 1u]);
  if (r == THREAD_ROWS) { return masked8(gamma, inside); }
  if (r > THREAD_ROWS) {
    let beta = params.in4 + 2u * k8;
    return masked8(Eight(norm[beta], norm[beta + 1u]), inside);
  }
  let index = (params.first_row + row) * params.in4 + 2u * k8;
  let v = masked8(Eight(x[index] - pivots[r], x[index + 1u] - pivots[r]), inside);
  squares[r] = dot8(v, v, squares[r]);
  totals[r] += sum8(v);
  return scale8(v, gamma);
}
fn finish_input(at: Invocation) {
  for (var r = 0u; r < THREAD_ROWS; r++) { lane_values[r] = vec4f(totals[r], squares[r], 0.0, 0.0); }
  lane_sums(at);
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let all = lane_values[r].xy * (1.0 / f32(params.in_dim));
    means[r] = all.x;
    scales[r] = inverseSqrt(max(fma(-all.x, all.x, all.y), 0.0) + params.eps);
  }
}
fn normed_sum(r: u32) -> vec4f {
  return fma(vec4f(scales[r]), fma(vec4f(-means[r]), sums[THREAD_ROWS], sums[r]), sums[THREAD_ROWS + 1u]);
}
fn normed_up(r: u32) -> vec4f {
  return fma(vec4f(scales[r]), fma(vec4f(-means[r]), up_sums[THREAD_ROWS], up_sums[r]), up_sums[THREAD_ROWS + 1u]);
}
