// What an RMSNorm in one pass makes of the sums of a wide product: Σ w·gamma·x / sqrt(mean(x²) + eps).
// x: f32 [rows, in4] of vec4   norm: gamma [in4]
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> scales: array<f32, THREAD_ROWS>;

fn pivot_of(row: u32, lane: u32) -> f32 { return 0.0; }
fn begin_input(lane: u32, first_row: u32, row4: u32) { begin_rows(lane, first_row); }
fn finish_input() {
  for (var r = 0u; r < THREAD_ROWS; r++) { scales[r] = inverseSqrt(fma(statistics[r].y, 1.0 / f32(params.in_dim), params.eps)); }
}
fn normed_sum(r: u32, sum: vec4f) -> vec4f { return sum * scales[r]; }
fn normed_up(r: u32, sum: vec4f) -> vec4f { return sum * scales[r]; }
