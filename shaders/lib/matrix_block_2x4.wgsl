// linear_subgroup_matrix with 2 × 4 results a subgroup, each in a variable of its own.
const MATRICES_DOWN = 2u;
const MATRICES_ACROSS = 4u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let place = place_of(at, subgroupBroadcastFirst(at.lane / LANES));
  let first_row = first_row_of(at);
  let first_column = first_column_of(at);
  var inputs: InputChunks;
  var weights: WeightChunks;
  fetch_inputs(&inputs, at.lane, 0u, first_row);
  fetch_weights(&weights, at.lane, 0u, first_column);
  var s00: Result; var s01: Result; var s02: Result; var s03: Result;
  var s10: Result; var s11: Result; var s12: Result; var s13: Result;
  var buffer = 0u;
  for (var start = 0u; start < row_chunks(); start += CHUNKS) {
    store_tiles(&inputs, &weights, at.lane, buffer);
    workgroupBarrier();
    fetch_inputs(&inputs, at.lane, start + CHUNKS, first_row);
    fetch_weights(&weights, at.lane, start + CHUNKS, first_column);
    for (var step = 0u; step < STEPS; step++) {
      let down = buffer * INPUT_TILE + place.down + 2u * step;
      let across = buffer * WEIGHT_TILE + place.across + 2u * step;
      let left0 = load_left(down);
      let left1 = load_left(down + NEXT_BLOCK);
      let right0 = load_right(across);
      s00 = multiply(left0, right0, s00);
      s10 = multiply(left1, right0, s10);
      let right1 = load_right(across + NEXT_BLOCK);
      s01 = multiply(left0, right1, s01);
      s11 = multiply(left1, right1, s11);
      let right2 = load_right(across + 2u * NEXT_BLOCK);
      s02 = multiply(left0, right2, s02);
      s12 = multiply(left1, right2, s12);
      let right3 = load_right(across + 3u * NEXT_BLOCK);
      s03 = multiply(left0, right3, s03);
      s13 = multiply(left1, right3, s13);
    }
    if (BUFFERS == 1u) { workgroupBarrier(); }
    buffer = BUFFERS - 1u - buffer;
  }
  finish_two(place, 0u, 0u, s00, s01);
  finish_two(place, 0u, 2u, s02, s03);
  finish_two(place, 1u, 0u, s10, s11);
  finish_two(place, 1u, 2u, s12, s13);
}
