// Matrices of halves in workgroup memory, each in an array of its own (lib/matrix_staging.wgsl): the syntax of August 2026.
// The other is lib/matrix_tiles_scalar.wgsl.
var<workgroup> input_tile: array<array<vec4u, MATRIX>, BUFFERS * INPUT_TILE / 2u>;
var<workgroup> weight_tile: array<array<vec4u, MATRIX>, BUFFERS * WEIGHT_TILE / 2u>;
fn store_input_chunk(place: u32, row: u32, chunk: vec4u) { input_tile[place / 2u][row * PITCH + place % 2u] = chunk; }
fn store_weight_chunk(place: u32, row: u32, chunk: vec4u) { weight_tile[place / 2u][row * PITCH + place % 2u] = chunk; }
fn load_left(place: u32) -> Left { return subgroupMatrixLoad<Left, row_major>(&input_tile[place / 2u], 0u, PITCH); }
fn load_right(place: u32) -> Right { return subgroupMatrixLoad<Right, col_major>(&weight_tile[place / 2u], 0u, PITCH); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore<row_major>(&slab, at, value, SLAB_PITCH); }
