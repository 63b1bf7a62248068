// 32 values in f16, by the names of the quantised formats: what measures their errors measures this one's too.
const GROUPS = 1u;
const CODE_WORDS = 16u;

struct Quantized {
  codes: array<u32, CODE_WORDS>,
  scale: u32,  // none
}

fn quantize(values: array<vec4f, 8>, padded: bool) -> Quantized {
  var v = values;
  var quantized: Quantized;
  for (var i = 0u; i < 8u; i++) {
    quantized.codes[2u * i] = half_bits(v[i].x) | (half_bits(v[i].y) << 16u);
    quantized.codes[2u * i + 1u] = half_bits(v[i].z) | (half_bits(v[i].w) << 16u);
  }
  return quantized;
}

// Values 4·j … of the group, as f16 keeps them.
fn dequantize4(quantized: Quantized, j: u32) -> vec4f {
  return vec4f(unpack2x16float(quantized.codes[2u * j]), unpack2x16float(quantized.codes[2u * j + 1u]));
}
