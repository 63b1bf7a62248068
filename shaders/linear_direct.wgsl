// y = epilogue(x · Wᵀ) for many rows without shared memory and without a barrier: for adapters that run on a CPU.
// x: [rows, in4] of vec4   W: [outputs padded to 4, in4] of vec4 (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// One invocation makes THREAD_ROWS rows by eight neighbouring rows of W (GATED: four outputs) in registers, as products of
// 4 × 4 matrices (lib/direct_rows_*.wgsl). A software adapter runs four invocations as the lanes of one SIMD register;
// a load or store through an index that it does not know when compiling is done lane by lane, some 40 cycles for four
// floats, where four multiply-adds take a few: hence large tiles, sums under names and not in an array, and rows of x
// that a quad shares (lib/four_rows*.wgsl). It also switches between invocations at each barrier, which costs more than
// shared memory saves. Workgroups side by side make other rows of the same outputs: W comes from memory once.
override WORKGROUP_SIZE: u32 = 8u;

// Rows of W that an invocation multiplies by: two groups of four.
struct Eight { index: u32, first: u32, second: u32 }

// Four rows of W from `row` on at k4, as the rows of a matrix: times columns of x it gives columns of sums.
fn load_columns4(row: u32, k4: u32) -> mat4x4f {
  return transpose(mat4x4f(
    load_weight4(row, k4),
    load_weight4(row + 1u, k4),
    load_weight4(row + 2u, k4),
    load_weight4(row + 3u, k4)));
}

fn finish_column(row: u32, w: Eight, a: vec4f, b: vec4f) {
  if (row >= params.rows) { return; }
  if (GATED) {
    if (w.index < params.columns4) { finish4(row, w.index, a, b); }
  } else {
    let column4 = 2u * w.index;
    if (column4 < params.columns4) { finish4(row, column4, a, vec4f()); }
    if (column4 + 1u < params.columns4) { finish4(row, column4 + 1u, b, vec4f()); }
  }
}

// Four rows of the output from `rows` on.
fn finish_rows(rows: u32, w: Eight, a: mat4x4f, b: mat4x4f, at: Invocation) {
  finish_column(rows + row_of_column(0u, at), w, a[0], b[0]);
  finish_column(rows + row_of_column(1u, at), w, a[1], b[1]);
  finish_column(rows + row_of_column(2u, at), w, a[2], b[2]);
  finish_column(rows + row_of_column(3u, at), w, a[3], b[3]);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  // None may leave early: quads hand rows round. Those past the end multiply by the last rows of W.
  let index = at.group.y * WORKGROUP_SIZE + at.lane;
  let groups = select(params.columns4, 2u * params.columns4, GATED);
  let first = min(2u * index, groups - 1u) * 4u;
  let second = min(2u * index + 1u, groups - 1u) * 4u;
  make_rows(at.group.x * THREAD_ROWS, Eight(index, first, second), at);
}
