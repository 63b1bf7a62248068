// Sums of THREAD_ROWS vec4s, `lane_values`, over LANES neighbouring invocations; all of them get them, and all must call.
// In two stages of few barriers: every invocation reads its run of up to 16 values, which its neighbours read at the same
// time, then the runs' sums.
var<workgroup> lane_scratch: array<vec4f, THREAD_ROWS * WORKGROUP_SIZE>;
var<private> lane_values: array<vec4f, THREAD_ROWS>;

fn add_lanes(first: u32, count: u32, apart: u32) {
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) {
    var sum = vec4f();
    for (var i = 0u; i < count + ZERO; i += apart) { sum += lane_scratch[r * WORKGROUP_SIZE + first + i]; }
    lane_values[r] = sum;
  }
}

fn lane_sums(at: Invocation) {
  if (LANES == 1u) { return; }
  let run = min(LANES, 16u);
  for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_scratch[r * WORKGROUP_SIZE + at.lane] = lane_values[r]; }
  workgroupBarrier();
  add_lanes(at.lane - at.lane % run, run, 1u);
  workgroupBarrier();
  if (LANES > 16u) {
    for (var r = 0u; r < THREAD_ROWS + ZERO; r++) { lane_scratch[r * WORKGROUP_SIZE + at.lane] = lane_values[r]; }
    workgroupBarrier();
    add_lanes(at.lane - at.lane % LANES, LANES, run);
    workgroupBarrier();
  }
}
