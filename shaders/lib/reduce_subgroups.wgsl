// Sum and maximum over a workgroup: first in each subgroup, then over one value a subgroup.
// Needs: override WORKGROUP_SIZE and Invocation (with subgroups).
var<workgroup> reduce_scratch: array<f32, WORKGROUP_SIZE>;

fn reduce_sum(value: f32, at: Invocation) -> f32 {
  let part = subgroupAdd(value);
  if (at.subgroup_lane == 0u) { reduce_scratch[at.lane / at.subgroup_size] = part; }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < (WORKGROUP_SIZE + at.subgroup_size - 1u) / at.subgroup_size; i++) { sum += reduce_scratch[i]; }
  workgroupBarrier();
  return sum;
}

fn reduce_max(value: f32, at: Invocation) -> f32 {
  let part = subgroupMax(value);
  if (at.subgroup_lane == 0u) { reduce_scratch[at.lane / at.subgroup_size] = part; }
  workgroupBarrier();
  var most = reduce_scratch[0];
  for (var i = 1u; i < (WORKGROUP_SIZE + at.subgroup_size - 1u) / at.subgroup_size; i++) { most = max(most, reduce_scratch[i]); }
  workgroupBarrier();
  return most;
}
