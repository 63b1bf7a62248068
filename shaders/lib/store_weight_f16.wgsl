// Where a converted or seeded weight is kept, f16 as packed words: [rows, in4] of 4 halves. Saturates.
// Rounds to nearest even by hand: pack2x16float may round either way (WGSL 'correctly rounded or either neighbour').
@group(0) @binding(1) var<storage, read_write> weight: array<vec2<u32>>;

fn half_bits(value: f32) -> u32 {
  let bits = bitcast<u32>(clamp(value, -65504.0, 65504.0));
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude < 0x38800000u) {
    // Subnormal half: units of 2^-24.
    return sign | u32(round(bitcast<f32>(magnitude) * 16777216.0));
  }
  return sign | ((magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u);
}

fn store_weight4(index: u32, value: vec4f) {
  weight[index] = vec2u(half_bits(value.x) | (half_bits(value.y) << 16u), half_bits(value.z) | (half_bits(value.w) << 16u));
}
