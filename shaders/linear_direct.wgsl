// y = epilogue(x · Wᵀ) for many rows without shared memory and without a barrier: for adapters that run on a CPU.
// x: [rows, in4] of vec4   W: [outputs padded to 4, in4] of vec4 (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// One invocation makes THREAD_ROWS rows by four neighbouring outputs (GATED: eight rows of W) in registers; a workgroup
// goes along the outputs. A software adapter switches between invocations at each barrier, which costs more than the
// tile saves, and its caches already hold what a GPU keeps in shared memory.
override WORKGROUP_SIZE: u32 = 32u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * THREAD_ROWS;
  let column4 = at.group.x * WORKGROUP_SIZE + at.lane;
  if (column4 >= params.columns4) { return; }
  let first = column4 * select(4u, 8u, GATED);
  var sums: array<vec4f, THREAD_ROWS>;
  var ups: array<vec4f, THREAD_ROWS>;
  for (var k4 = 0u; k4 < params.in4; k4++) {
    let w0 = load_weight4(first, k4);
    let w1 = load_weight4(first + 1u, k4);
    let w2 = load_weight4(first + 2u, k4);
    let w3 = load_weight4(first + 3u, k4);
    for (var r = 0u; r < THREAD_ROWS; r++) {
      let v = load_input4(min(first_row + r, params.rows - 1u), 0u, k4);
      sums[r] += vec4f(dot(v, w0), dot(v, w1), dot(v, w2), dot(v, w3));
    }
    if (GATED) {
      let u0 = load_weight4(first + 4u, k4);
      let u1 = load_weight4(first + 5u, k4);
      let u2 = load_weight4(first + 6u, k4);
      let u3 = load_weight4(first + 7u, k4);
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let v = load_input4(min(first_row + r, params.rows - 1u), 0u, k4);
        ups[r] += vec4f(dot(v, u0), dot(v, u1), dot(v, u2), dot(v, u3));
      }
    }
  }
  for (var r = 0u; r < THREAD_ROWS; r++) {
    if (first_row + r < params.rows) { finish4(first_row + r, column4, sums[r], ups[r]); }
  }
}
