// Weights in f32: [rows padded to 4, in4] of vec4.
@group(0) @binding(1) var<storage, read> weight: array<vec4<f32>>;
fn load_weight4(row: u32, k4: u32) -> vec4f { return weight[row * params.in4 + k4]; }
