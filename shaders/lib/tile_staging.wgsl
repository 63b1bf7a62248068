// The way of a tiled product's operands: from memory into registers, from there into workgroup memory. A chunk is 16 bytes
// along k. A tile of x is TILE_ROWS, one of W TILE_COLUMNS rows of CHUNKS chunks; a row is padded by one chunk against bank
// conflicts. The next tiles are fetched while the present ones are multiplied; with BUFFERS = 2 they have places of their
// own, so that one barrier a tile is enough.
// Other parts say what a Chunk is, load one (load_input_chunk, load_weight_chunk of row_chunks() in a row), keep the tiles
// (store_input_chunk, store_weight_chunk) and say where in the tile a row of W goes (weight_slot).
// Workgroups run in the order of their ids: first the tiles of a band, groups.x tiles of rows of x that read the same rows of
// W together, then the next rows of W, then the next band. Bands are as high as each other: the last may reach past the end.
fn first_row_of(at: Invocation) -> u32 { return (at.group.z * at.groups.x + at.group.x) * TILE_ROWS; }
fn first_column_of(at: Invocation) -> u32 { return at.group.y * TILE_COLUMNS; }  // in rows of W

const PITCH = CHUNKS + 1u;
const INPUT_TILE = TILE_ROWS * PITCH;
const WEIGHT_TILE = TILE_COLUMNS * PITCH;
const INPUT_LOADS = (TILE_ROWS * CHUNKS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const WEIGHT_LOADS = (TILE_COLUMNS * CHUNKS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
alias InputChunks = array<Chunk, INPUT_LOADS>;
alias WeightChunks = array<Chunk, WEIGHT_LOADS>;

// What the invocation `lane` loads of the tiles that begin at chunk `start` of k; zeros past the end of k. Rows past the
// end repeat the last one: what comes of them is never stored.
fn fetch_inputs(into: ptr<function, InputChunks>, lane: u32, start: u32, first_row: u32) {
  let count = row_chunks();
  for (var i = 0u; i < INPUT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let k = start + index % CHUNKS;
    let chunk = load_input_chunk(min(first_row + index / CHUNKS, params.rows - 1u), min(k, count - 1u));
    (*into)[i] = select(Chunk(), chunk, k < count);
  }
}
fn fetch_weights(into: ptr<function, WeightChunks>, lane: u32, start: u32, first_column: u32) {
  let count = row_chunks();
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  for (var i = 0u; i < WEIGHT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let k = start + index % CHUNKS;
    let chunk = load_weight_chunk(min(first_column + index / CHUNKS, weight_rows - 1u), min(k, count - 1u));
    (*into)[i] = select(Chunk(), chunk, k < count);
  }
}

fn store_tiles(inputs: ptr<function, InputChunks>, weights: ptr<function, WeightChunks>, lane: u32, buffer: u32) {
  for (var i = 0u; i < INPUT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let at = buffer * INPUT_TILE + (index / CHUNKS) * PITCH + index % CHUNKS;
    if (index < TILE_ROWS * CHUNKS) { store_input_chunk(at, (*inputs)[i]); }
  }
  for (var i = 0u; i < WEIGHT_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let at = buffer * WEIGHT_TILE + weight_slot(index / CHUNKS) * PITCH + index % CHUNKS;
    if (index < TILE_COLUMNS * CHUNKS) { store_weight_chunk(at, (*weights)[i]); }
  }
}
