// What attention_matrix.wgsl keeps in workgroup memory, matrix by matrix, and subgroup matrices from it: the syntax before August
// 2026, whose arrays are of the matrix's own element. The other is lib/attention_matrices.wgsl.
enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
var<workgroup> tile: array<array<f16, MATRIX * 8u>, TILES>;
var<workgroup> probability: array<array<f16, MATRIX * 8u>, SUBGROUPS * KEY_BLOCKS>;
var<workgroup> slab: array<array<f32, SLAB * 4u>, SUBGROUPS * KEY_BLOCKS>;
fn store_chunk(at: u32, slot: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    tile[at][slot * 8u + 2u * i] = pair.x;
    tile[at][slot * 8u + 2u * i + 1u] = pair.y;
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
fn load_left(at: u32) -> Left { return subgroupMatrixLoad<Left>(&tile[at], 0u, false, PITCH * 8u); }
fn load_probability(at: u32) -> Left { return subgroupMatrixLoad<Left>(&probability[at], 0u, false, PITCH * 8u); }
// A key is a column: [headDim, keys]. Of v a row: [keys, headDim].
fn load_key(at: u32) -> Right { return subgroupMatrixLoad<Right>(&tile[at], 0u, true, PITCH * 8u); }
fn load_value(at: u32) -> Right { return subgroupMatrixLoad<Right>(&tile[at], 0u, false, PITCH * 8u); }
fn load_result(at: u32) -> Result { return subgroupMatrixLoad<Result>(&slab[at], 0u, false, SLAB_PITCH * 4u); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore(&slab[at], 0u, value, false, SLAB_PITCH * 4u); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn any_lane(value: bool) -> bool { return subgroupAny(value); }
