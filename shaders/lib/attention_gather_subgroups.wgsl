// Scores of a decoding tile from the LANES partial sums of each slot, by a butterfly: LANES is at most the smallest
// subgroup (the TypeScript side sees to it), so that it never leaves its subgroup. The lanes share out the rows to mask.
var<workgroup> lane_scratch: array<vec4f, WORKGROUP_SIZE>;

fn gather_scores(sums: ptr<function, array<vec4f, ROW_TILE>>, first_key: u32, split: Split, at: Invocation) {
  let slot = at.lane / LANES;
  for (var r = 0u; r < ROW_TILE; r++) {
    var sum = sums[r];
    for (var distance = LANES / 2u; distance > 0u; distance /= 2u) { sum += subgroupShuffleXor(sum, distance); }
    if (at.lane % LANES == r % LANES) { score[r * SLOTS + slot] = mask_scores(sum, r, first_key + slot, split); }
  }
}
