// The highest logit of all blocks, and how far below it a value lies, in bins. For kernels that bind `scratch` atomic.
fn highest_value(start: u32, at: Invocation) -> f32 {
  var best = vec2u(0u, 0xffffffffu);
  for (var i = at.lane; i < params.blocks; i += WORKGROUP_SIZE) {
    let pair = start + BLOCK_BEST + 2u * i;
    best = better(best, vec2u(atomicLoad(&scratch[pair]), atomicLoad(&scratch[pair + 1u])));
  }
  return from_key(reduce_best(best, at).x);
}

fn distance_bin(value: f32, highest: f32) -> u32 { return u32(min((highest - value) / BIN_WIDTH, f32(BINS - 1u))); }
