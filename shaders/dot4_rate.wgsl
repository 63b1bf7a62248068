// The ceiling of integer products: 8 independent chains of products of four bytes in each invocation, in registers alone.
// Chain i computes v = v + dot4(v, factor), 16 a step; the sum of all chains is stored, so that none is left out.
// result: [invocations] i32. With a factor of 0 every chain stays where it began: at its number.
requires packed_4x8_integer_dot_product;
override WORKGROUP_SIZE: u32 = 256u;

struct Params { steps: u32, factor: u32 }
@group(0) @binding(0) var<storage, read_write> result: array<i32>;
@group(0) @binding(1) var<uniform> params: Params;

fn next(v: i32) -> i32 { return v + dot4I8Packed(bitcast<u32>(v), params.factor); }

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  var c0 = 0i; var c1 = 1i; var c2 = 2i; var c3 = 3i; var c4 = 4i; var c5 = 5i; var c6 = 6i; var c7 = 7i;
  for (var i = 0u; i < params.steps; i++) {
    c0 = next(c0); c1 = next(c1); c2 = next(c2); c3 = next(c3); c4 = next(c4); c5 = next(c5); c6 = next(c6); c7 = next(c7);
    c0 = next(c0); c1 = next(c1); c2 = next(c2); c3 = next(c3); c4 = next(c4); c5 = next(c5); c6 = next(c6); c7 = next(c7);
  }
  result[at.group.x * WORKGROUP_SIZE + at.lane] = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7;
}
