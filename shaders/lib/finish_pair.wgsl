// Eight neighbouring rows of W that an invocation of a tiled kernel has made for one row of x: two vec4 outputs, or a gated one.
fn finish_pair(row: u32, first_column: u32, thread_column: u32, low: vec4f, high: vec4f) {
  if (row >= params.rows) { return; }
  if (GATED) {
    let column4 = first_column / 8u + thread_column;
    if (column4 < params.columns4) { finish4(row, column4, low, high); }
  } else {
    let column4 = first_column / 4u + thread_column * 2u;
    if (column4 < params.columns4) { finish4(row, column4, low, vec4f()); }
    if (column4 + 1u < params.columns4) { finish4(row, column4 + 1u, high, vec4f()); }
  }
}
