// y = epilogue(x · Wᵀ) for many rows on matrix units: halves multiplied, sums in f32. in4 is even.
// x: [rows, in8] of 8 halves   W: [outputs padded to 4, in dim] in f16, int8 or int4, widened to halves on the way (GATED: 4
// rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// Subgroups of 32 lanes, SUBGROUPS_DOWN × SUBGROUPS_ACROSS of them, make a tile; each keeps MATRICES_DOWN × MATRICES_ACROSS
// results of 16 × 16 in variables of their own (lib/matrix_block_*.wgsl, which has main): in an array indexed by a loop they
// went through memory at every product. SLICES times as many subgroups share out each tile's k, STEPS · 16 of it a slice, and
// add up at the end. x and W pass through workgroup memory, matrix by matrix (lib/matrix_staging.wgsl); a chunk is 8 halves.
// Matrices are opaque: results go through a slab of workgroup memory, 16 rows by 32 columns a subgroup, to the epilogue.
// After onnxruntime's and llama.cpp's subgroup-matrix products.
override WHOLE: bool = false;  // of lib/matrix_staging.wgsl
const LANES = 32u;
const SUBGROUPS = SUBGROUPS_DOWN * SUBGROUPS_ACROSS;  // of a slice
const WORKGROUP_SIZE = SUBGROUPS * SLICES * LANES;
const SIDE = 16u;  // of a matrix: all three are SIDE × SIDE
const TILE_ROWS = SUBGROUPS_DOWN * MATRICES_DOWN * SIDE;
const TILE_COLUMNS = SUBGROUPS_ACROSS * MATRICES_ACROSS * SIDE;
const CHUNKS = 2u * STEPS * SLICES;
alias Chunk = vec4u;
fn row_chunks() -> u32 { return params.in4 / 2u; }

const SLAB_PITCH = 36u;
const SLAB = SIDE * SLAB_PITCH;
var<workgroup> slab: array<f32, SUBGROUPS * SLICES * SLAB>;

// Where a subgroup works. `down`, `across`: chunks from the tiles' beginnings to its first row of x and of W, and to its part of k.
struct Place {
  first_row: u32,
  first_column: u32,  // in rows of W
  subgroup: u32,
  lane: u32,
  down: u32,
  across: u32,
}
fn place_of(at: Invocation, subgroup: u32) -> Place {
  let within = subgroup % SUBGROUPS;
  let k = subgroup / SUBGROUPS * 2u * STEPS;
  let row = within / SUBGROUPS_ACROSS * MATRICES_DOWN * SIDE;
  let column = within % SUBGROUPS_ACROSS * MATRICES_ACROSS * SIDE;
  return Place(first_row_of(at) + row, first_column_of(at) + column, subgroup, at.lane % LANES, tile_place(row, k), tile_place(column, k));
}

fn slab4(at: u32) -> vec4f { return vec4f(slab[at], slab[at + 1u], slab[at + 2u], slab[at + 3u]); }

// Outputs of the neighbouring results (i, j) and (i, j + 1), the slices' parts added up: 16 rows × 32 columns.
fn finish_two(place: Place, i: u32, j: u32, left: Result, right: Result) {
  store_result(place.subgroup * SLAB, left);
  store_result(place.subgroup * SLAB + SIDE, right);
  workgroupBarrier();
  let within = place.subgroup % SUBGROUPS;
  let columns4 = select(8u, 4u, GATED);
  let width = select(4u, 8u, GATED);
  for (var item = place.subgroup / SUBGROUPS * LANES + place.lane; item < SIDE * columns4; item += SLICES * LANES) {
    let row = item / columns4;
    let column4 = item % columns4;
    var sum = vec4f();
    var up = vec4f();
    for (var slice = 0u; slice < SLICES; slice++) {
      let at = (slice * SUBGROUPS + within) * SLAB + row * SLAB_PITCH + column4 * width;
      sum += slab4(at);
      if (GATED) { up += slab4(at + 4u); }
    }
    let y_row = place.first_row + i * SIDE + row;
    let y_column4 = (place.first_column + j * SIDE) / width + column4;
    if (y_row < params.rows && y_column4 < params.columns4) { finish4(y_row, y_column4, sum, up); }
  }
  workgroupBarrier();
}
