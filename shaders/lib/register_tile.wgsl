// The shape of a product's tile whose sums are in registers: ROW_THREADS × COLUMN_THREADS invocations make a tile of
// THREAD_ROWS·ROW_THREADS rows by 8·COLUMN_THREADS rows of W, each THREAD_ROWS × 8 sums. SLICES times as many share a tile
// where there are few tiles: each slice takes its part of every tile's k, and the slices' sums are added at the end, always
// in the same order. SLICES is a power of two.
const SLICE_SIZE = ROW_THREADS * COLUMN_THREADS;
const WORKGROUP_SIZE = SLICE_SIZE * SLICES;
const TILE_ROWS = THREAD_ROWS * ROW_THREADS;
const TILE_COLUMNS = 8u * COLUMN_THREADS;
alias Sums = array<f32, THREAD_ROWS * 8u>;

// Rows of W are dealt out by row % 8, so that neighbouring invocations read neighbouring rows of the tile.
fn weight_slot(column: u32) -> u32 { return (column % 8u) * COLUMN_THREADS + column / 8u; }

const HALF_SLICES = SLICES / 2u;
const PARTIALS = HALF_SLICES * SLICE_SIZE;
var<workgroup> partials: array<vec4f, max(1u, PARTIALS * THREAD_ROWS * 2u)>;

// Adds the slices' sums up; slice 0 has the result.
fn sum_slices(sums: ptr<function, Sums>, lane: u32) {
  for (var taken = HALF_SLICES; taken > 0u; taken = taken / 2u) {
    let size = taken * SLICE_SIZE;
    if (lane >= size && lane < 2u * size) {
      for (var i = 0u; i < THREAD_ROWS * 2u; i++) {
        partials[i * PARTIALS + lane - size] = vec4f((*sums)[i * 4u], (*sums)[i * 4u + 1u], (*sums)[i * 4u + 2u], (*sums)[i * 4u + 3u]);
      }
    }
    workgroupBarrier();
    if (lane < size) {
      for (var i = 0u; i < THREAD_ROWS * 2u; i++) {
        let other = partials[i * PARTIALS + lane];
        (*sums)[i * 4u] += other.x;
        (*sums)[i * 4u + 1u] += other.y;
        (*sums)[i * 4u + 2u] += other.z;
        (*sums)[i * 4u + 3u] += other.w;
      }
    }
    workgroupBarrier();
  }
}

// Eight neighbouring rows of W that an invocation has made for each of its rows of x: two vec4 outputs, or a gated one.
fn finish_sums(sums: ptr<function, Sums>, lane: u32, first_row: u32, first_column: u32) {
  sum_slices(sums, lane);
  if (lane >= SLICE_SIZE) { return; }
  let thread_column = lane % COLUMN_THREADS;
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let row = first_row + r * ROW_THREADS + lane / COLUMN_THREADS;
    if (row >= params.rows) { return; }
    let low = vec4f((*sums)[r * 8u], (*sums)[r * 8u + 1u], (*sums)[r * 8u + 2u], (*sums)[r * 8u + 3u]);
    let high = vec4f((*sums)[r * 8u + 4u], (*sums)[r * 8u + 5u], (*sums)[r * 8u + 6u], (*sums)[r * 8u + 7u]);
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
