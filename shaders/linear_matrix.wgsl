// y = epilogue(input(x) · Wᵀ) for many rows, tiled.
// x: [rows, in4] of vec4   W: [outputs padded to 4, in4] of vec4 (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// 64 invocations as 8 × 8 make a tile of TILE_ROWS = 8·THREAD_ROWS rows by 64 rows of W; each makes THREAD_ROWS × 8 sums
// in registers. Both tiles keep k in vec4s, so nothing is transposed and every load, from memory and from shared, is
// 128 bits; dot() does the inner product. A row of a tile is padded to 5 vec4s, and W's rows are dealt out by
// row % 8, so that neighbouring invocations read different banks. Tile shape after dlight's and siboehm's SGEMM.
override WORKGROUP_SIZE: u32 = 64u;
override ROWS_PER_GROUP: u32 = 64u;  // = TILE_ROWS
const TILE_ROWS = 8u * THREAD_ROWS;
const TILE_COLUMNS = 64u;
const DEPTH4 = 4u;  // vec4s of k in a tile
const PITCH = DEPTH4 + 1u;

var<workgroup> input_tile: array<vec4f, TILE_ROWS * PITCH>;
var<workgroup> weight_tile: array<vec4f, TILE_COLUMNS * PITCH>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * TILE_ROWS;
  let first_column = at.group.x * TILE_COLUMNS;  // in rows of W
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  prepare_input(first_row, at);
  let thread_column = at.lane % 8u;
  let thread_row = at.lane / 8u;
  var sums: array<f32, THREAD_ROWS * 8u>;
  for (var start = 0u; start < params.in4; start += DEPTH4) {
    for (var i = at.lane; i < TILE_ROWS * DEPTH4; i += WORKGROUP_SIZE) {
      let local_row = i / DEPTH4;
      let k4 = start + i % DEPTH4;
      let row = min(first_row + local_row, params.rows - 1u);
      var v = vec4f();
      if (k4 < params.in4) { v = load_input4(row, local_row, k4); }
      input_tile[local_row * PITCH + i % DEPTH4] = v;
    }
    for (var i = at.lane; i < TILE_COLUMNS * DEPTH4; i += WORKGROUP_SIZE) {
      let column = i / DEPTH4;
      let k4 = start + i % DEPTH4;
      var w = vec4f();
      if (k4 < params.in4) { w = load_weight4(min(first_column + column, weight_rows - 1u), k4); }
      weight_tile[((column % 8u) * 8u + column / 8u) * PITCH + i % DEPTH4] = w;
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH4; k++) {
      var w: array<vec4f, 8>;
      for (var c = 0u; c < 8u; c++) { w[c] = weight_tile[(c * 8u + thread_column) * PITCH + k]; }
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let v = input_tile[(r * 8u + thread_row) * PITCH + k];
        for (var c = 0u; c < 8u; c++) { sums[r * 8u + c] += dot(v, w[c]); }
      }
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let row = first_row + r * 8u + thread_row;
    if (row >= params.rows) { continue; }
    let low = vec4f(sums[r * 8u], sums[r * 8u + 1u], sums[r * 8u + 2u], sums[r * 8u + 3u]);
    let high = vec4f(sums[r * 8u + 4u], sums[r * 8u + 5u], sums[r * 8u + 6u], sums[r * 8u + 7u]);
    if (GATED) {
      let column4 = first_column / 8u + thread_column;
      if (column4 < params.columns4) { finish4(row, column4, low, high); }
    } else {
      let column4 = first_column / 4u + thread_column * 2u;
      if (column4 < params.columns4) { finish4(row, column4, low, vec4f()); }
      if (column4 + 1u < params.columns4) { finish4(row, column4 + 1u, high, vec4f()); }
    }
  }
}
