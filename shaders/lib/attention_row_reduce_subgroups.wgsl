// Maximum and sum over ROW_LANES neighbouring invocations, for four rows at once; all of them get it. Subgroups have as
// many lanes or more (the TypeScript side chooses the other file otherwise), so the butterfly never leaves its subgroup.
fn row_max(value: vec4f, at: Invocation) -> vec4f {
  var most = value;
  for (var other = 1u; other < ROW_LANES; other *= 2u) { most = max(most, subgroupShuffleXor(most, other)); }
  return most;
}

fn row_sum(value: vec4f, at: Invocation) -> vec4f {
  var sum = value;
  for (var other = 1u; other < ROW_LANES; other *= 2u) { sum += subgroupShuffleXor(sum, other); }
  return sum;
}
