// Matrices of halves in workgroup memory, each in an array of its own (lib/matrix_staging.wgsl): the syntax before August 2026,
// whose arrays are of the matrix's own element. The other is lib/matrix_tiles.wgsl.
enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
var<workgroup> input_tile: array<array<array<f16, MATRIX * 8u>, STEPS * MATRICES_DOWN>, BUFFERS * INPUT_GROUPS>;
var<workgroup> weight_tile: array<array<array<f16, MATRIX * 8u>, STEPS * MATRICES_ACROSS>, BUFFERS * WEIGHT_GROUPS>;
var<workgroup> slab: array<array<f32, SLAB * 4u>, SUBGROUPS * SLICES>;
fn store_input_chunk(group: u32, matrix: u32, slot: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    input_tile[group][matrix][slot * 8u + 2u * i] = pair.x;
    input_tile[group][matrix][slot * 8u + 2u * i + 1u] = pair.y;
  }
}
fn store_weight_chunk(group: u32, matrix: u32, slot: u32, chunk: vec4u) {
  for (var i = 0u; i < 4u; i++) {
    let pair = bitcast<vec2<f16>>(chunk[i]);
    weight_tile[group][matrix][slot * 8u + 2u * i] = pair.x;
    weight_tile[group][matrix][slot * 8u + 2u * i + 1u] = pair.y;
  }
}
fn load_left(group: u32, step: u32, i: u32) -> Left {
  return subgroupMatrixLoad<Left>(&input_tile[group][step * MATRICES_DOWN + i], 0u, false, PITCH * 8u);
}
fn load_right(group: u32, step: u32, j: u32) -> Right {
  return subgroupMatrixLoad<Right>(&weight_tile[group][step * MATRICES_ACROSS + j], 0u, true, PITCH * 8u);
}
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
// A subgroup's slab has two results side by side; functions of their own, so that offsets are constants.
fn store_first(subgroup: u32, value: Result) { subgroupMatrixStore(&slab[subgroup], 0u, value, false, SLAB_PITCH * 4u); }
fn store_second(subgroup: u32, value: Result) { subgroupMatrixStore(&slab[subgroup], SIDE, value, false, SLAB_PITCH * 4u); }
fn slab4(subgroup: u32, slot: u32) -> vec4f {
  return vec4f(slab[subgroup][slot * 4u], slab[subgroup][slot * 4u + 1u], slab[subgroup][slot * 4u + 2u], slab[subgroup][slot * 4u + 3u]);
}
