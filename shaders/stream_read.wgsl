// The ceiling of reading: every word of `source` once, in 128-bit loads, four in flight in each invocation.
// source: [count4] of vec4   sums: one word a workgroup, the exclusive-or of what it read: nothing can be left out.
override WORKGROUP_SIZE: u32 = 256u;

struct Params { count4: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> sums: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let stride = at.groups.x * WORKGROUP_SIZE;
  var index = at.group.x * WORKGROUP_SIZE + at.lane;
  var sum = vec4u();
  for (; index + 3u * stride < params.count4; index += 4u * stride) {
    let a = source[index];
    let b = source[index + stride];
    let c = source[index + 2u * stride];
    let d = source[index + 3u * stride];
    sum ^= (a ^ b) ^ (c ^ d);
  }
  for (; index < params.count4; index += stride) { sum ^= source[index]; }
  atomicXor(&sums[at.group.x], sum.x ^ sum.y ^ sum.z ^ sum.w);
}
