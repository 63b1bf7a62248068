// How far a candidate's output is from the one it is held against: verdict[0] = largest |got − want|, verdict[1] = largest
// |want|, as the bits of f32, which are in the order of the numbers. Equal bits count as equal, also of a NaN that neither
// has written over; where else one of both is no finite number the difference is infinite.
// got, want: f32, or f16 two in a u32, read as vec4s. Invocations walk over all vec4s together.
override WORKGROUP_SIZE: u32 = 64u;

struct Params {
  vec4s: u32,
  halves: u32,  // 1: f16
}
@group(0) @binding(0) var<storage, read> got: array<vec4u>;
@group(0) @binding(1) var<storage, read> want: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> verdict: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> params: Params;

const INFINITY = 0x7f800000u;

// By their bits: a compiler may assume that no number is infinite or NaN.
fn finite_f32(word: u32) -> bool { return (word & INFINITY) != INFINITY; }
fn finite_f16(word: u32) -> bool { return (word & 0x7c00u) != 0x7c00u && (word & 0x7c000000u) != 0x7c000000u; }

// (difference, |want|) as bits, the larger of two halves each.
fn compare(a: u32, b: u32) -> vec2u {
  if (params.halves == 0u) {
    let size = select(0u, b & 0x7fffffffu, finite_f32(b));
    if (a == b) { return vec2u(0u, size); }
    if (!finite_f32(a) || !finite_f32(b)) { return vec2u(INFINITY, size); }
    return vec2u(bitcast<u32>(abs(bitcast<f32>(a) - bitcast<f32>(b))), size);
  }
  if (a == b && !finite_f16(b)) { return vec2u(); }
  if (!finite_f16(a) || !finite_f16(b)) { return vec2u(INFINITY, 0u); }
  let difference = abs(unpack2x16float(a) - unpack2x16float(b));
  let size = abs(unpack2x16float(b));
  return vec2u(bitcast<u32>(max(difference.x, difference.y)), bitcast<u32>(max(size.x, size.y)));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  var worst = vec2u();
  let step = at.groups.x * WORKGROUP_SIZE;
  for (var index = at.group.x * WORKGROUP_SIZE + at.lane; index < params.vec4s; index += step) {
    for (var i = 0u; i < 4u; i++) { worst = max(worst, compare(got[index][i], want[index][i])); }
  }
  atomicMax(&verdict[0], worst.x);
  atomicMax(&verdict[1], worst.y);
}
