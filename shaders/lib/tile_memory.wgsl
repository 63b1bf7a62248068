// Tiles of chunks in workgroup memory, for kernels that multiply in registers.
var<workgroup> input_tile: array<Chunk, BUFFERS * INPUT_TILE>;
var<workgroup> weight_tile: array<Chunk, BUFFERS * WEIGHT_TILE>;
fn store_input_chunk(at: u32, chunk: Chunk) { input_tile[at] = chunk; }
fn store_weight_chunk(at: u32, chunk: Chunk) { weight_tile[at] = chunk; }
