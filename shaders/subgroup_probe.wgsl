// Whether this device's subgroups are what our kernels take for granted: lanes follow the local invocation index, the
// size is right, sums, extremes and shuffles are right. 256 invocations; each writes 1 when all that it saw was.
// verdict: u32 [256].
enable subgroups;

struct Params { invocations: u32 }
@group(0) @binding(0) var<storage, read_write> verdict: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(256)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let first = lane - min(subgroup_lane, lane);
  var right = size >= 4u && size <= 128u && countOneBits(size) == 1u && subgroup_lane == lane % size && params.invocations == 256u;
  right &= subgroupAdd(1u) == size;
  right &= subgroupAdd(lane) == size * first + size * (size - 1u) / 2u;
  right &= subgroupMin(lane) == first;
  right &= subgroupMax(lane) == first + size - 1u;
  // Whole numbers below 2^24: exact in f32 in any order.
  right &= subgroupAdd(f32(lane)) == f32(size * first + size * (size - 1u) / 2u);
  for (var mask = 1u; mask < 128u; mask *= 2u) {
    let other = subgroupShuffleXor(lane, mask);
    right &= mask >= size || other == (lane ^ mask);
  }
  verdict[lane] = select(0u, 1u, right);
}
