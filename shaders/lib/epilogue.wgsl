// What happens to a linear layer's sums before they are stored: bias, activation, gate, residual.
//   plain:     y = activation(s + bias)
//   GATED:     y = activation(g + bias_g) * (u + bias_u)      (weights' rows alternate: 4 of gate, 4 of up)
//   RESIDUAL:  y += the above
override HAS_BIAS: bool = false;
override ACTIVATION: u32 = 0u;  // 0 none, 1 ReLU, 2 GELU (exact), 3 GELU (tanh), 4 SiLU, 5 sigmoid, 6 tanh
override GATED: bool = false;
override RESIDUAL: bool = false;

@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;

// erf by Abramowitz and Stegun 7.1.26: absolute error at most 1.5e-7, which is below f32's own at this scale.
fn erf4(value: vec4f) -> vec4f {
  let z = abs(value);
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(value) * (1.0 - series * exp(-z * z));
}

fn activate4(value: vec4f) -> vec4f {
  if (ACTIVATION == 1u) { return max(value, vec4f()); }
  if (ACTIVATION == 2u) { return 0.5 * value * (1.0 + erf4(value * 0.70710678)); }
  if (ACTIVATION == 3u) {
    // tanh of a large argument overflows on some drivers: it is 1 long before 10.
    let inner = clamp(0.79788456 * (value + 0.044715 * value * value * value), vec4f(-10.0), vec4f(10.0));
    return 0.5 * value * (1.0 + tanh(inner));
  }
  if (ACTIVATION == 4u) { return value / (1.0 + exp(-value)); }
  // Beyond these bounds both are 0, 1 or -1 in f32, and neither exp nor tanh may overflow.
  if (ACTIVATION == 5u) { return 1.0 / (1.0 + exp(-clamp(value, vec4f(-80.0), vec4f(80.0)))); }
  if (ACTIVATION == 6u) { return tanh(clamp(value, vec4f(-10.0), vec4f(10.0))); }
  return value;
}

// What is added to four neighbouring outputs; GATED: to their gates, and up_bias to the values they gate.
struct Addends { bias: vec4f, up_bias: vec4f, before: vec4f }

// `column4`: output column / 4.
fn load_addends(row: u32, column4: u32) -> Addends {
  let column = params.out_start4 + column4;
  var addends: Addends;
  if (HAS_BIAS) {
    addends.bias = bias[select(column, 2u * column, GATED)];
    if (GATED) { addends.up_bias = bias[2u * column + 1u]; }
  }
  if (RESIDUAL) { addends.before = load_output4(row * params.out4 + column); }
  return addends;
}

// `sum`: four neighbouring outputs; GATED: their gates, and `up` the values they gate.
fn finish4_with(row: u32, column4: u32, sum: vec4f, up: vec4f, addends: Addends) {
  var value = sum;
  if (HAS_BIAS) { value += addends.bias; }
  value = activate4(value);
  if (GATED) {
    var gated = up;
    if (HAS_BIAS) { gated += addends.up_bias; }
    value *= gated;
  }
  if (ACTIVATION == 5u) {
    // The other activations of the padding's 0 are 0; this one's is not.
    let first = (params.out_start4 + column4) * 4u;
    value = select(vec4f(), value, vec4u(first) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.out_dim));
  }
  if (RESIDUAL) { value += addends.before; }
  store_output4(row * params.out4 + params.out_start4 + column4, value);
}

fn finish4(row: u32, column4: u32, sum: vec4f, up: vec4f) {
  finish4_with(row, column4, sum, up, load_addends(row, column4));
}
