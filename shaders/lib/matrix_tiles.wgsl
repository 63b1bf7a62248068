// Tiles of halves in workgroup memory and subgroup matrices from them: the syntax of August 2026, which counts offset and
// stride in the array's own elements. The other is lib/matrix_tiles_scalar.wgsl.
enable f16;
enable chromium_experimental_subgroup_matrix;
// Offsets that depend on the subgroup alone are uniform where it matters; the analysis knows no subgroups.
diagnostic(off, chromium.subgroup_matrix_uniformity);
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
var<workgroup> input_tile: array<vec4u, BUFFERS * INPUT_TILE>;
var<workgroup> weight_tile: array<vec4u, BUFFERS * WEIGHT_TILE>;
fn store_input_chunk(at: u32, chunk: vec4u) { input_tile[at] = chunk; }
fn store_weight_chunk(at: u32, chunk: vec4u) { weight_tile[at] = chunk; }
fn load_left(at: u32) -> Left { return subgroupMatrixLoad<Left, row_major>(&input_tile, at, PITCH); }
fn load_right(at: u32) -> Right { return subgroupMatrixLoad<Right, col_major>(&weight_tile, at, PITCH); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore<row_major>(&slab, at, value, SLAB_PITCH); }
// Places are chunks from a tile's beginning; the matrix 16 rows further down is NEXT_BLOCK from here.
const NEXT_BLOCK = SIDE * PITCH;
fn tile_place(row: u32, chunk: u32) -> u32 { return row * PITCH + chunk; }
