// y[rows, :] = epilogue(input(x[rows, :]) · Wᵀ) for one or a few rows: the vector product for GPUs, with W read once for
// THREAD_ROWS rows of x. The inner dimension is a multiple of a step: 8·STEP8 elements, what a 128-bit load of W holds.
// x: [rows, in4] of vec4   W: [outputs padded to 4, steps] (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// LANES invocations share four neighbouring outputs (GATED: eight rows of W), neighbours take neighbouring steps of each
// row, and UNROLL steps are loaded before the first is used: 4·UNROLL independent 128-bit loads in flight. All lanes
// make the same number of steps: loops whose length differs by lane are neither unrolled nor overlapped by compilers that
// must keep subgroups together. What is past the last step is the last step with an input of zeros, so that it is in flight
// with the others. In what order a row of y is summed depends on LANES alone.
// ZERO: lib/loops_*.wgsl.
override WORKGROUP_SIZE: u32 = 128u;
override LANES: u32 = 32u;

struct Slice { a: Raw, b: Raw, c: Raw, d: Raw }  // one step of four neighbouring rows of W
// Of the rows of input: x's, and what a norm adds (lib/wide_input_*.wgsl).
var<private> sums: array<vec4f, INPUT_ROWS>;
var<private> up_sums: array<vec4f, INPUT_ROWS>;

fn load_slice(first: u32, step: u32) -> Slice {
  return Slice(load_raw(first, step), load_raw(first + 1u, step), load_raw(first + 2u, step), load_raw(first + 3u, step));
}

struct Four { a: Eight, b: Eight, c: Eight, d: Eight }
fn decode(slice: Slice, part: u32) -> Four {
  return Four(decode8(slice.a, part), decode8(slice.b, part), decode8(slice.c, part), decode8(slice.d, part));
}
fn dot4(v: Eight, w: Four, sum: vec4f) -> vec4f {
  return vec4f(dot8(v, w.a, sum.x), dot8(v, w.b, sum.y), dot8(v, w.c, sum.z), dot8(v, w.d, sum.w));
}

// The rows of input from first_row on by one loaded step of W's rows; `inside`: whether there is such a step.
fn multiply(slice: Slice, up: Slice, first_row: u32, step: u32, inside: bool) {
  var products: array<vec4f, INPUT_ROWS>;
  var up_products: array<vec4f, INPUT_ROWS>;
  var totals: array<f32, INPUT_ROWS>;
  for (var part = 0u; part < STEP8 + ZERO; part++) {
    let w = decode(slice, part);
    var u: Four;
    if (GATED) { u = decode(up, part); }
    for (var r = 0u; r < INPUT_ROWS + ZERO; r++) {
      let input = load_input8(min(first_row + r, params.rows - 1u), r, step * STEP8 + part, inside);
      totals[r] += sum8(input);
      let v = undo_powers(input);
      products[r] = dot4(v, w, products[r]);
      if (GATED) { up_products[r] = dot4(v, u, up_products[r]); }
    }
  }
  for (var r = 0u; r < INPUT_ROWS + ZERO; r++) {
    sums[r] = add_step(slice, products[r], totals[r], sums[r]);
    if (GATED) { up_sums[r] = add_step(up, up_products[r], totals[r], up_sums[r]); }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * THREAD_ROWS;
  begin_loops();
  begin_input(first_row);
  let column4 = at.group.x * (WORKGROUP_SIZE / LANES) + at.lane / LANES;
  let lane = at.lane % LANES;
  let steps = params.in4 / (2u * STEP8);
  let first = min(column4, params.columns4 - 1u) * select(4u, 8u, GATED);  // row of W
  var slices: array<Slice, UNROLL>;
  var ups: array<Slice, UNROLL>;
  for (var start = 0u; start < steps; start += LANES * UNROLL) {
    for (var i = 0u; i < UNROLL + ZERO; i++) {
      let step = min(start + i * LANES + lane, steps - 1u);
      slices[i] = load_slice(first, step);
      if (GATED) { ups[i] = load_slice(first + 4u, step); }
    }
    for (var i = 0u; i < UNROLL + ZERO; i++) {
      let step = start + i * LANES + lane;
      multiply(slices[i], ups[i], first_row, min(step, steps - 1u), step < steps);
    }
  }
  finish_input(at);
  var results: array<vec4f, THREAD_ROWS>;
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_values[r] = normed_sum(r); }
  lane_sums(at);
  if (GATED) {
    results = lane_values;
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_values[r] = normed_up(r); }
    lane_sums(at);
  }
  if (lane != 0u || column4 >= params.columns4) { return; }
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) {
    if (first_row + r >= params.rows) { return; }
    if (GATED) { finish4(first_row + r, column4, results[r], lane_values[r]); }
    else { finish4(first_row + r, column4, lane_values[r], vec4f()); }
  }
}
