// Tiles of halves in workgroup memory and subgroup matrices from them: the syntax before August 2026, whose arrays are of
// the matrix's own element. The other is lib/matrix_tiles.wgsl.
enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
var<workgroup> input_tile: array<f16, BUFFERS * INPUT_TILE * 8u>;
var<workgroup> weight_tile: array<f16, BUFFERS * WEIGHT_TILE * 8u>;
fn store_input_chunk(at: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    input_tile[at * 8u + 2u * i] = pair.x;
    input_tile[at * 8u + 2u * i + 1u] = pair.y;
  }
}
fn store_weight_chunk(at: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    weight_tile[at * 8u + 2u * i] = pair.x;
    weight_tile[at * 8u + 2u * i + 1u] = pair.y;
  }
}
fn load_left(at: u32) -> Left { return subgroupMatrixLoad<Left>(&input_tile, at * 8u, false, PITCH * 8u); }
fn load_right(at: u32) -> Right { return subgroupMatrixLoad<Right>(&weight_tile, at * 8u, true, PITCH * 8u); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore(&slab, at, value, false, SLAB_PITCH); }
// Places are chunks from a tile's beginning; the matrix 16 rows further down is NEXT_BLOCK from here.
const NEXT_BLOCK = SIDE * PITCH;
fn tile_place(row: u32, chunk: u32) -> u32 { return row * PITCH + chunk; }
