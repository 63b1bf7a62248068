// Input of a wide product through LayerNorm in one pass: with p near the mean m,
//   Σ w·(gamma·(x - m)·s + beta) = s·(Σ w·gamma·(x - p) - (m - p)·Σ w·gamma) + Σ w·beta.
// The lanes that share an output see all of x anyway and gather its sums on the way, so that no barrier comes before the
// first product. p is the row's first element: without it a large mean would take all digits of the variance.
// x: f32 [rows, in4] of vec4, in_dim a multiple of 8   norm: gamma [in4], then beta [in4]
const STREAMED = 2u;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> pivots: array<f32, THREAD_ROWS>;
var<private> totals: array<f32, THREAD_ROWS>;
var<private> squares: array<f32, THREAD_ROWS>;

fn begin_input(first_row: u32, at: Invocation) {
  for (var r = 0u; r < THREAD_ROWS; r++) {
    pivots[r] = x[(params.first_row + min(first_row + r, params.rows - 1u)) * params.in4].x;
  }
}
fn load_input8(row: u32, local_row: u32, k8: u32) -> Eight {
  let index = (params.first_row + row) * params.in4 + 2u * k8;
  let v = Eight(x[index] - pivots[local_row], x[index + 1u] - pivots[local_row]);
  squares[local_row] = dot8(v, v, squares[local_row]);
  let pair = v.low + v.high;
  totals[local_row] += (pair.x + pair.y) + (pair.z + pair.w);
  return v;
}
fn load_gamma8(k8: u32) -> Eight { return Eight(norm[2u * k8], norm[2u * k8 + 1u]); }
fn load_beta8(k8: u32) -> Eight { return Eight(norm[params.in4 + 2u * k8], norm[params.in4 + 2u * k8 + 1u]); }
fn finish_streamed(r: u32, sum: vec4f, gammas: vec4f, betas: vec4f, at: Invocation) -> vec4f {
  let all = lane_sum(vec4f(totals[r], squares[r], 0.0, 0.0), at) / f32(params.in_dim);
  let variance = max(all.y - all.x * all.x, 0.0);
  return (sum - all.x * gammas) * inverseSqrt(variance + params.eps) + betas;
}
