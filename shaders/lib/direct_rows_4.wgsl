// Four rows of the output in an invocation's registers.
const THREAD_ROWS = 4u;

fn make_rows(rows: u32, w: Eight, at: Invocation) {
  var a0 = mat4x4f();
  var b0 = mat4x4f();
  for (var k4 = 0u; k4 < params.in4; k4++) {
    let x0 = load_rows4(rows, k4, at);
    a0 += load_columns4(w.first, k4) * x0;
    b0 += load_columns4(w.second, k4) * x0;
  }
  finish_rows(rows, w, a0, b0, at);
}
