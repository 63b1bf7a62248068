// As half_bits, but what would be a subnormal half is 0: some devices flush those when they read them.
fn normal_half_bits(value: f32) -> u32 {
  let bits = half_bits(value);
  return select(0u, bits, (bits & 0x7c00u) != 0u);
}
