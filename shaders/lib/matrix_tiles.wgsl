// Tiles of halves in workgroup memory and the loads of subgroup matrices from them: the syntax of August 2026, which
// counts offset and stride in the array's own elements. The other is lib/matrix_tiles_scalar.wgsl.
var<workgroup> input_tile: array<vec4u, TILE_ROWS * PITCH8>;
var<workgroup> weight_tile: array<vec4u, TILE_COLUMNS * PITCH8>;
fn store_input_tile(at8: u32, value: vec4u) { input_tile[at8] = value; }
fn store_weight_tile(at8: u32, value: vec4u) { weight_tile[at8] = value; }
fn load_left(at8: u32) -> Left { return subgroupMatrixLoad<Left, row_major>(&input_tile, at8, PITCH8); }
fn load_right(at8: u32) -> Right { return subgroupMatrixLoad<Right, col_major>(&weight_tile, at8, PITCH8); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore<row_major>(&slab, at, value, SLAB_PITCH); }
