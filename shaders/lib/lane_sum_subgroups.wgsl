// Sum of a vec4 over LANES neighbouring invocations; the first of them gets it. All must call.
// A butterfly over the lanes that every subgroup is sure to hold, SUBGROUP_MIN; what is left goes through shared memory.
// The bound is an override, not the subgroup's real size: shuffles and barriers must stay in uniform control flow.
override SUBGROUP_MIN: u32 = 4u;  // the adapter's smallest subgroup
var<workgroup> lane_scratch: array<vec4f, WORKGROUP_SIZE>;

fn lane_sum(value: vec4f, at: Invocation) -> vec4f {
  var sum = value;
  for (var distance = min(LANES, SUBGROUP_MIN) / 2u; distance > 0u; distance /= 2u) { sum += subgroupShuffleXor(sum, distance); }
  if (LANES > SUBGROUP_MIN) {
    lane_scratch[at.lane] = sum;
    workgroupBarrier();
    sum = vec4f();
    for (var i = 0u; i < LANES; i += SUBGROUP_MIN) { sum += lane_scratch[at.lane - at.lane % LANES + i]; }
    workgroupBarrier();
  }
  return sum;
}
