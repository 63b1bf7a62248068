// y = epilogue(x · Wᵀ) for many rows, with x in int8 (quantize_rows.wgsl) and W in int8 or int4: integer products, tiled.
//   y[r, o] = epilogue(Σ over groups of  w_step · (x_step · Σ x_code · w_code - w_zero · x_step · Σ x_code))
// x: [rows, groups, 2] of vec4<u32>   scales: [rows, groups] of (step, step · Σ codes)   W: layout in src/kernels/weight.ts
// y: [rows, out4] of vec4. dot4I8Packed makes four products in one instruction; sums over a group are exact.
// A workgroup makes a tile (lib/register_tile.wgsl), DEPTH groups of k a slice at a time (lib/tile_staging.wgsl); a chunk is
// 16 codes, half a group. After onnxruntime's dp4a_matmul, whose scales are per 128.
const GROUPS = DEPTH * SLICES;  // of k in a tile
const CHUNKS = 2u * GROUPS;
alias Chunk = vec4u;

@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<vec2<f32>>;

fn row_groups() -> u32 { return (params.in4 + 7u) / 8u; }
fn row_chunks() -> u32 { return 2u * row_groups(); }
fn load_input_chunk(row: u32, chunk: u32) -> Chunk { return x[row * row_chunks() + chunk]; }

const INPUT_SCALES = TILE_ROWS * GROUPS;
const WEIGHT_SCALES = TILE_COLUMNS * GROUPS;
var<workgroup> input_scales: array<vec2f, BUFFERS * INPUT_SCALES>;
var<workgroup> weight_scales: array<vec2f, BUFFERS * WEIGHT_SCALES>;

// Steps (and zeros) of the tiles that begin at group `start`. A group past the end has steps of zero.
fn store_scales(lane: u32, start: u32, first_row: u32, first_column: u32, buffer: u32) {
  let count = row_groups();
  for (var i = lane; i < INPUT_SCALES; i += WORKGROUP_SIZE) {
    let group = start + i / TILE_ROWS;
    let row = min(first_row + i % TILE_ROWS, params.rows - 1u);
    input_scales[buffer * INPUT_SCALES + i] = select(vec2f(), scales[row * count + min(group, count - 1u)], group < count);
  }
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  for (var i = lane; i < WEIGHT_SCALES; i += WORKGROUP_SIZE) {
    let group = min(start + i / TILE_COLUMNS, count - 1u);
    let column = i % TILE_COLUMNS;
    let at = buffer * WEIGHT_SCALES + i - column + weight_slot(column);
    weight_scales[at] = load_step_zero(min(first_column + column, weight_rows - 1u), group);
  }
}

// A sum below 2^22 in magnitude becomes a float by its bits: 1.5 · 2^23 + sum. Converting costs a GPU several products.
const FLOAT_BITS: i32 = 0x4b400000;
const FLOAT_BASE = 12582912.0;
fn dot_chunks(low: Chunk, high: Chunk, w_low: Chunk, w_high: Chunk) -> f32 {
  var sum = FLOAT_BITS + dot4I8Packed(low.x, w_low.x);
  sum += dot4I8Packed(low.y, w_low.y);
  sum += dot4I8Packed(low.z, w_low.z);
  sum += dot4I8Packed(low.w, w_low.w);
  sum += dot4I8Packed(high.x, w_high.x);
  sum += dot4I8Packed(high.y, w_high.y);
  sum += dot4I8Packed(high.z, w_high.z);
  sum += dot4I8Packed(high.w, w_high.w);
  return bitcast<f32>(sum) - FLOAT_BASE;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = first_row_of(at);
  let first_column = first_column_of(at);  // in rows of W
  let thread_column = at.lane % SLICE_SIZE % COLUMN_THREADS;
  let thread_row = at.lane % SLICE_SIZE / COLUMN_THREADS;
  let slice = at.lane / SLICE_SIZE * DEPTH;
  let count = row_groups();
  var inputs: InputChunks;
  var weights: WeightChunks;
  fetch_inputs(&inputs, at.lane, 0u, first_row);
  fetch_weights(&weights, at.lane, 0u, first_column);
  var sums: Sums;
  var buffer = 0u;
  for (var start = 0u; start < count; start += GROUPS) {
    store_tiles(&inputs, &weights, at.lane, buffer);
    store_scales(at.lane, start, first_row, first_column, buffer);
    workgroupBarrier();
    fetch_inputs(&inputs, at.lane, 2u * (start + GROUPS), first_row);
    fetch_weights(&weights, at.lane, 2u * (start + GROUPS), first_column);
    for (var depth = 0u; depth < DEPTH; depth++) {
      let group = slice + depth;
      var w_low: array<vec4u, 8>;
      var w_high: array<vec4u, 8>;
      var w_scale: array<vec2f, 8>;
      for (var c = 0u; c < 8u; c++) {
        let column = c * COLUMN_THREADS + thread_column;
        w_low[c] = weight_tile[buffer * WEIGHT_TILE + column * PITCH + 2u * group];
        w_high[c] = weight_tile[buffer * WEIGHT_TILE + column * PITCH + 2u * group + 1u];
        w_scale[c] = weight_scales[buffer * WEIGHT_SCALES + group * TILE_COLUMNS + column];
      }
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let row = r * ROW_THREADS + thread_row;
        let low = input_tile[buffer * INPUT_TILE + row * PITCH + 2u * group];
        let high = input_tile[buffer * INPUT_TILE + row * PITCH + 2u * group + 1u];
        let scale = input_scales[buffer * INPUT_SCALES + group * TILE_ROWS + row];
        for (var c = 0u; c < 8u; c++) {
          sums[r * 8u + c] += scaled_dot(dot_chunks(low, high, w_low[c], w_high[c]), scale, w_scale[c]);
        }
      }
    }
    if (BUFFERS == 1u) { workgroupBarrier(); }
    buffer = BUFFERS - 1u - buffer;
  }
  finish_sums(&sums, at.lane, first_row, first_column);
}
