// Tiles of halves in workgroup memory and the loads of subgroup matrices from them: the syntax before August 2026, whose
// arrays are of the matrix's own element. The other is lib/matrix_tiles.wgsl.
var<workgroup> input_tile: array<f16, TILE_ROWS * PITCH8 * 8u>;
var<workgroup> weight_tile: array<f16, TILE_COLUMNS * PITCH8 * 8u>;
fn store_input_tile(at8: u32, value: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(value[i]);
    input_tile[at8 * 8u + 2u * i] = pair.x;
    input_tile[at8 * 8u + 2u * i + 1u] = pair.y;
  }
}
fn store_weight_tile(at8: u32, value: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(value[i]);
    weight_tile[at8 * 8u + 2u * i] = pair.x;
    weight_tile[at8 * 8u + 2u * i + 1u] = pair.y;
  }
}
fn load_left(at8: u32) -> Left { return subgroupMatrixLoad<Left>(&input_tile, at8 * 8u, false, PITCH8 * 8u); }
fn load_right(at8: u32) -> Right { return subgroupMatrixLoad<Right>(&weight_tile, at8 * 8u, true, PITCH8 * 8u); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore(&slab, at, value, false, SLAB_PITCH); }
