// Where a converted or seeded weight is kept, f16 as packed words: [rows, in4] of 4 halves. Saturates; rounds to nearest even.
@group(0) @binding(1) var<storage, read_write> weight: array<vec2<u32>>;

fn store_weight4(index: u32, value: vec4f) {
  weight[index] = vec2u(half_bits(value.x) | (half_bits(value.y) << 16u), half_bits(value.z) | (half_bits(value.w) << 16u));
}
