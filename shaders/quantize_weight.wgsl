// A piece of a checkpoint's tensor, or a seeded one, becomes rows of a weight in int8 or int4, groups of 32 along k.
// source: see lib/weight_source.wgsl   weight: u32 words; a row is its codes, then its scales (src/kernels/weight.ts)
// One invocation makes the groups whose scales share a word (GROUPS: two in int8, one in int4); columns past the source's
// are zeros and have codes that mean exactly zero. How a group is quantised: lib/quantize_int8.wgsl, lib/quantize_int4.wgsl.
override WORKGROUP_SIZE: u32 = 64u;

@group(0) @binding(1) var<storage, read_write> weight: array<u32>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = (at.group.x + at.group.y * at.groups.x) * WORKGROUP_SIZE + at.lane;
  let groups = (params.in4 + 7u) / 8u;
  let words = (groups + GROUPS - 1u) / GROUPS;
  let row = index / words;
  if (row >= params.rows) { return; }
  let padded_words = (words + 3u) / 4u * 4u;
  let start = target_row(row) * (groups * CODE_WORDS + padded_words);
  let word = index % words;
  var scales = 0u;
  for (var i = 0u; i < GROUPS; i++) {
    let group = word * GROUPS + i;
    if (group >= groups) { break; }
    var values: array<vec4f, 8>;
    for (var j = 0u; j < 8u; j++) { values[j] = load_source4(row, group * 32u + j * 4u); }
    let quantized = quantize(values, group * 32u + 32u > params.columns);
    for (var j = 0u; j < CODE_WORDS; j++) { weight[start + group * CODE_WORDS + j] = quantized.codes[j]; }
    scales |= quantized.scale << (i * 16u);
  }
  weight[start + groups * CODE_WORDS + word] = scales;
  // The row's last invocation also pads its scales to a vec4.
  if (word == words - 1u) {
    for (var pad = words; pad < padded_words; pad++) { weight[start + groups * CODE_WORDS + pad] = 0u; }
  }
}
