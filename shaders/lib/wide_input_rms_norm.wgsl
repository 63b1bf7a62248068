// Input of a wide product through RMSNorm in one pass: Σ w·gamma·x / sqrt(mean(x²) + eps). The lanes that share an output
// see all of x anyway and gather its squares on the way, so that no barrier comes before the first product.
// x: f32 [rows, in4] of vec4   norm: gamma [in4]
const STREAMED = 1u;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> squares: array<f32, THREAD_ROWS>;

fn begin_input(first_row: u32, at: Invocation) {}
fn load_input8(row: u32, local_row: u32, k8: u32) -> Eight {
  let index = (params.first_row + row) * params.in4 + 2u * k8;
  let v = Eight(x[index], x[index + 1u]);
  squares[local_row] = dot8(v, v, squares[local_row]);
  return v;
}
fn load_gamma8(k8: u32) -> Eight { return Eight(norm[2u * k8], norm[2u * k8 + 1u]); }
fn load_beta8(k8: u32) -> Eight { return Eight(); }
fn finish_streamed(r: u32, sum: vec4f, gammas: vec4f, betas: vec4f, at: Invocation) -> vec4f {
  let all = lane_sum(vec4f(squares[r], 0.0, 0.0, 0.0), at).x;
  return sum * inverseSqrt(all / f32(params.in_dim) + params.eps);
}
