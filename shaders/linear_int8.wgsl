// y = epilogue(x · Wᵀ) for many rows, with x in int8 (quantize_rows.wgsl) and W in int8 or int4: integer products, tiled.
//   y[r, o] = epilogue(Σ over groups of  w_step · (x_step · Σ x_code · w_code - w_zero · x_step · Σ x_code))
// x: [rows, groups, 2] of vec4<u32>   scales: [rows, groups] of (step, step · Σ codes)   W: layout in src/kernels/weight.ts
// y: [rows, out4] of vec4. dot4I8Packed makes four products in one instruction; sums over a group are exact.
// 64 invocations as 8 × 8 make a tile of TILE_ROWS = 8·THREAD_ROWS rows by 64 rows of W; each makes THREAD_ROWS × 8 sums
// in registers, over DEPTH groups at a time. The tiles' halves lie apart, and W's rows are dealt out by row % 8, so that
// neighbouring invocations read neighbouring vec4s. After onnxruntime's dp4a_matmul, whose scales are per 128.
override WORKGROUP_SIZE: u32 = 64u;
const TILE_ROWS = 8u * THREAD_ROWS;
const TILE_COLUMNS = 64u;
override DEPTH: u32 = 2u;  // groups of k in a tile

@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<vec2<f32>>;

var<workgroup> input_low: array<vec4u, DEPTH * TILE_ROWS>;
var<workgroup> input_high: array<vec4u, DEPTH * TILE_ROWS>;
var<workgroup> input_scales: array<vec2f, DEPTH * TILE_ROWS>;
var<workgroup> weight_low: array<vec4u, DEPTH * TILE_COLUMNS>;
var<workgroup> weight_high: array<vec4u, DEPTH * TILE_COLUMNS>;
var<workgroup> weight_scales: array<vec2f, DEPTH * TILE_COLUMNS>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let groups = (params.in4 + 7u) / 8u;
  let first_row = at.group.y * TILE_ROWS;
  let first_column = at.group.x * TILE_COLUMNS;  // in rows of W
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  let thread_column = at.lane % 8u;
  let thread_row = at.lane / 8u;
  var sums: array<f32, THREAD_ROWS * 8u>;
  for (var start = 0u; start < groups; start += DEPTH) {
    for (var i = at.lane; i < TILE_ROWS * DEPTH; i += WORKGROUP_SIZE) {
      let local_row = i / DEPTH;
      let slot = i % DEPTH * TILE_ROWS + local_row;
      // A group past the end has steps of zero; which codes it has does not matter.
      let group = min(start + i % DEPTH, groups - 1u);
      let index = min(first_row + local_row, params.rows - 1u) * groups + group;
      input_low[slot] = x[index * 2u];
      input_high[slot] = x[index * 2u + 1u];
      input_scales[slot] = select(vec2f(), scales[index], start + i % DEPTH < groups);
    }
    for (var i = at.lane; i < TILE_COLUMNS * DEPTH; i += WORKGROUP_SIZE) {
      let column = i / DEPTH;
      let slot = i % DEPTH * TILE_COLUMNS + (column % 8u) * 8u + column / 8u;
      let group = min(start + i % DEPTH, groups - 1u);
      let row = min(first_column + column, weight_rows - 1u);
      let codes = load_codes(row, group);
      weight_low[slot] = codes.low;
      weight_high[slot] = codes.high;
      weight_scales[slot] = load_step_zero(row, group);
    }
    workgroupBarrier();
    for (var depth = 0u; depth < DEPTH; depth++) {
      var w: array<Codes, 8>;
      var w_scale: array<vec2f, 8>;
      for (var c = 0u; c < 8u; c++) {
        let slot = depth * TILE_COLUMNS + c * 8u + thread_column;
        w[c] = Codes(weight_low[slot], weight_high[slot]);
        w_scale[c] = weight_scales[slot];
      }
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let slot = depth * TILE_ROWS + r * 8u + thread_row;
        let v = Codes(input_low[slot], input_high[slot]);
        let v_scale = input_scales[slot];
        for (var c = 0u; c < 8u; c++) {
          sums[r * 8u + c] += w_scale[c].x * (v_scale.x * dot_codes(v, w[c]) - w_scale[c].y * v_scale.y);
        }
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
