// Sixteen rows of the output in an invocation's registers; two steps along k at a time read and write the sums half as often.
const THREAD_ROWS = 16u;

fn make_rows(rows: u32, w: Eight, at: Invocation) {
  var a0 = mat4x4f(); var b0 = mat4x4f();
  var a1 = mat4x4f(); var b1 = mat4x4f();
  var a2 = mat4x4f(); var b2 = mat4x4f();
  var a3 = mat4x4f(); var b3 = mat4x4f();
  for (var k4 = 0u; k4 < params.in4; k4 += 2u) {
    // Past the end: the last step again, times zero.
    let next = min(k4 + 1u, params.in4 - 1u);
    let has_next = f32(k4 + 1u < params.in4);
    let a = load_columns4(w.first, k4);
    let b = load_columns4(w.second, k4);
    let c = load_columns4(w.first, next);
    let d = load_columns4(w.second, next);
    let x0 = load_rows4(rows, k4, at);
    let y0 = load_rows4(rows, next, at) * has_next;
    a0 += a * x0 + c * y0; b0 += b * x0 + d * y0;
    let x1 = load_rows4(rows + 4u, k4, at);
    let y1 = load_rows4(rows + 4u, next, at) * has_next;
    a1 += a * x1 + c * y1; b1 += b * x1 + d * y1;
    let x2 = load_rows4(rows + 8u, k4, at);
    let y2 = load_rows4(rows + 8u, next, at) * has_next;
    a2 += a * x2 + c * y2; b2 += b * x2 + d * y2;
    let x3 = load_rows4(rows + 12u, k4, at);
    let y3 = load_rows4(rows + 12u, next, at) * has_next;
    a3 += a * x3 + c * y3; b3 += b * x3 + d * y3;
  }
  finish_rows(rows, w, a0, b0, at);
  finish_rows(rows + 4u, w, a1, b1, at);
  finish_rows(rows + 8u, w, a2, b2, at);
  finish_rows(rows + 12u, w, a3, b3, at);
}
