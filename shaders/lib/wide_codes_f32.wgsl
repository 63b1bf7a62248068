// What wide_codes.wgsl quantises: x as it is, f32 [rows, in4] of vec4. No norm: `norm` is bound but never read.
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> begins: u32;  // the row in x
fn statistics_span() -> u32 { return 0u; }
fn begin_input(lane: u32, first_row: u32, row4: u32) { stage_codes(lane, first_row); }
fn begin_row(lane: u32, r: u32, first_row: u32) { begins = (first_x_row() + row_of(first_row + r)) * in4(); }
fn load_half(r: u32, half: u32, inside: bool) -> Half {
  let first = begins + 4u * half;
  return Half(x[first], x[first + 1u], x[first + 2u], x[first + 3u]);
}
fn finish_input() {}
fn normed_sum(r: u32, sum: vec4f) -> vec4f { return sum; }
fn normed_up(r: u32, sum: vec4f) -> vec4f { return sum; }
