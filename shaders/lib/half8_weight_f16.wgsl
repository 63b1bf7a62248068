// Eight neighbouring weights as halves, f16 in memory: [rows padded to 4, in8] of vec4<u32>.
@group(0) @binding(1) var<storage, read> weight: array<vec4<u32>>;
fn load_weight_chunk(row: u32, chunk: u32) -> vec4u { return weight[row * (params.in4 / 2u) + chunk]; }
