// A normed input of a wide product from memory. The lanes that share an output see all of x anyway and gather its statistics on
// the way, so that no barrier comes before the first product. Which norm: wide_layer_norm.wgsl, wide_rms_norm.wgsl.
var<private> pivots: array<f32, THREAD_ROWS>;
fn statistics_span() -> u32 { return LANES; }
fn begin_rows(lane: u32, first_row: u32) {
  for (var r = 0u; r < THREAD_ROWS; r++) { pivots[r] = pivot_of((first_x_row() + row_of(first_row + r)) * in4(), lane); }
}
fn load_input8(row: u32, r: u32, k8: u32, inside: bool) -> Eight {
  let gamma = Eight(norm[2u * k8], norm[2u * k8 + 1u]);
  let index = (first_x_row() + row) * in4() + 2u * k8;
  let v = masked8(Eight(x[index] - pivots[r], x[index + 1u] - pivots[r]), inside);
  statistics[r] = vec2f(statistics[r].x + sum8(v), dot8(v, v, statistics[r].y));
  return scale8(v, gamma);
}
