// Products of a wide product in f32, of W as weight_wide_*.wgsl widens it.
struct Four { a: Eight, b: Eight, c: Eight, d: Eight }
fn decode(slice: Slice, part: u32) -> Four {
  return Four(decode8(slice.a, part), decode8(slice.b, part), decode8(slice.c, part), decode8(slice.d, part));
}
fn dot4(v: Eight, w: Four, sum: vec4f) -> vec4f {
  return vec4f(dot8(v, w.a, sum.x), dot8(v, w.b, sum.y), dot8(v, w.c, sum.z), dot8(v, w.d, sum.w));
}

// The rows of input from first_row on by one loaded step of W's rows; `inside`: whether there is such a step.
fn multiply(slice: Slice, up: Slice, first_row: u32, step: u32, inside: bool) {
  var products: array<vec4f, INPUT_ROWS>;
  var up_products: array<vec4f, INPUT_ROWS>;
  var totals: array<f32, INPUT_ROWS>;
  for (var part = 0u; part < STEP8 + ZERO; part++) {
    let w = decode(slice, part);
    var u: Four;
    if (GATED) { u = decode(up, part); }
    for (var r = 0u; r < INPUT_ROWS + ZERO; r++) {
      let input = load_input8(row_of(first_row + r), r, step * STEP8 + part, inside);
      totals[r] += sum8(input);
      products[r] = dot4(input, w, products[r]);
      if (GATED) { up_products[r] = dot4(input, u, up_products[r]); }
    }
  }
  for (var r = 0u; r < INPUT_ROWS + ZERO; r++) {
    sums[r] = add_step(slice, products[r], totals[r], sums[r]);
    if (GATED) { up_sums[r] = add_step(up, up_products[r], totals[r], up_sums[r]); }
  }
}
