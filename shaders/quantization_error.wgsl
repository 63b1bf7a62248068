// What a format would make of a piece of a tensor, without keeping it: Σ (w - ŵ)² and Σ w².
// source: see lib/weight_source.wgsl   errors: f32 [slots, 2], added to; a workgroup has a slot to itself, so that pieces of
// one tensor that follow each other add up, and the sums are short. As many workgroups as slots share the groups of 32.
override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(1) var<storage, read_write> errors: array<vec2<f32>>;
var<workgroup> partial_sums: array<vec2f, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let groups = (params.in4 + 7u) / 8u;
  var sums = vec2f();
  for (var index = at.group.x * WORKGROUP_SIZE + at.lane; index < params.rows * groups; index += at.groups.x * WORKGROUP_SIZE) {
    let row = index / groups;
    let group = index % groups;
    var values: array<vec4f, 8>;
    for (var j = 0u; j < 8u; j++) { values[j] = load_source4(row, group * 32u + j * 4u); }
    let quantized = quantize(values, group * 32u + 32u > params.columns);
    for (var j = 0u; j < 8u; j++) {
      let off = values[j] - dequantize4(quantized, j);
      sums += vec2f(dot(off, off), dot(values[j], values[j]));
    }
  }
  partial_sums[at.lane] = sums;
  workgroupBarrier();
  if (at.lane == 0u) {
    var total = vec2f();
    for (var i = 0u; i < WORKGROUP_SIZE; i++) { total += partial_sums[i]; }
    errors[at.group.x] += total;
  }
}
