// y = epilogue(x · Wᵀ) for many rows, tiled, for GPUs: all sums in f32.
// x: [rows, in4] of vec4   W: [outputs padded to 4, in4] of vec4 (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// ROW_THREADS × COLUMN_THREADS invocations make a tile of THREAD_ROWS·ROW_THREADS rows by 8·COLUMN_THREADS rows of W; each
// makes THREAD_ROWS × 8 sums in registers. Both tiles keep k in vec4s, so nothing is transposed and every load is 128
// bits; a row of a tile is padded by one vec4 against bank conflicts. The next tiles are loaded into registers while the
// present ones are multiplied. Multiply-adds are written out: dot() costs a fifth instruction for four of them.
// After siboehm's SGEMM and dlight.
const WORKGROUP_SIZE = ROW_THREADS * COLUMN_THREADS;
const TILE_ROWS = THREAD_ROWS * ROW_THREADS;
const TILE_COLUMNS = 8u * COLUMN_THREADS;
const PITCH = DEPTH4 + 1u;
const INPUT_LOADS = (TILE_ROWS * DEPTH4 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const WEIGHT_LOADS = (TILE_COLUMNS * DEPTH4 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;

var<workgroup> input_tile: array<vec4f, TILE_ROWS * PITCH>;
var<workgroup> weight_tile: array<vec4f, TILE_COLUMNS * PITCH>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * TILE_ROWS;
  let first_column = at.group.x * TILE_COLUMNS;  // in rows of W
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  let thread_column = at.lane % COLUMN_THREADS;
  let thread_row = at.lane / COLUMN_THREADS;
  var next_input: array<vec4f, INPUT_LOADS>;
  var next_weight: array<vec4f, WEIGHT_LOADS>;
  for (var i = 0u; i < INPUT_LOADS; i++) {
    let index = at.lane + i * WORKGROUP_SIZE;
    let k4 = index % DEPTH4;
    next_input[i] = select(vec4f(), load_input4(min(first_row + index / DEPTH4, params.rows - 1u), 0u, min(k4, params.in4 - 1u)), k4 < params.in4);
  }
  for (var i = 0u; i < WEIGHT_LOADS; i++) {
    let index = at.lane + i * WORKGROUP_SIZE;
    let k4 = index % DEPTH4;
    next_weight[i] = select(vec4f(), load_weight4(min(first_column + index / DEPTH4, weight_rows - 1u), min(k4, params.in4 - 1u)), k4 < params.in4);
  }
  var sums: array<f32, THREAD_ROWS * 8u>;
  for (var start = 0u; start < params.in4; start += DEPTH4) {
    for (var i = 0u; i < INPUT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      if (index < TILE_ROWS * DEPTH4) { input_tile[(index / DEPTH4) * PITCH + index % DEPTH4] = next_input[i]; }
    }
    for (var i = 0u; i < WEIGHT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      let column = index / DEPTH4;
      // Rows of W are dealt out by row % 8, so that neighbouring invocations read neighbouring rows of the tile.
      if (index < TILE_COLUMNS * DEPTH4) { weight_tile[((column % 8u) * COLUMN_THREADS + column / 8u) * PITCH + index % DEPTH4] = next_weight[i]; }
    }
    workgroupBarrier();
    for (var i = 0u; i < INPUT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      let k4 = start + DEPTH4 + index % DEPTH4;
      next_input[i] = select(vec4f(), load_input4(min(first_row + index / DEPTH4, params.rows - 1u), 0u, min(k4, params.in4 - 1u)), k4 < params.in4);
    }
    for (var i = 0u; i < WEIGHT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      let k4 = start + DEPTH4 + index % DEPTH4;
      next_weight[i] = select(vec4f(), load_weight4(min(first_column + index / DEPTH4, weight_rows - 1u), min(k4, params.in4 - 1u)), k4 < params.in4);
    }
    for (var k = 0u; k < DEPTH4; k++) {
      var w: array<vec4f, 8>;
      for (var c = 0u; c < 8u; c++) { w[c] = weight_tile[(c * COLUMN_THREADS + thread_column) * PITCH + k]; }
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let v = input_tile[(r * ROW_THREADS + thread_row) * PITCH + k];
        for (var c = 0u; c < 8u; c++) {
          var sum = sums[r * 8u + c] + v.x * w[c].x;
          sum += v.y * w[c].y;
          sum += v.z * w[c].z;
          sums[r * 8u + c] = sum + v.w * w[c].w;
        }
      }
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let row = first_row + r * ROW_THREADS + thread_row;
    let low = vec4f(sums[r * 8u], sums[r * 8u + 1u], sums[r * 8u + 2u], sums[r * 8u + 3u]);
    let high = vec4f(sums[r * 8u + 4u], sums[r * 8u + 5u], sums[r * 8u + 6u], sums[r * 8u + 7u]);
    finish_pair(row, first_column, thread_column, low, high);
  }
}
