// Matrices of halves in workgroup memory, each in an array of its own (lib/matrix_staging.wgsl): the syntax of August 2026.
// The other is lib/matrix_tiles_scalar.wgsl.
enable f16;
enable chromium_experimental_subgroup_matrix;
// What depends on the subgroup alone is uniform where it matters; the analysis knows no subgroups.
diagnostic(off, chromium.subgroup_matrix_uniformity);
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;
var<workgroup> input_tile: array<array<array<vec4u, MATRIX>, STEPS * MATRICES_DOWN>, BUFFERS * INPUT_GROUPS>;
var<workgroup> weight_tile: array<array<array<vec4u, MATRIX>, STEPS * MATRICES_ACROSS>, BUFFERS * WEIGHT_GROUPS>;
var<workgroup> slab: array<array<vec4f, SLAB>, SUBGROUPS * SLICES>;
fn store_input_chunk(group: u32, matrix: u32, slot: u32, chunk: vec4u) { input_tile[group][matrix][slot] = chunk; }
fn store_weight_chunk(group: u32, matrix: u32, slot: u32, chunk: vec4u) { weight_tile[group][matrix][slot] = chunk; }
fn load_left(group: u32, step: u32, i: u32) -> Left {
  return subgroupMatrixLoad<Left, row_major>(&input_tile[group][step * MATRICES_DOWN + i], 0u, PITCH);
}
fn load_right(group: u32, step: u32, j: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&weight_tile[group][step * MATRICES_ACROSS + j], 0u, PITCH);
}
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
// A subgroup's slab has two results side by side; functions of their own, so that offsets are constants.
fn store_first(subgroup: u32, value: Result) { subgroupMatrixStore<row_major>(&slab[subgroup], 0u, value, SLAB_PITCH); }
fn store_second(subgroup: u32, value: Result) { subgroupMatrixStore<row_major>(&slab[subgroup], SIDE / 4u, value, SLAB_PITCH); }
fn slab4(subgroup: u32, slot: u32) -> vec4f { return slab[subgroup][slot]; }
