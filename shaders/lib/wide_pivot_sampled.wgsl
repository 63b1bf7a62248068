// The pivot of a LayerNorm whose input is quantised: the mean of as many fours of the row as a subgroup has lanes at least.
// An outlier as pivot would be added to all that is quantised, and round it all as coarsely. Every subgroup finds the same,
// without a barrier: a butterfly sums in one order for all its lanes. `row`: where it begins in x.
fn pivot_of(row: u32, lane: u32) -> f32 {
  let four = x[row + (lane % SUBGROUP_MIN) % in4()];
  var sum = (four.x + four.y) + (four.z + four.w);
  for (var distance = SUBGROUP_MIN / 2u; distance > 0u; distance /= 2u) { sum += subgroupShuffleXor(sum, distance); }
  return sum / f32(4u * SUBGROUP_MIN);
}
