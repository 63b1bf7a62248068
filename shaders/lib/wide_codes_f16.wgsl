// What wide_codes.wgsl quantises: x as it is, f16 [rows, in8] of vec4<u32>. No norm: `norm` is bound but never read.
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<private> begins: u32;  // the row in x
fn widened(a: u32, b: u32) -> vec4f { return vec4f(unpack2x16float(a), unpack2x16float(b)); }
fn statistics_span() -> u32 { return 0u; }
fn begin_input(lane: u32, first_row: u32, row4: u32) { stage_codes(lane, first_row); }
fn begin_row(lane: u32, r: u32, first_row: u32) { begins = (first_x_row() + row_of(first_row + r)) * (in4() / 2u); }
fn load_half(r: u32, half: u32, inside: bool) -> Half {
  let low = x[begins + 2u * half];
  let high = x[begins + 2u * half + 1u];
  return Half(widened(low.x, low.y), widened(low.z, low.w), widened(high.x, high.y), widened(high.z, high.w));
}
fn finish_input() {}
fn normed_sum(r: u32, sum: vec4f) -> vec4f { return sum; }
fn normed_up(r: u32, sum: vec4f) -> vec4f { return sum; }
