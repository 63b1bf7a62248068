// y[rows, :] = epilogue(input(x[rows, :]) · Wᵀ) for one or a few rows: the vector product for GPUs, with W read once for
// THREAD_ROWS rows of x. The inner dimension is a multiple of a step: 8·STEP8 elements, what a 128-bit load of W holds.
// x: [rows, in4] of vec4   W: [outputs padded to 4, steps] (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// LANES invocations share four neighbouring outputs (GATED: eight rows of W), neighbours take neighbouring steps of each
// row, and UNROLL steps are loaded before the first is used: 4·UNROLL independent 128-bit loads in flight. All lanes
// make the same number of steps: loops whose length differs by lane are neither unrolled nor overlapped by compilers that
// must keep subgroups together.
override WORKGROUP_SIZE: u32 = 128u;
override LANES: u32 = 32u;
override ROWS_PER_GROUP: u32 = THREAD_ROWS;
const WEIGHT_ROWS = 4u;

alias Four = array<f32, WEIGHT_ROWS>;
struct Sums {
  main: array<Four, THREAD_ROWS>,
  up: array<Four, THREAD_ROWS>,
  gammas: array<f32, 8>,  // Σ w·gamma and Σ w·beta of the four (GATED: eight) rows of W, where the norm is streamed
  betas: array<f32, 8>,
}
var<private> sums: Sums;

fn scale8(a: Eight, b: Eight) -> Eight { return Eight(a.low * b.low, a.high * b.high); }
fn gather(values: Four) -> vec4f { return vec4f(values[0], values[1], values[2], values[3]); }

// One step: rows of x by the loaded slice of W's rows.
alias Slice = array<Raw, WEIGHT_ROWS * UNROLL>;

// Rows of x by eight elements, `part` of a loaded step, of W's rows.
fn add_products(raw: ptr<function, Slice>, raw_up: ptr<function, Slice>, first: u32, part: u32, first_row: u32, k8: u32) {
  var w: array<Eight, WEIGHT_ROWS>;
  var u: array<Eight, WEIGHT_ROWS>;
  for (var o = 0u; o < WEIGHT_ROWS; o++) {
    w[o] = widen8((*raw)[first + o], part);
    if (GATED) { u[o] = widen8((*raw_up)[first + o], part); }
  }
  if (STREAMED > 0u) {
    let gamma = load_gamma8(k8);
    for (var o = 0u; o < WEIGHT_ROWS; o++) {
      if (STREAMED > 1u) {
        let beta = load_beta8(k8);
        sums.betas[o] = dot8(beta, w[o], sums.betas[o]);
        if (GATED) { sums.betas[4u + o] = dot8(beta, u[o], sums.betas[4u + o]); }
      }
      w[o] = scale8(w[o], gamma);
      if (GATED) { u[o] = scale8(u[o], gamma); }
      if (STREAMED > 1u) {
        sums.gammas[o] += dot(w[o].low + w[o].high, vec4f(1.0));
        if (GATED) { sums.gammas[4u + o] += dot(u[o].low + u[o].high, vec4f(1.0)); }
      }
    }
  }
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let v = load_input8(min(first_row + r, params.rows - 1u), r, k8);
    for (var o = 0u; o < WEIGHT_ROWS; o++) {
      sums.main[r][o] = dot8(v, w[o], sums.main[r][o]);
      if (GATED) { sums.up[r][o] = dot8(v, u[o], sums.up[r][o]); }
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let first_row = at.group.y * THREAD_ROWS;
  begin_input(first_row, at);
  let column4 = at.group.x * (WORKGROUP_SIZE / LANES) + at.lane / LANES;
  let lane = at.lane % LANES;
  let steps = params.in4 / (2u * STEP8);
  let first = min(column4, params.columns4 - 1u) * select(4u, 8u, GATED);  // row of W
  var raw: Slice;
  var raw_up: Slice;
  let turns = steps / (LANES * UNROLL);
  for (var turn = 0u; turn < turns; turn++) {
    let step = turn * LANES * UNROLL + lane;
    for (var i = 0u; i < UNROLL; i++) {
      for (var o = 0u; o < WEIGHT_ROWS; o++) {
        raw[i * WEIGHT_ROWS + o] = load_raw(first + o, step + i * LANES);
        if (GATED) { raw_up[i * WEIGHT_ROWS + o] = load_raw(first + 4u + o, step + i * LANES); }
      }
    }
    for (var i = 0u; i < UNROLL; i++) {
      for (var part = 0u; part < STEP8; part++) {
        add_products(&raw, &raw_up, i * WEIGHT_ROWS, part, first_row, (step + i * LANES) * STEP8 + part);
      }
    }
  }
  for (var step = turns * LANES * UNROLL + lane; step < steps; step += LANES) {
    for (var o = 0u; o < WEIGHT_ROWS; o++) {
      raw[o] = load_raw(first + o, step);
      if (GATED) { raw_up[o] = load_raw(first + 4u + o, step); }
    }
    for (var part = 0u; part < STEP8; part++) { add_products(&raw, &raw_up, 0u, part, first_row, step * STEP8 + part); }
  }
  var gammas = vec4f();
  var betas = vec4f();
  var up_gammas = vec4f();
  var up_betas = vec4f();
  if (STREAMED > 1u) {
    gammas = lane_sum(vec4f(sums.gammas[0], sums.gammas[1], sums.gammas[2], sums.gammas[3]), at);
    betas = lane_sum(vec4f(sums.betas[0], sums.betas[1], sums.betas[2], sums.betas[3]), at);
    if (GATED) {
      up_gammas = lane_sum(vec4f(sums.gammas[4], sums.gammas[5], sums.gammas[6], sums.gammas[7]), at);
      up_betas = lane_sum(vec4f(sums.betas[4], sums.betas[5], sums.betas[6], sums.betas[7]), at);
    }
  }
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let sum = finish_streamed(r, lane_sum(gather(sums.main[r]), at), gammas, betas, at);
    var up = vec4f();
    if (GATED) { up = finish_streamed(r, lane_sum(gather(sums.up[r]), at), up_gammas, up_betas, at); }
    if (lane == 0u && column4 < params.columns4 && first_row + r < params.rows) { finish4(first_row + r, column4, sum, up); }
  }
}
