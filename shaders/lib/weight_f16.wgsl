// Weights in f16 on a device with shader-f16: [rows padded to 4, in4] of vec4.
enable f16;
@group(0) @binding(1) var<storage, read> weight: array<vec4<f16>>;
fn load_weight4(row: u32, k4: u32) -> vec4f { return vec4f(weight[row * params.in4 + k4]); }
