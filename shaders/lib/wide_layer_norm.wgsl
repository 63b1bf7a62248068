// What a LayerNorm in one pass adds to the sums of a wide product: with p near the mean m,
//   Σ w·(gamma·(x - m)·s + beta) = s·(Σ w·gamma·(x - p) - (m - p)·Σ w·gamma) + Σ w·beta.
// What hangs on W alone, Σ w·gamma and Σ w·beta of each of its rows, is made once (norm_sums.wgsl).
// p, without which a large mean would take all digits of the variance, comes from wide_pivot_*.wgsl.
// x: f32 [rows, in4] of vec4, in_dim a multiple of 8   norm: gamma [in4], beta [in4], then for each four rows of W two vec4s,
// Σ w·gamma and Σ w·beta
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> means: array<f32, THREAD_ROWS>;  // less the pivot
var<private> scales: array<f32, THREAD_ROWS>;
var<private> gamma_sums: vec4f;
var<private> beta_sums: vec4f;
var<private> up_gamma_sums: vec4f;
var<private> up_beta_sums: vec4f;

fn begin_input(lane: u32, first_row: u32, row4: u32) {
  let first = 2u * (in4() + row4);
  gamma_sums = norm[first];
  beta_sums = norm[first + 1u];
  if (GATED) {
    up_gamma_sums = norm[first + 2u];
    up_beta_sums = norm[first + 3u];
  }
  begin_rows(lane, first_row);
}
// `statistics`: sums of x - p and of its squares.
fn finish_input() {
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let all = statistics[r] * (1.0 / f32(params.in_dim));
    means[r] = all.x;
    scales[r] = inverseSqrt(max(fma(-all.x, all.x, all.y), 0.0) + params.eps);
  }
}
fn normed_sum(r: u32, sum: vec4f) -> vec4f {
  return fma(vec4f(scales[r]), fma(vec4f(-means[r]), gamma_sums, sum), beta_sums);
}
fn normed_up(r: u32, sum: vec4f) -> vec4f {
  return fma(vec4f(scales[r]), fma(vec4f(-means[r]), up_gamma_sums, sum), up_beta_sums);
}
