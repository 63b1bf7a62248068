// What attention_matrix.wgsl keeps in workgroup memory, each matrix an array of its own, those of 16 rows together, and subgroup
// matrices from it: the syntax before August 2026, whose arrays are of the matrix's own element. The other is
// lib/attention_matrices.wgsl.
var<workgroup> tile: array<array<array<f16, MATRIX * 8u>, DIM_BLOCKS>, TILES>;
var<workgroup> probability: array<array<f16, MATRIX * 8u>, SUBGROUPS * KEY_BLOCKS>;
var<workgroup> slab: array<array<f32, SLAB * 4u>, SUBGROUPS * KEY_BLOCKS>;
fn store_chunk(line: u32, dim: u32, slot: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    tile[line][dim][slot * 8u + 2u * i] = pair.x;
    tile[line][dim][slot * 8u + 2u * i + 1u] = pair.y;
  }
}
fn store_probability(at: u32, slot: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    probability[at][slot * 8u + 2u * i] = pair.x;
    probability[at][slot * 8u + 2u * i + 1u] = pair.y;
  }
}
fn slab4(at: u32, slot: u32) -> vec4f {
  return vec4f(slab[at][slot * 4u], slab[at][slot * 4u + 1u], slab[at][slot * 4u + 2u], slab[at][slot * 4u + 3u]);
}
fn store_slab4(at: u32, slot: u32, value: vec4f) {
  for (var i = 0u; i < 4u; i++) { slab[at][slot * 4u + i] = value[i]; }
}
fn load_left(line: u32, dim: u32) -> Left { return subgroupMatrixLoad<Left>(&tile[line][dim], 0u, false, PITCH * 8u); }
fn load_probability(at: u32) -> Left { return subgroupMatrixLoad<Left>(&probability[at], 0u, false, PITCH * 8u); }
// A key is a column: [headDim, keys]. Of v a row: [keys, headDim].
fn load_key(line: u32, dim: u32) -> Right { return subgroupMatrixLoad<Right>(&tile[line][dim], 0u, true, PITCH * 8u); }
fn load_value(line: u32, dim: u32) -> Right { return subgroupMatrixLoad<Right>(&tile[line][dim], 0u, false, PITCH * 8u); }
fn load_result(at: u32) -> Result { return subgroupMatrixLoad<Result>(&slab[at], 0u, false, SLAB_PITCH * 4u); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore(&slab[at], 0u, value, false, SLAB_PITCH * 4u); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn any_lane(value: bool) -> bool { return subgroupAny(value); }
