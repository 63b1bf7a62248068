// 32 rows of the output in an invocation's registers: too many to take two steps along k at a time, as fewer do.
const THREAD_ROWS = 32u;

fn make_rows(rows: u32, w: Eight, at: Invocation) {
  var a0 = mat4x4f(); var b0 = mat4x4f();
  var a1 = mat4x4f(); var b1 = mat4x4f();
  var a2 = mat4x4f(); var b2 = mat4x4f();
  var a3 = mat4x4f(); var b3 = mat4x4f();
  var a4 = mat4x4f(); var b4 = mat4x4f();
  var a5 = mat4x4f(); var b5 = mat4x4f();
  var a6 = mat4x4f(); var b6 = mat4x4f();
  var a7 = mat4x4f(); var b7 = mat4x4f();
  for (var k4 = 0u; k4 < params.in4; k4++) {
    let a = load_columns4(w.first, k4);
    let b = load_columns4(w.second, k4);
    let x0 = load_rows4(rows, k4, at);
    a0 += a * x0; b0 += b * x0;
    let x1 = load_rows4(rows + 4u, k4, at);
    a1 += a * x1; b1 += b * x1;
    let x2 = load_rows4(rows + 8u, k4, at);
    a2 += a * x2; b2 += b * x2;
    let x3 = load_rows4(rows + 12u, k4, at);
    a3 += a * x3; b3 += b * x3;
    let x4 = load_rows4(rows + 16u, k4, at);
    a4 += a * x4; b4 += b * x4;
    let x5 = load_rows4(rows + 20u, k4, at);
    a5 += a * x5; b5 += b * x5;
    let x6 = load_rows4(rows + 24u, k4, at);
    a6 += a * x6; b6 += b * x6;
    let x7 = load_rows4(rows + 28u, k4, at);
    a7 += a * x7; b7 += b * x7;
  }
  finish_rows(rows, w, a0, b0, at);
  finish_rows(rows + 4u, w, a1, b1, at);
  finish_rows(rows + 8u, w, a2, b2, at);
  finish_rows(rows + 12u, w, a3, b3, at);
  finish_rows(rows + 16u, w, a4, b4, at);
  finish_rows(rows + 20u, w, a5, b5, at);
  finish_rows(rows + 24u, w, a6, b6, at);
  finish_rows(rows + 28u, w, a7, b7, at);
}
