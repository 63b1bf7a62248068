// A linear layer's output in f32: y [rows, out4] of vec4.
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;
fn load_output4(index: u32) -> vec4f { return y[index]; }
fn store_output4(index: u32, value: vec4f) { y[index] = value; }
