// Eight rows of the output in an invocation's registers.
const THREAD_ROWS = 8u;

fn make_rows(rows: u32, w: Eight, at: Invocation) {
  var a0 = mat4x4f(); var b0 = mat4x4f();
  var a1 = mat4x4f(); var b1 = mat4x4f();
  for (var k4 = 0u; k4 < params.in4; k4++) {
    let a = load_columns4(w.first, k4);
    let b = load_columns4(w.second, k4);
    let x0 = load_rows4(rows, k4, at);
    a0 += a * x0; b0 += b * x0;
    let x1 = load_rows4(rows + 4u, k4, at);
    a1 += a * x1; b1 += b * x1;
  }
  finish_rows(rows, w, a0, b0, at);
  finish_rows(rows + 4u, w, a1, b1, at);
}
