// Where a converted or seeded weight is kept, f32: [rows, in4] of vec4.
@group(0) @binding(1) var<storage, read_write> weight: array<vec4<f32>>;
fn store_weight4(index: u32, value: vec4f) { weight[index] = value; }
