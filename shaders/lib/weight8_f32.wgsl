// Eight neighbouring weights in f32: [rows padded to 4, in8] of two vec4.
struct Raw8 { low: vec4f, high: vec4f }
@group(0) @binding(1) var<storage, read> weight: array<Raw8>;
fn load_raw8(row: u32, k8: u32) -> Raw8 { return weight[row * (params.in4 / 2u) + k8]; }
fn widen8(raw: Raw8) -> Eight { return Eight(raw.low, raw.high); }
