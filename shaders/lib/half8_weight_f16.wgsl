// Eight neighbouring weights as halves, f16 in memory: [rows padded to 4, in8] of vec4<u32>.
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_weight_half8(index: u32) -> vec4<u32> { return weight[index]; }
