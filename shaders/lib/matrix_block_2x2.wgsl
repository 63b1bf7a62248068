// linear_subgroup_matrix with 2 × 2 results a subgroup, each in a variable of its own.
const MATRICES_DOWN = 2u;
const MATRICES_ACROSS = 2u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let place = place_of(at, subgroupBroadcastFirst(at.lane / LANES));
  let first_row = first_row_of(at);
  let first_column = first_column_of(at);
  var inputs: InputChunks;
  var weights: WeightChunks;
  fetch_inputs(&inputs, at.lane, 0u, first_row);
  fetch_weights(&weights, at.lane, 0u, first_column);
  var s00: Result; var s01: Result;
  var s10: Result; var s11: Result;
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
    }
    if (BUFFERS == 1u) { workgroupBarrier(); }
    buffer = BUFFERS - 1u - buffer;
  }
  finish_two(place, 0u, 0u, s00, s01);
  finish_two(place, 1u, 0u, s10, s11);
}
