// Weights in f32 for wide products: [rows padded to 4, in8] of two vec4. A step is 8 elements.
const STEP8 = 1u;
struct Raw { low: vec4f, high: vec4f }
@group(0) @binding(1) var<storage, read> weight: array<Raw>;
fn load_raw(row: u32, step: u32) -> Raw { return weight[row * (in4() / 2u) + step]; }
fn decode8(raw: Raw, part: u32) -> Eight { return Eight(raw.low, raw.high); }
fn add_step(slice: Slice, products: vec4f, total: f32, sum: vec4f) -> vec4f { return sum + products; }
