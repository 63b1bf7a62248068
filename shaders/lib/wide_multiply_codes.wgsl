// Products of a wide product in integers: a step is a group of 32 codes of int4, and the input in int8 has a scale for the same
// group. Exact but for that rounding of the input: an instruction for four products where f32 takes three for one.
fn codes_of(raw: Raw) -> Codes {
  let even = raw.codes & vec4u(0x0f0f0f0fu);
  let odd = (raw.codes >> vec4u(4u)) & vec4u(0x0f0f0f0fu);
  return Codes(vec4u(even.x, odd.x, even.y, odd.y), vec4u(even.z, odd.z, even.w, odd.w));
}
struct FourCodes { a: Codes, b: Codes, c: Codes, d: Codes }
fn codes_of_slice(slice: Slice) -> FourCodes {
  return FourCodes(codes_of(slice.a), codes_of(slice.b), codes_of(slice.c), codes_of(slice.d));
}
fn dot4_codes(x: Codes, w: FourCodes) -> vec4f {
  return vec4f(dot_codes(x, w.a), dot_codes(x, w.b), dot_codes(x, w.c), dot_codes(x, w.d));
}

// As in wide_multiply.wgsl.
fn multiply(slice: Slice, up: Slice, first_row: u32, step: u32, inside: bool) {
  let w = codes_of_slice(slice);
  var u: FourCodes;
  if (GATED) { u = codes_of_slice(up); }
  for (var r = 0u; r < INPUT_ROWS + ZERO; r++) {
    let x = staged_codes(r, step);
    let scale = select(vec2f(), staged_scale(r, step), inside);
    sums[r] = add_step(slice, dot4_codes(x, w) * scale.x, scale.y, sums[r]);
    if (GATED) { up_sums[r] = add_step(up, dot4_codes(x, u) * scale.x, scale.y, up_sums[r]); }
  }
}
