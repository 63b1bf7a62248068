// The smallest kernel that depends on its predecessor: adds one to a word. What it takes is what any dispatch costs.
override WORKGROUP_SIZE: u32 = 32u;
struct Params { amount: u32 }
@group(0) @binding(0) var<storage, read_write> counter: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  if (at.group.x == 0u && at.lane == 0u) { counter[0] += params.amount; }
}
