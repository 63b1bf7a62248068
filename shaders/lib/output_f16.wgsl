// A linear layer's output in f16: y [rows, out4] of vec4. Saturates instead of overflowing to infinity.
enable f16;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f16>>;
fn load_output4(index: u32) -> vec4f { return vec4f(y[index]); }
fn store_output4(index: u32, value: vec4f) { y[index] = vec4<f16>(clamp(value, vec4f(-65504.0), vec4f(65504.0))); }
