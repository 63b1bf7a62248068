// Sum and maximum over a workgroup; every invocation gets the result and all must call.
// Needs: override WORKGROUP_SIZE, a power of two, and Invocation.
var<workgroup> reduce_scratch: array<f32, WORKGROUP_SIZE>;

fn reduce_sum(value: f32, at: Invocation) -> f32 {
  reduce_scratch[at.lane] = value;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    if (at.lane < half) { reduce_scratch[at.lane] += reduce_scratch[at.lane + half]; }
    workgroupBarrier();
  }
  let sum = reduce_scratch[0];
  workgroupBarrier();  // the scratch may be written again at once
  return sum;
}

fn reduce_max(value: f32, at: Invocation) -> f32 {
  reduce_scratch[at.lane] = value;
  workgroupBarrier();
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    if (at.lane < half) { reduce_scratch[at.lane] = max(reduce_scratch[at.lane], reduce_scratch[at.lane + half]); }
    workgroupBarrier();
  }
  let most = reduce_scratch[0];
  workgroupBarrier();
  return most;
}
