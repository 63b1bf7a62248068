// What wide_codes.wgsl quantises: a normed input but for what one pass does not know, (x - pivot) · gamma. Sums for the statistics
// are taken on the way, over the workgroup. Which norm: wide_layer_norm.wgsl, wide_rms_norm.wgsl.
var<private> begins: u32;  // the row in x
var<private> pivot: f32;
fn statistics_span() -> u32 { return WORKGROUP_SIZE; }
fn begin_rows(lane: u32, first_row: u32) { stage_codes(lane, first_row); }
fn begin_row(lane: u32, r: u32, first_row: u32) {
  begins = (first_x_row() + row_of(first_row + r)) * in4();
  pivot = pivot_of(begins, lane);
}
fn load_half(r: u32, half: u32, inside: bool) -> Half {
  let k4 = 4u * half;
  let first = begins + k4;
  let v = Half(x[first] - pivot, x[first + 1u] - pivot, x[first + 2u] - pivot, x[first + 3u] - pivot);
  if (inside) {
    let total = (v.a + v.b) + (v.c + v.d);
    let square = fma(v.a, v.a, fma(v.b, v.b, fma(v.c, v.c, v.d * v.d)));
    statistics[r] += vec2f((total.x + total.y) + (total.z + total.w), (square.x + square.y) + (square.z + square.w));
  }
  return Half(v.a * norm[k4], v.b * norm[k4 + 1u], v.c * norm[k4 + 2u], v.d * norm[k4 + 3u]);
}
