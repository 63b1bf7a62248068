// Σ over a group of 32 of two rows of packed codes: at most 32 · 127 · 127 in magnitude, exact in i32 and in f32.
fn dot_codes(a: Codes, b: Codes) -> f32 {
  return f32(
    dot4I8Packed(a.low.x, b.low.x) + dot4I8Packed(a.low.y, b.low.y) +
    dot4I8Packed(a.low.z, b.low.z) + dot4I8Packed(a.low.w, b.low.w) +
    dot4I8Packed(a.high.x, b.high.x) + dot4I8Packed(a.high.y, b.high.y) +
    dot4I8Packed(a.high.z, b.high.z) + dot4I8Packed(a.high.w, b.high.w));
}
