// y = epilogue(x · Wᵀ) for many rows, tiled, for GPUs: all sums in f32.
// x: [rows, in4] of vec4   W: [outputs padded to 4, in4] of vec4 (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// A workgroup makes a tile (lib/register_tile.wgsl), DEPTH chunks of k a slice at a time (lib/tile_staging.wgsl); a chunk is
// a vec4 in f32. Tiles keep k in vec4s, so nothing is transposed and every load is 128 bits. Multiply-adds are written out:
// dot() costs a fifth instruction for four of them. After siboehm's SGEMM and dlight.
const CHUNKS = DEPTH * SLICES;
alias Chunk = vec4f;
fn row_chunks() -> u32 { return params.in4; }
fn load_input_chunk(row: u32, chunk: u32) -> Chunk { return load_input4(row, 0u, chunk); }
fn load_weight_chunk(row: u32, chunk: u32) -> Chunk { return load_weight4(row, chunk); }

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = first_row_of(at);
  let first_column = first_column_of(at);  // in rows of W
  let thread_column = at.lane % SLICE_SIZE % COLUMN_THREADS;
  let thread_row = at.lane % SLICE_SIZE / COLUMN_THREADS;
  let slice = at.lane / SLICE_SIZE * DEPTH;
  var inputs: InputChunks;
  var weights: WeightChunks;
  fetch_inputs(&inputs, at.lane, 0u, first_row);
  fetch_weights(&weights, at.lane, 0u, first_column);
  var sums: Sums;
  var buffer = 0u;
  for (var start = 0u; start < params.in4; start += CHUNKS) {
    store_tiles(&inputs, &weights, at.lane, buffer);
    workgroupBarrier();
    fetch_inputs(&inputs, at.lane, start + CHUNKS, first_row);
    fetch_weights(&weights, at.lane, start + CHUNKS, first_column);
    for (var k = 0u; k < DEPTH; k++) {
      var w: array<vec4f, 8>;
      for (var c = 0u; c < 8u; c++) {
        w[c] = weight_tile[buffer * WEIGHT_TILE + (c * COLUMN_THREADS + thread_column) * PITCH + slice + k];
      }
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let v = input_tile[buffer * INPUT_TILE + (r * ROW_THREADS + thread_row) * PITCH + slice + k];
        for (var c = 0u; c < 8u; c++) {
          var sum = sums[r * 8u + c] + v.x * w[c].x;
          sum += v.y * w[c].y;
          sum += v.z * w[c].z;
          sums[r * 8u + c] = sum + v.w * w[c].w;
        }
      }
    }
    if (BUFFERS == 1u) { workgroupBarrier(); }
    buffer = BUFFERS - 1u - buffer;
  }
  finish_sums(&sums, at.lane, first_row, first_column);
}
