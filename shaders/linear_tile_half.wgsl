// y = epilogue(x · Wᵀ) for many rows, tiled, with products in packed f16: runs of 8·RUN8 multiply-adds are summed in
// f16 pairs and then added to f32 sums. Twice the arithmetic of f32 where a GPU works on pairs of halves, at the price of
// some 2^-11 of a run's own size in each run; a run overflows only where so few products reach 65,504. in4 is even.
// x: [rows, in8] of 8 halves   W: [outputs padded to 4, in8] of 8 halves (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// Layout and prefetch as in linear_tile.wgsl. A pair holds an even and an odd k, so that nothing is transposed.
enable f16;
const WORKGROUP_SIZE = ROW_THREADS * COLUMN_THREADS;
const TILE_ROWS = THREAD_ROWS * ROW_THREADS;
const TILE_COLUMNS = 8u * COLUMN_THREADS;
const DEPTH8 = DEPTH4 / 2u;  // a k tile, in units of 8 halves
const PITCH = DEPTH8 + 1u;
const INPUT_LOADS = (TILE_ROWS * DEPTH8 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const WEIGHT_LOADS = (TILE_COLUMNS * DEPTH8 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;

var<workgroup> input_tile: array<vec4u, TILE_ROWS * PITCH>;
var<workgroup> weight_tile: array<vec4u, TILE_COLUMNS * PITCH>;

fn next_input_half8(index: u32, start8: u32, first_row: u32, in8: u32) -> vec4u {
  let k8 = start8 + index % DEPTH8;
  return select(vec4u(), load_input_half8(min(first_row + index / DEPTH8, params.rows - 1u), min(k8, in8 - 1u)), k8 < in8);
}
fn next_weight_half8(index: u32, start8: u32, first_column: u32, weight_rows: u32, in8: u32) -> vec4u {
  let k8 = start8 + index % DEPTH8;
  return select(vec4u(), load_weight_half8(min(first_column + index / DEPTH8, weight_rows - 1u), min(k8, in8 - 1u)), k8 < in8);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * TILE_ROWS;
  let first_column = at.group.x * TILE_COLUMNS;  // in rows of W
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  let thread_column = at.lane % COLUMN_THREADS;
  let thread_row = at.lane / COLUMN_THREADS;
  let in8 = params.in4 / 2u;
  var next_input: array<vec4u, INPUT_LOADS>;
  var next_weight: array<vec4u, WEIGHT_LOADS>;
  for (var i = 0u; i < INPUT_LOADS; i++) { next_input[i] = next_input_half8(at.lane + i * WORKGROUP_SIZE, 0u, first_row, in8); }
  for (var i = 0u; i < WEIGHT_LOADS; i++) { next_weight[i] = next_weight_half8(at.lane + i * WORKGROUP_SIZE, 0u, first_column, weight_rows, in8); }
  var sums: array<f32, THREAD_ROWS * 8u>;
  for (var start = 0u; start < in8; start += DEPTH8) {
    for (var i = 0u; i < INPUT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      if (index < TILE_ROWS * DEPTH8) { input_tile[(index / DEPTH8) * PITCH + index % DEPTH8] = next_input[i]; }
    }
    for (var i = 0u; i < WEIGHT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      let column = index / DEPTH8;
      if (index < TILE_COLUMNS * DEPTH8) { weight_tile[((column % 8u) * COLUMN_THREADS + column / 8u) * PITCH + index % DEPTH8] = next_weight[i]; }
    }
    workgroupBarrier();
    for (var i = 0u; i < INPUT_LOADS; i++) { next_input[i] = next_input_half8(at.lane + i * WORKGROUP_SIZE, start + DEPTH8, first_row, in8); }
    for (var i = 0u; i < WEIGHT_LOADS; i++) { next_weight[i] = next_weight_half8(at.lane + i * WORKGROUP_SIZE, start + DEPTH8, first_column, weight_rows, in8); }
    for (var k = 0u; k < DEPTH8; k += RUN8) {
      var w: array<vec4u, 8u * RUN8>;
      for (var c = 0u; c < 8u; c++) {
        for (var j = 0u; j < RUN8; j++) { w[c * RUN8 + j] = weight_tile[(c * COLUMN_THREADS + thread_column) * PITCH + k + j]; }
      }
      for (var r = 0u; r < THREAD_ROWS; r++) {
        var v: array<vec4u, RUN8>;
        for (var j = 0u; j < RUN8; j++) { v[j] = input_tile[(r * ROW_THREADS + thread_row) * PITCH + k + j]; }
        for (var c = 0u; c < 8u; c++) {
          var run = vec2<f16>();
          for (var j = 0u; j < RUN8; j++) {
            run += bitcast<vec2<f16>>(v[j].x) * bitcast<vec2<f16>>(w[c * RUN8 + j].x);
            run += bitcast<vec2<f16>>(v[j].y) * bitcast<vec2<f16>>(w[c * RUN8 + j].y);
            run += bitcast<vec2<f16>>(v[j].z) * bitcast<vec2<f16>>(w[c * RUN8 + j].z);
            run += bitcast<vec2<f16>>(v[j].w) * bitcast<vec2<f16>>(w[c * RUN8 + j].w);
          }
          sums[r * 8u + c] += f32(run.x) + f32(run.y);
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
