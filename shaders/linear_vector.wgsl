// y[row, :] = epilogue(input(x[row, :]) · Wᵀ): the vector-matrix product of decoding.
// x: [rows, in4] of vec4   W: [outputs padded to 4, in4] of vec4 (GATED: 4 rows of gate, 4 of up, …)   y: [rows, out4] of vec4
// LANES invocations share four neighbouring outputs (GATED: eight rows of W): each strides over k, then they sum.
// A workgroup makes WORKGROUP_SIZE / LANES times four outputs of one row. Bound by reading W: four or eight
// independent 128-bit loads are in flight in each invocation. After llama.cpp's and onnxruntime's row-tiled products.
override WORKGROUP_SIZE: u32 = 64u;
override LANES: u32 = 16u;
override ROWS_PER_GROUP: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.y;
  prepare_input(row, at);
  let column4 = at.group.x * (WORKGROUP_SIZE / LANES) + at.lane / LANES;
  let safe4 = min(column4, params.columns4 - 1u);
  let rows_of_weight = select(4u, 8u, GATED);
  let first = safe4 * rows_of_weight;
  var sum = vec4f();
  var up = vec4f();
  for (var k4 = at.lane % LANES; k4 < params.in4; k4 += LANES) {
    let v = load_input4(row, 0u, k4);
    sum += vec4f(
      dot(v, load_weight4(first, k4)),
      dot(v, load_weight4(first + 1u, k4)),
      dot(v, load_weight4(first + 2u, k4)),
      dot(v, load_weight4(first + 3u, k4)));
    if (GATED) {
      up += vec4f(
        dot(v, load_weight4(first + 4u, k4)),
        dot(v, load_weight4(first + 5u, k4)),
        dot(v, load_weight4(first + 6u, k4)),
        dot(v, load_weight4(first + 7u, k4)));
    }
  }
  sum = lane_sum(sum, at);
  if (GATED) { up = lane_sum(up, at); }
  if (at.lane % LANES == 0u && column4 < params.columns4) { finish4(row, column4, sum, up); }
}
