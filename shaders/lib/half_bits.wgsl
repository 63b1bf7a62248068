// f32 -> the bits of the nearest f16, ties to even, saturating. By hand: pack2x16float may round either way (WGSL
// 'correctly rounded or either neighbour').
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
