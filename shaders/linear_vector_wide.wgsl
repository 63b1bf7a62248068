// y[rows, :] = epilogue(input(x[rows, :]) · Wᵀ) for one or a few rows: the vector product for GPUs, with W read once for
// THREAD_ROWS rows of x. The inner dimension is a multiple of a step: 8·STEP8 elements, what a 128-bit load of W holds.
// x: [rows, in4] of vec4   W: [outputs padded to 4, steps] (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// LANES invocations share four neighbouring outputs (GATED: eight rows of W), neighbours take neighbouring steps of each
// row, and UNROLL steps are loaded before the first is used: 4·UNROLL independent 128-bit loads in flight. All lanes
// make the same number of steps: loops whose length differs by lane are neither unrolled nor overlapped by compilers that
// must keep subgroups together. What is past the last step is the last step with an input of zeros, so that it is in flight
// with the others. In what order a row of y is summed depends on LANES alone.
// ZERO: lib/loops_*.wgsl. What is known when the pipeline is made keeps the parameters, which come from memory as W does, out
// of the way to W's first load.
override WORKGROUP_SIZE: u32 = 128u;
override LANES: u32 = 32u;
override IN4: u32 = 0u;              // params.in4; 0: read it there
override WHOLE_GROUPS: bool = false; // every invocation has outputs of its own
override FROM_ROW: bool = true;      // x begins at params.first_row; else at 0

fn in4() -> u32 {
  if (IN4 > 0u) { return IN4; }
  return params.in4;
}
fn first_x_row() -> u32 {
  if (FROM_ROW) { return params.first_row; }
  return 0u;
}

struct Slice { a: Raw, b: Raw, c: Raw, d: Raw }  // one step of four neighbouring rows of W
// Of the rows of input (lib/wide_input_*.wgsl).
var<private> sums: array<vec4f, INPUT_ROWS>;
var<private> up_sums: array<vec4f, INPUT_ROWS>;

fn load_slice(first: u32, step: u32) -> Slice {
  return Slice(load_raw(first, step), load_raw(first + 1u, step), load_raw(first + 2u, step), load_raw(first + 3u, step));
}

// multiply, of what is loaded: lib/wide_multiply*.wgsl.

// Row of x: of past the last, which is computed in vain, the last.
fn row_of(row: u32) -> u32 {
  if (THREAD_ROWS == 1u) { return row; }
  return min(row, params.rows - 1u);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * THREAD_ROWS;
  begin_loops();
  let column4 = at.group.x * (WORKGROUP_SIZE / LANES) + at.lane / LANES;
  let lane = at.lane % LANES;
  var loaded4 = column4;
  if (!WHOLE_GROUPS) { loaded4 = min(column4, params.columns4 - 1u); }
  let first = loaded4 * select(4u, 8u, GATED);  // row of W
  let steps = in4() / (2u * STEP8);
  // Whether all lanes' last steps are in W.
  let whole = IN4 > 0u && steps % (LANES * UNROLL) == 0u;
  var slices: array<Slice, UNROLL>;
  var ups: array<Slice, UNROLL>;
  var addends: array<Addends, THREAD_ROWS>;
  for (var start = 0u; start < steps; start += LANES * UNROLL) {
    for (var i = 0u; i < UNROLL + ZERO; i++) {
      var step = start + i * LANES + lane;
      if (!whole) { step = min(step, steps - 1u); }
      slices[i] = load_slice(first, step);
      if (GATED) { ups[i] = load_slice(first + 4u, step); }
    }
    if (start == 0u) {
      // What is added to the sums: loaded while W is on its way.
      begin_input(at.lane, first_row, (params.out_start4 + loaded4) * select(1u, 2u, GATED));
      for (var r = 0u; r < THREAD_ROWS + ZERO; r++) {
        if (lane == 0u && first_row + r < params.rows) { addends[r] = load_addends(first_row + r, loaded4); }
      }
    }
    for (var i = 0u; i < UNROLL + ZERO; i++) {
      let step = start + i * LANES + lane;
      if (whole) { multiply(slices[i], ups[i], first_row, step, true); }
      else { multiply(slices[i], ups[i], first_row, min(step, steps - 1u), step < steps); }
    }
  }
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) {
    lane_values[r] = sums[r];
    if (GATED) { lane_values[THREAD_ROWS + r] = up_sums[r]; }
  }
  lane_sums(at);
  finish_input();
  if (lane != 0u || column4 >= params.columns4) { return; }
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) {
    let row = first_row + r;
    if (row >= params.rows) { return; }
    let result = normed_sum(r, lane_values[r]);
    if (GATED) {
      finish4_with(row, column4, result, normed_up(r, lane_values[THREAD_ROWS + r]), addends[r]);
    } else {
      finish4_with(row, column4, result, vec4f(), addends[r]);
    }
  }
}
