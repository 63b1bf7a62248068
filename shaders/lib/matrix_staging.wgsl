// The way of a matrix-unit product's operands into workgroup memory, as in tile_staging.wgsl, but there each matrix of 16 × 16
// halves has an array of its own: an offset within it is a constant, and so WGSL's compiler sees that a load stays inside.
// Otherwise it puts a branch around each (Tint's robustness), and loads no longer overlap. A row is 2 chunks of 16 bytes and
// one of padding, a matrix 16 of those and 2 chunks more: against bank conflicts, of a matrix's 8 rows and of a row's matrices.
// WHOLE: k is a multiple of the tiles', so that nothing past its end is ever multiplied. Rows past the end are read as what
// comes: what comes of them is never stored.
fn first_row_of(at: Invocation) -> u32 { return (at.group.z * at.groups.x + at.group.x) * TILE_ROWS; }
fn first_column_of(at: Invocation) -> u32 { return at.group.y * TILE_COLUMNS; }  // in rows of W

const PITCH = 3u;
const MATRIX = 16u * PITCH + 2u;
// Two for each matrix: its place is that of its first chunk in a tile without padding, [16 rows, CHUNKS].
const INPUT_TILE = TILE_ROWS / 16u * CHUNKS;
const WEIGHT_TILE = TILE_COLUMNS / 16u * CHUNKS;
const NEXT_BLOCK = CHUNKS;
fn tile_place(row: u32, chunk: u32) -> u32 { return row / 16u * CHUNKS + chunk; }

const INPUT_LOADS = (TILE_ROWS * CHUNKS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const WEIGHT_LOADS = (TILE_COLUMNS * CHUNKS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
alias InputChunks = array<Chunk, INPUT_LOADS>;
alias WeightChunks = array<Chunk, WEIGHT_LOADS>;

fn fetch_inputs(into: ptr<function, InputChunks>, lane: u32, start: u32, first_row: u32) {
  for (var i = 0u; i < INPUT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let k = start + index % CHUNKS;
    let chunk = load_input_chunk(first_row + index / CHUNKS, k);
    if (WHOLE) { (*into)[i] = chunk; } else { (*into)[i] = select(Chunk(), chunk, k < row_chunks()); }
  }
}
fn fetch_weights(into: ptr<function, WeightChunks>, lane: u32, start: u32, first_column: u32) {
  for (var i = 0u; i < WEIGHT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let k = start + index % CHUNKS;
    let chunk = load_weight_chunk(first_column + index / CHUNKS, k);
    if (WHOLE) { (*into)[i] = chunk; } else { (*into)[i] = select(Chunk(), chunk, k < row_chunks()); }
  }
}

fn store_tiles(inputs: ptr<function, InputChunks>, weights: ptr<function, WeightChunks>, lane: u32, buffer: u32) {
  for (var i = 0u; i < INPUT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let place = buffer * INPUT_TILE + tile_place(index / CHUNKS, index % CHUNKS);
    if (index < TILE_ROWS * CHUNKS) { store_input_chunk(place, index / CHUNKS % 16u, (*inputs)[i]); }
  }
  for (var i = 0u; i < WEIGHT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let place = buffer * WEIGHT_TILE + tile_place(index / CHUNKS, index % CHUNKS);
    if (index < TILE_COLUMNS * CHUNKS) { store_weight_chunk(place, index / CHUNKS % 16u, (*weights)[i]); }
  }
}
