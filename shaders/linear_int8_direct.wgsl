// y = epilogue(x · Wᵀ) for many rows, with x in int8 (quantize_rows.wgsl) and W in int8 or int4, without shared memory and
// without a barrier: for adapters that run on a CPU. The formula and the layouts are linear_int8.wgsl's.
// One invocation makes THREAD_ROWS rows by four neighbouring outputs (GATED: eight rows of W) in registers; a workgroup
// goes along the outputs, as in linear_direct.wgsl.
override WORKGROUP_SIZE: u32 = 32u;

@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> scales: array<vec2<f32>>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let groups = (params.in4 + 7u) / 8u;
  let first_row = at.group.y * THREAD_ROWS;
  let column4 = at.group.x * WORKGROUP_SIZE + at.lane;
  if (column4 >= params.columns4) { return; }
  const halves = 2u;
  var sums: array<vec4f, THREAD_ROWS * halves>;
  for (var half = 0u; half < select(1u, halves, GATED); half++) {
    let first = column4 * select(4u, 8u, GATED) + half * 4u;
    for (var group = 0u; group < groups; group++) {
      let w0 = load_codes(first, group);
      let w1 = load_codes(first + 1u, group);
      let w2 = load_codes(first + 2u, group);
      let w3 = load_codes(first + 3u, group);
      let s0 = load_step_zero(first, group);
      let s1 = load_step_zero(first + 1u, group);
      let s2 = load_step_zero(first + 2u, group);
      let s3 = load_step_zero(first + 3u, group);
      let step = vec4f(s0.x, s1.x, s2.x, s3.x);
      let zero = vec4f(s0.y, s1.y, s2.y, s3.y);
      for (var r = 0u; r < THREAD_ROWS; r++) {
        let index = min(first_row + r, params.rows - 1u) * groups + group;
        let v = Codes(x[index * 2u], x[index * 2u + 1u]);
        let v_scale = scales[index];
        let dots = vec4f(dot_codes(v, w0), dot_codes(v, w1), dot_codes(v, w2), dot_codes(v, w3));
        sums[half * THREAD_ROWS + r] += step * (v_scale.x * dots - zero * v_scale.y);
      }
    }
  }
  for (var r = 0u; r < THREAD_ROWS; r++) {
    if (first_row + r < params.rows) { finish4(first_row + r, column4, sums[r], sums[THREAD_ROWS + r]); }
  }
}
