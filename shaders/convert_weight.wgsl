// A piece of a checkpoint's tensor, or a seeded one, becomes rows of a weight in f32 or f16.
// source: see lib/weight_source.wgsl   weight: [.., in4] of vec4, f32 or f16
// One invocation makes one vec4 of the weight; columns past the source's are zero.
// f16 is written as packed words, the same bytes on devices with and without shader-f16.
override WORKGROUP_SIZE: u32 = 64u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  let row = index / params.in4;
  if (row >= params.rows) { return; }
  let k4 = index % params.in4;
  store_weight4(target_row(row) * params.in4 + k4, load_source4(row, k4 * 4u));
}
