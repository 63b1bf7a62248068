// Input of a wide product as it is, f16, read 128 bits at once: x [rows, in8] of vec4<u32>. No norm: `norm` is bound but never read.
const INPUT_ROWS = THREAD_ROWS;
@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
fn begin_input(lane: u32, first_row: u32, row4: u32) {}
fn statistics_span() -> u32 { return 0u; }
fn load_input8(row: u32, r: u32, k8: u32, inside: bool) -> Eight {
  let raw = select(vec4u(), x[(first_x_row() + row) * (in4() / 2u) + k8], inside);
  return Eight(
    vec4f(unpack2x16float(raw.x), unpack2x16float(raw.y)),
    vec4f(unpack2x16float(raw.z), unpack2x16float(raw.w)));
}
fn finish_input() {}
fn normed_sum(r: u32, sum: vec4f) -> vec4f { return sum; }
fn normed_up(r: u32, sum: vec4f) -> vec4f { return sum; }
