// Sum of a vec4 over LANES neighbouring invocations; the first of them gets it. All must call.
var<workgroup> lane_scratch: array<vec4f, WORKGROUP_SIZE>;

fn lane_sum(value: vec4f, at: Invocation) -> vec4f {
  if (LANES == 1u) { return value; }
  lane_scratch[at.lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (at.lane % LANES < half) { lane_scratch[at.lane] += lane_scratch[at.lane + half]; }
    workgroupBarrier();
  }
  let sum = lane_scratch[at.lane];
  workgroupBarrier();
  return sum;
}
