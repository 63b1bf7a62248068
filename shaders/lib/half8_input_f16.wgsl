// Eight neighbouring inputs as halves, f16 in memory: x [rows, in8] of vec4<u32>. No norm: `norm` is bound but never read.
@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
fn load_input_chunk(row: u32, chunk: u32) -> vec4u { return x[(params.first_row + row) * (params.in4 / 2u) + chunk]; }
