// The best (key, id) of a workgroup; every invocation gets it and all must call. Needs: override WORKGROUP_SIZE, a
// multiple of 16.
var<workgroup> best_scratch: array<vec2u, WORKGROUP_SIZE>;

fn reduce_best(value: vec2u, at: Invocation) -> vec2u {
  best_scratch[at.lane] = value;
  workgroupBarrier();
  // In two strides rather than a tree: barriers cost CPU adapters more than comparisons.
  let stride = WORKGROUP_SIZE / 16u;
  if (at.lane < 16u) {
    var part = best_scratch[at.lane * stride];
    for (var i = 1u; i < stride; i++) { part = better(part, best_scratch[at.lane * stride + i]); }
    best_scratch[at.lane * stride] = part;
  }
  workgroupBarrier();
  var best = best_scratch[0];
  for (var i = 1u; i < 16u; i++) { best = better(best, best_scratch[i * stride]); }
  workgroupBarrier();  // the scratch may be written again at once
  return best;
}
