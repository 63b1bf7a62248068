// 32 values -> codes and scale of int8, symmetric: the largest magnitude gets ±127.
//   scale = half(128 · max|v| / 127), step = scale / 128, code = clamp(round(v / step), ±127)      round: ties to even
// Codes belong to the scale as it is stored. A scale below the smallest normal half becomes 0, and with it the group.
const GROUPS = 2u;
const CODE_WORDS = 8u;

struct Quantized {
  codes: array<u32, CODE_WORDS>,
  scale: u32,  // bits of the half
}

fn quantize(values: array<vec4f, 8>, padded: bool) -> Quantized {
  var v = values;
  var largest = vec4f();
  for (var i = 0u; i < 8u; i++) { largest = max(largest, abs(v[i])); }
  var quantized: Quantized;
  quantized.scale = normal_half_bits(max(max(largest.x, largest.y), max(largest.z, largest.w)) * (128.0 / 127.0));
  let step = unpack2x16float(quantized.scale).x / 128.0;
  if (step == 0.0) { return quantized; }
  for (var i = 0u; i < 8u; i++) {
    let codes = bitcast<vec4u>(vec4i(clamp(round(v[i] / step), vec4f(-127.0), vec4f(127.0)))) & vec4u(255u);
    quantized.codes[i] = codes.x | (codes.y << 8u) | (codes.z << 16u) | (codes.w << 24u);
  }
  return quantized;
}

// Values 4·j … of the group, as their codes mean them.
fn dequantize4(quantized: Quantized, j: u32) -> vec4f {
  let codes = (vec4i(bitcast<i32>(quantized.codes[j])) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u);
  return vec4f(codes) * (unpack2x16float(quantized.scale).x / 128.0);
}
