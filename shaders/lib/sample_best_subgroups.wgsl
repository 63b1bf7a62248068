// The best (key, id) of a workgroup: first in each subgroup, then over one value a subgroup. All must call.
var<workgroup> best_scratch: array<vec2u, WORKGROUP_SIZE>;

fn reduce_best(value: vec2u, at: Invocation) -> vec2u {
  let key = subgroupMax(value.x);
  let id = subgroupMin(select(0xffffffffu, value.y, value.x == key));
  if (at.subgroup_lane == 0u) { best_scratch[at.lane / at.subgroup_size] = vec2u(key, id); }
  workgroupBarrier();
  var best = best_scratch[0];
  for (var i = 1u; i < (WORKGROUP_SIZE + at.subgroup_size - 1u) / at.subgroup_size; i++) { best = better(best, best_scratch[i]); }
  workgroupBarrier();
  return best;
}
