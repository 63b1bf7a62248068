// Eight neighbouring elements along k, widened to f32.
struct Eight { low: vec4f, high: vec4f }

// `sum` and the product of two, as a chain of eight multiply-adds; written out, so that no compiler fuses them in one
// pipeline and not in another: a row must sum up the same whatever the number of rows beside it.
fn dot8(a: Eight, b: Eight, sum: f32) -> f32 {
  var s = fma(a.low.x, b.low.x, sum);
  s = fma(a.low.y, b.low.y, s);
  s = fma(a.low.z, b.low.z, s);
  s = fma(a.low.w, b.low.w, s);
  s = fma(a.high.x, b.high.x, s);
  s = fma(a.high.y, b.high.y, s);
  s = fma(a.high.z, b.high.z, s);
  return fma(a.high.w, b.high.w, s);
}
fn sum8(a: Eight) -> f32 {
  let pair = a.low + a.high;
  return (pair.x + pair.y) + (pair.z + pair.w);
}
fn scale8(a: Eight, b: Eight) -> Eight { return Eight(a.low * b.low, a.high * b.high); }
fn masked8(a: Eight, inside: bool) -> Eight { return Eight(select(vec4f(), a.low, inside), select(vec4f(), a.high, inside)); }
