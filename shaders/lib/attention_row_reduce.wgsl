// Maximum and sum over ROW_LANES neighbouring invocations, for four rows at once; all of them get it and all of the
// workgroup must call. The caller has a barrier between two calls.
var<workgroup> row_part: array<vec4f, WORKGROUP_SIZE>;

fn row_max(value: vec4f, at: Invocation) -> vec4f {
  row_part[at.lane] = value;
  workgroupBarrier();
  let first = at.lane - at.lane % ROW_LANES;
  var most = row_part[first];
  for (var i = 1u; i < ROW_LANES; i++) { most = max(most, row_part[first + i]); }
  return most;
}

fn row_sum(value: vec4f, at: Invocation) -> vec4f {
  row_part[at.lane] = value;
  workgroupBarrier();
  let first = at.lane - at.lane % ROW_LANES;
  var sum = row_part[first];
  for (var i = 1u; i < ROW_LANES; i++) { sum += row_part[first + i]; }
  return sum;
}
