// y = epilogue(x · Wᵀ) for many rows on matrix units: halves multiplied, sums in f32. in4 is even.
// x: [rows, in8] of 8 halves   W: [outputs padded to 4, in8] of 8 halves (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// SUBGROUPS_DOWN × SUBGROUPS_ACROSS subgroups of 32 lanes make a tile; each keeps MATRICES_DOWN × MATRICES_ACROSS results
// of 16 × 16 in registers. x and W pass through workgroup memory, DEPTH8 · 8 halves of k at a time, rows padded by 8 halves
// against bank conflicts; the next slices are loaded into registers while the present ones are multiplied. Matrices are
// opaque: results go through a slab of workgroup memory, 16 rows by 32 columns a subgroup, to the epilogue.
// After onnxruntime's and llama.cpp's subgroup-matrix products.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
// Offsets that depend on the subgroup alone are uniform where it matters; the analysis knows no subgroups.
diagnostic(off, chromium.subgroup_matrix_uniformity);
const LANES = 32u;
const SUBGROUPS = SUBGROUPS_DOWN * SUBGROUPS_ACROSS;
const WORKGROUP_SIZE = SUBGROUPS * LANES;
const SIDE = 16u;  // of a matrix: all three are SIDE × SIDE
const TILE_ROWS = SUBGROUPS_DOWN * MATRICES_DOWN * SIDE;
const TILE_COLUMNS = SUBGROUPS_ACROSS * MATRICES_ACROSS * SIDE;
const PITCH8 = DEPTH8 + 1u;
const SLAB_PITCH = 36u;
const SLAB = SIDE * SLAB_PITCH;
const INPUT_LOADS = (TILE_ROWS * DEPTH8 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const WEIGHT_LOADS = (TILE_COLUMNS * DEPTH8 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;

var<workgroup> slab: array<f32, SUBGROUPS * SLAB>;

fn next_input(index: u32, start8: u32, first_row: u32, in8: u32) -> vec4u {
  let k8 = start8 + index % DEPTH8;
  return select(vec4u(), load_input_half8(min(first_row + index / DEPTH8, params.rows - 1u), min(k8, in8 - 1u)), k8 < in8);
}
fn next_weight(index: u32, start8: u32, first_column: u32, weight_rows: u32, in8: u32) -> vec4u {
  let k8 = start8 + index % DEPTH8;
  return select(vec4u(), load_weight_half8(min(first_column + index / DEPTH8, weight_rows - 1u), min(k8, in8 - 1u)), k8 < in8);
}

fn slab4(at: u32) -> vec4f { return vec4f(slab[at], slab[at + 1u], slab[at + 2u], slab[at + 3u]); }

// Outputs of a slab's 16 rows × 32 columns, `column` the first of them in rows of W.
fn finish_slab(first_row: u32, column: u32, subgroup: u32, lane: u32) {
  for (var i = lane; i < SIDE * select(8u, 4u, GATED); i += LANES) {
    let row = i / select(8u, 4u, GATED);
    let across = i % select(8u, 4u, GATED);
    let at = subgroup * SLAB + row * SLAB_PITCH + across * select(4u, 8u, GATED);
    let column4 = column / select(4u, 8u, GATED) + across;
    if (first_row + row < params.rows && column4 < params.columns4) {
      finish4(first_row + row, column4, slab4(at), select(vec4f(), slab4(at + 4u), GATED));
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * TILE_ROWS;
  let first_column = at.group.x * TILE_COLUMNS;  // in rows of W
  let weight_rows = params.columns4 * select(4u, 8u, GATED);
  let in8 = params.in4 / 2u;
  let subgroup = subgroupBroadcastFirst(at.lane / LANES);
  let lane = at.lane % LANES;
  let down = (subgroup / SUBGROUPS_ACROSS) * MATRICES_DOWN * SIDE;
  let across = (subgroup % SUBGROUPS_ACROSS) * MATRICES_ACROSS * SIDE;
  var inputs: array<vec4u, INPUT_LOADS>;
  var weights: array<vec4u, WEIGHT_LOADS>;
  for (var i = 0u; i < INPUT_LOADS; i++) { inputs[i] = next_input(at.lane + i * WORKGROUP_SIZE, 0u, first_row, in8); }
  for (var i = 0u; i < WEIGHT_LOADS; i++) { weights[i] = next_weight(at.lane + i * WORKGROUP_SIZE, 0u, first_column, weight_rows, in8); }
  var sums: array<Result, MATRICES_DOWN * MATRICES_ACROSS>;
  for (var start = 0u; start < in8; start += DEPTH8) {
    for (var i = 0u; i < INPUT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      if (index < TILE_ROWS * DEPTH8) { store_input_tile((index / DEPTH8) * PITCH8 + index % DEPTH8, inputs[i]); }
    }
    for (var i = 0u; i < WEIGHT_LOADS; i++) {
      let index = at.lane + i * WORKGROUP_SIZE;
      if (index < TILE_COLUMNS * DEPTH8) { store_weight_tile((index / DEPTH8) * PITCH8 + index % DEPTH8, weights[i]); }
    }
    workgroupBarrier();
    for (var i = 0u; i < INPUT_LOADS; i++) { inputs[i] = next_input(at.lane + i * WORKGROUP_SIZE, start + DEPTH8, first_row, in8); }
    for (var i = 0u; i < WEIGHT_LOADS; i++) { weights[i] = next_weight(at.lane + i * WORKGROUP_SIZE, start + DEPTH8, first_column, weight_rows, in8); }
    for (var k = 0u; k < DEPTH8; k += 2u) {
      var left: array<Left, MATRICES_DOWN>;
      for (var i = 0u; i < MATRICES_DOWN; i++) { left[i] = load_left((down + i * SIDE) * PITCH8 + k); }
      for (var j = 0u; j < MATRICES_ACROSS; j++) {
        let right = load_right((across + j * SIDE) * PITCH8 + k);
        for (var i = 0u; i < MATRICES_DOWN; i++) {
          sums[i * MATRICES_ACROSS + j] = subgroupMatrixMultiplyAccumulate(left[i], right, sums[i * MATRICES_ACROSS + j]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < MATRICES_DOWN; i++) {
    for (var j = 0u; j < MATRICES_ACROSS; j += 2u) {
      store_result(subgroup * SLAB, sums[i * MATRICES_ACROSS + j]);
      store_result(subgroup * SLAB + SIDE, sums[i * MATRICES_ACROSS + j + 1u]);
      workgroupBarrier();
      finish_slab(first_row + down + i * SIDE, first_column + across + j * SIDE, subgroup, lane);
      workgroupBarrier();
    }
  }
}
