// A linear layer's input as it is, f16: x [rows, in4] of vec4. No norm: `norm` is bound but never read.
enable f16;
@group(0) @binding(0) var<storage, read> x: array<vec4<f16>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
fn prepare_input(first_row: u32, at: Invocation) {}
fn load_input4(row: u32, local_row: u32, k4: u32) -> vec4f { return vec4f(x[(params.first_row + row) * params.in4 + k4]); }
