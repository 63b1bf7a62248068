// Input of a wide product as it is, f32: x [rows, in4] of vec4. No norm: `norm` is bound but never read.
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
fn begin_input(lane: u32, first_row: u32, row4: u32) {}
fn statistics_span() -> u32 { return 0u; }
fn load_input8(row: u32, r: u32, k8: u32, inside: bool) -> Eight {
  let index = (first_x_row() + row) * in4() + 2u * k8;
  return masked8(Eight(x[index], x[index + 1u]), inside);
}
fn finish_input() {}
fn normed_sum(r: u32, sum: vec4f) -> vec4f { return sum; }
fn normed_up(r: u32, sum: vec4f) -> vec4f { return sum; }
