// Scores of a decoding tile from the LANES partial sums of each slot, through workgroup memory.
var<workgroup> lane_scratch: array<vec4f, ROW_TILE * WORKGROUP_SIZE>;

fn gather_scores(sums: ptr<function, array<vec4f, ROW_TILE>>, first_key: u32, split: Split, at: Invocation) {
  for (var r = 0u; r < ROW_TILE; r++) { lane_scratch[r * WORKGROUP_SIZE + at.lane] = sums[r]; }
  workgroupBarrier();
  for (var i = at.lane; i < ROW_TILE * SLOTS; i += WORKGROUP_SIZE) {
    var sum = vec4f();
    for (var lane = 0u; lane < LANES; lane++) { sum += lane_scratch[i * LANES + lane]; }
    score[i] = mask_scores(sum, i / SLOTS, first_key + i % SLOTS, split);
  }
}
