// Eight neighbouring elements along k, widened to f32.
struct Eight { low: vec4f, high: vec4f }

// `sum` and the product of two, as a chain that compilers fuse into eight multiply-adds.
fn dot8(a: Eight, b: Eight, sum: f32) -> f32 {
  var s = sum + a.low.x * b.low.x;
  s += a.low.y * b.low.y;
  s += a.low.z * b.low.z;
  s += a.low.w * b.low.w;
  s += a.high.x * b.high.x;
  s += a.high.y * b.high.y;
  s += a.high.z * b.high.z;
  s += a.high.w * b.high.w;
  return s;
}
