// Sums over neighbouring invocations, all in one go: of `lane_values` over LANES (the second THREAD_ROWS of them only where there
// are two vec4s of outputs), of `statistics` over statistics_span() of them. All get them, and all must call, once.
// A butterfly over the lanes that every subgroup is sure to hold, SUBGROUP_MIN; what is left goes through shared memory.
// The bound is an override, not the subgroup's real size: shuffles and barriers must stay in uniform control flow.
override SUBGROUP_MIN: u32 = 4u;  // the adapter's smallest subgroup
override SUBGROUPS: u32 = (WORKGROUP_SIZE + SUBGROUP_MIN - 1u) / SUBGROUP_MIN;
var<workgroup> lane_scratch: array<vec4f, 2u * THREAD_ROWS * SUBGROUPS>;
var<workgroup> statistics_scratch: array<vec2f, THREAD_ROWS * SUBGROUPS>;
var<private> lane_values: array<vec4f, 2u * THREAD_ROWS>;
var<private> statistics: array<vec2f, THREAD_ROWS>;

fn sum_in_subgroup(value: vec4f) -> vec4f {
  var sum = value;
  for (var distance = min(LANES, SUBGROUP_MIN) / 2u; distance > 0u; distance /= 2u) { sum += subgroupShuffleXor(sum, distance); }
  return sum;
}
fn sum_statistics_in_subgroup(value: vec2f) -> vec2f {
  var sum = value;
  for (var distance = min(statistics_span(), SUBGROUP_MIN) / 2u; distance > 0u; distance /= 2u) {
    sum += subgroupShuffleXor(sum, distance);
  }
  return sum;
}

fn lane_sums(at: Invocation) {
  let span = statistics_span();
  for (var r = 0u; r < THREAD_ROWS; r++) {
    lane_values[r] = sum_in_subgroup(lane_values[r]);
    if (GATED) { lane_values[THREAD_ROWS + r] = sum_in_subgroup(lane_values[THREAD_ROWS + r]); }
    if (span > 0u) { statistics[r] = sum_statistics_in_subgroup(statistics[r]); }
  }
  if (max(LANES, span) <= SUBGROUP_MIN) { return; }
  if (at.lane % SUBGROUP_MIN == 0u) {
    let subgroup = at.lane / SUBGROUP_MIN;
    for (var r = 0u; r < THREAD_ROWS; r++) {
      if (LANES > SUBGROUP_MIN) {
        lane_scratch[r * SUBGROUPS + subgroup] = lane_values[r];
        if (GATED) { lane_scratch[(THREAD_ROWS + r) * SUBGROUPS + subgroup] = lane_values[THREAD_ROWS + r]; }
      }
      if (span > SUBGROUP_MIN) { statistics_scratch[r * SUBGROUPS + subgroup] = statistics[r]; }
    }
  }
  workgroupBarrier();
  for (var r = 0u; r < THREAD_ROWS; r++) {
    if (LANES > SUBGROUP_MIN) {
      lane_values[r] = sum_subgroups(r, at.lane);
      if (GATED) { lane_values[THREAD_ROWS + r] = sum_subgroups(THREAD_ROWS + r, at.lane); }
    }
    if (span > SUBGROUP_MIN) {
      let first = r * SUBGROUPS + (at.lane - at.lane % span) / SUBGROUP_MIN;
      var sum = vec2f();
      for (var i = 0u; i < span / SUBGROUP_MIN; i++) { sum += statistics_scratch[first + i]; }
      statistics[r] = sum;
    }
  }
}
fn sum_subgroups(value: u32, lane: u32) -> vec4f {
  let first = value * SUBGROUPS + (lane - lane % LANES) / SUBGROUP_MIN;
  var sum = vec4f();
  for (var i = 0u; i < LANES / SUBGROUP_MIN; i++) { sum += lane_scratch[first + i]; }
  return sum;
}
