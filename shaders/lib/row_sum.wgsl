// Sum over `lanes` neighbouring invocations (a power of two that divides WORKGROUP_SIZE); all of them get it.
var<workgroup> row_sum_scratch: array<f32, WORKGROUP_SIZE>;

fn row_sum(value: f32, lanes: u32, at: Invocation) -> f32 {
  row_sum_scratch[at.lane] = value;
  workgroupBarrier();
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    if (at.lane % lanes < half) { row_sum_scratch[at.lane] += row_sum_scratch[at.lane + half]; }
    workgroupBarrier();
  }
  let sum = row_sum_scratch[at.lane - at.lane % lanes];
  workgroupBarrier();
  return sum;
}
