// Sums over neighbouring invocations, as in lane_sums_subgroups.wgsl: of `lane_values` over LANES (the second THREAD_ROWS of them
// only where there are two vec4s of outputs), of `statistics` over statistics_span() of them. All get them, and all must call.
// In two stages of few barriers: every invocation reads its run of up to 16 values, which its neighbours read at the same
// time, then the runs' sums.
var<workgroup> lane_scratch: array<vec4f, THREAD_ROWS * WORKGROUP_SIZE>;
var<private> row_values: array<vec4f, THREAD_ROWS>;
var<private> lane_values: array<vec4f, 2u * THREAD_ROWS>;
var<private> statistics: array<vec2f, THREAD_ROWS>;

fn add_lanes(first: u32, count: u32, apart: u32) {
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) {
    var sum = vec4f();
    for (var i = 0u; i < count + ZERO; i += apart) { sum += lane_scratch[r * WORKGROUP_SIZE + first + i]; }
    row_values[r] = sum;
  }
}

// `row_values` over `span` neighbours, a power of two.
fn sum_rows(lane: u32, span: u32) {
  if (span <= 1u) { return; }
  let run = min(span, 16u);
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_scratch[r * WORKGROUP_SIZE + lane] = row_values[r]; }
  workgroupBarrier();
  add_lanes(lane - lane % run, run, 1u);
  workgroupBarrier();
  if (span > 16u) {
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_scratch[r * WORKGROUP_SIZE + lane] = row_values[r]; }
    workgroupBarrier();
    add_lanes(lane - lane % span, span, run);
    workgroupBarrier();
  }
}

fn lane_sums(at: Invocation) {
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { row_values[r] = lane_values[r]; }
  sum_rows(at.lane, LANES);
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_values[r] = row_values[r]; }
  if (GATED) {
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { row_values[r] = lane_values[THREAD_ROWS + r]; }
    sum_rows(at.lane, LANES);
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_values[THREAD_ROWS + r] = row_values[r]; }
  }
  if (statistics_span() > 0u) {
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { row_values[r] = vec4f(statistics[r], 0.0, 0.0); }
    sum_rows(at.lane, statistics_span());
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { statistics[r] = row_values[r].xy; }
  }
}
