// What attention_matrix.wgsl keeps in workgroup memory, each matrix an array of its own, those of 16 rows together: so an
// address is checked once for them all. And subgroup matrices from it: the syntax of August 2026. The other is
// lib/attention_matrices_scalar.wgsl.
var<workgroup> tile: array<array<array<vec4u, MATRIX>, DIM_BLOCKS>, TILES>;
var<workgroup> probability: array<array<vec4u, MATRIX>, SUBGROUPS * KEY_BLOCKS>;
var<workgroup> slab: array<array<vec4f, SLAB>, SUBGROUPS * KEY_BLOCKS>;
fn store_chunk(line: u32, dim: u32, slot: u32, chunk: vec4u) { tile[line][dim][slot] = chunk; }
fn store_probability(at: u32, slot: u32, chunk: vec4u) { probability[at][slot] = chunk; }
fn slab4(at: u32, slot: u32) -> vec4f { return slab[at][slot]; }
fn store_slab4(at: u32, slot: u32, value: vec4f) { slab[at][slot] = value; }
fn load_left(line: u32, dim: u32) -> Left { return subgroupMatrixLoad<Left, row_major>(&tile[line][dim], 0u, PITCH); }
fn load_probability(at: u32) -> Left { return subgroupMatrixLoad<Left, row_major>(&probability[at], 0u, PITCH); }
// A key is a column: [headDim, keys]. Of v a row: [keys, headDim].
fn load_key(line: u32, dim: u32) -> Right { return subgroupMatrixLoad<Right, col_major>(&tile[line][dim], 0u, PITCH); }
fn load_value(line: u32, dim: u32) -> Right { return subgroupMatrixLoad<Right, row_major>(&tile[line][dim], 0u, PITCH); }
fn load_result(at: u32) -> Result { return subgroupMatrixLoad<Result, row_major>(&slab[at], 0u, SLAB_PITCH); }
fn store_result(at: u32, value: Result) { subgroupMatrixStore<row_major>(&slab[at], 0u, value, SLAB_PITCH); }
fn multiply(left: Left, right: Right, sum: Result) -> Result { return subgroupMatrixMultiplyAccumulate(left, right, sum); }
fn any_lane(value: bool) -> bool { return subgroupAny(value); }
