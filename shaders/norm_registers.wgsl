// y[row, :] = norm(x[row, :]) on GPUs: what norm.wgsl does, with the row kept in registers from its statistics to its output,
// so that x, gamma and beta are asked for at once and the wait for memory is one, however few rows there are.
// x: f32 [rows, in4] of vec4, the padding zero   norm: gamma [in4], if CENTRED (LayerNorm, else RMSNorm) then beta [in4]
// y: rows of in4 vec4s, out_row4 apart, from out_start4 on.   RELU: y = max(norm(x), 0)
// A workgroup a row, HELD vec4s an invocation: in4 ≤ HELD · WORKGROUP_SIZE.
override WORKGROUP_SIZE: u32 = 256u;
override RELU: bool = false;

struct Params {
  rows: u32,
  first_row: u32,   // of x, where this dispatch begins
  in_dim: u32,
  in4: u32,  // ceil(in_dim / 4)
  eps: f32,
  out_row4: u32,    // vec4s from a row of y to the next
  out_start4: u32,  // where in y the first row begins
}
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem4>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> params: Params;

// Zero past the last element, where x - mean is not.
fn inside(v: vec4f, k4: u32) -> vec4f {
  return select(vec4f(), v, vec4u(k4 * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.in_dim));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.x + at.group.y * at.groups.x;
  let start = (params.first_row + min(row, params.rows - 1u)) * params.in4;
  var held: array<vec4f, HELD>;
  var gamma: array<vec4f, HELD>;
  var beta: array<vec4f, HELD>;
  for (var i = 0u; i < HELD; i++) {
    let k4 = min(at.lane + i * WORKGROUP_SIZE, params.in4 - 1u);
    held[i] = x[start + k4];
    gamma[i] = norm[k4];
    if (CENTRED) { beta[i] = norm[params.in4 + k4]; }
  }
  if (CENTRED) {
    var sum = vec4f();
    for (var i = 0u; i < HELD; i++) { sum += inside(held[i], at.lane + i * WORKGROUP_SIZE); }
    let mean = reduce_sum(dot(sum, vec4f(1.0)), at) / f32(params.in_dim);
    for (var i = 0u; i < HELD; i++) { held[i] -= mean; }
  }
  // Of what the mean was taken off: mean(x²) - mean² loses all digits when the mean is large.
  var squares = vec4f();
  for (var i = 0u; i < HELD; i++) {
    held[i] = inside(held[i], at.lane + i * WORKGROUP_SIZE);
    squares = fma(held[i], held[i], squares);
  }
  let scale = inverseSqrt(reduce_sum(dot(squares, vec4f(1.0)), at) / f32(params.in_dim) + params.eps);
  if (row >= params.rows) { return; }
  for (var i = 0u; i < HELD; i++) {
    let k4 = at.lane + i * WORKGROUP_SIZE;
    if (k4 >= params.in4) { break; }
    var value = inside(fma(held[i] * scale, gamma[i], beta[i]), k4);
    if (RELU) { value = max(value, vec4f()); }
    y[row * params.out_row4 + params.out_start4 + k4] = to_elem4(value);
  }
}
