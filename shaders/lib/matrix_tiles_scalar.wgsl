// Matrices of halves in workgroup memory, each in an array of its own (lib/matrix_staging.wgsl): the syntax before August 2026,
// whose arrays are of the matrix's own element. The other is lib/matrix_tiles.wgsl.
var<workgroup> input_tile: array<array<f16, MATRIX * 8u>, BUFFERS * INPUT_TILE / 2u>;
var<workgroup> weight_tile: array<array<f16, MATRIX * 8u>, BUFFERS * WEIGHT_TILE / 2u>;
fn store_input_chunk(place: u32, row: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    let at = (row * PITCH + place % 2u) * 8u + 2u * i;
    input_tile[place / 2u][at] = pair.x;
    input_tile[place / 2u][at + 1u] = pair.y;
  }
}
fn store_weight_chunk(place: u32, row: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    let at = (row * PITCH + place % 2u) * 8u + 2u * i;
    weight_tile[place / 2u][at] = pair.x;
    weight_tile[place / 2u][at + 1u] = pair.y;
  }
}
fn load_left(place: u32) -> Left { return subgroupMatrixLoad<Left>(&input_tile[place / 2u], 0u, false, PITCH * 8u); }
fn load_right(place: u32) -> Right { return subgroupMatrixLoad<Right>(&weight_tile[place / 2u], 0u, true, PITCH * 8u); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore(&slab, at, value, false, SLAB_PITCH); }
