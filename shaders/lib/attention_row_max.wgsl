// Maximum over 8 neighbouring invocations, for four rows at once; all 8 get it and all of the workgroup must call.
// The caller has a barrier between two calls.
var<workgroup> row_max_part: array<vec4f, WORKGROUP_SIZE>;

fn row_max(value: vec4f, at: Invocation) -> vec4f {
  row_max_part[at.lane] = value;
  workgroupBarrier();
  let first = at.lane - at.lane % 8u;
  var most = row_max_part[first];
  for (var i = 1u; i < 8u; i++) { most = max(most, row_max_part[first + i]); }
  return most;
}
