// Maximum over 8 neighbouring invocations, for four rows at once; all 8 get it. Subgroups have 8 lanes or more (the
// TypeScript side chooses the other file otherwise), so the butterfly never leaves its subgroup.
fn row_max(value: vec4f, at: Invocation) -> vec4f {
  var most = max(value, subgroupShuffleXor(value, 1u));
  most = max(most, subgroupShuffleXor(most, 2u));
  return max(most, subgroupShuffleXor(most, 4u));
}
