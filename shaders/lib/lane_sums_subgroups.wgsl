// Sums of THREAD_ROWS vec4s, `lane_values`, over LANES neighbouring invocations; all of them get them, and all must call.
// A butterfly over the lanes that every subgroup is sure to hold, SUBGROUP_MIN; what is left goes through shared memory.
// The bound is an override, not the subgroup's real size: shuffles and barriers must stay in uniform control flow.
override SUBGROUP_MIN: u32 = 4u;  // the adapter's smallest subgroup
var<workgroup> lane_scratch: array<vec4f, THREAD_ROWS * WORKGROUP_SIZE>;
var<private> lane_values: array<vec4f, THREAD_ROWS>;

fn lane_sums(at: Invocation) {
  for (var r = 0u; r < THREAD_ROWS; r++) {
    var sum = lane_values[r];
    for (var distance = min(LANES, SUBGROUP_MIN) / 2u; distance > 0u; distance /= 2u) { sum += subgroupShuffleXor(sum, distance); }
    lane_values[r] = sum;
  }
  if (LANES > SUBGROUP_MIN) {
    for (var r = 0u; r < THREAD_ROWS; r++) { lane_scratch[r * WORKGROUP_SIZE + at.lane] = lane_values[r]; }
    workgroupBarrier();
    for (var r = 0u; r < THREAD_ROWS; r++) {
      var sum = vec4f();
      for (var i = 0u; i < LANES; i += SUBGROUP_MIN) { sum += lane_scratch[r * WORKGROUP_SIZE + at.lane - at.lane % LANES + i]; }
      lane_values[r] = sum;
    }
    workgroupBarrier();
  }
}
