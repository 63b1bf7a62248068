// y = softmax(x) over the last axis: exp(x - max) / Σ exp(x - max).   x, y: f32 [rows, dim].
// A workgroup makes one row, in three walks: maximum, sum, result.
override WORKGROUP_SIZE: u32 = 64u;

struct Params { rows: u32, dim: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, at: Invocation) {
  let row = group.x + group.y * groups.x;
  if (row >= params.rows) { return; }
  let start = row * params.dim;
  var most = -3.4e38;
  for (var i = at.lane; i < params.dim; i += WORKGROUP_SIZE) { most = max(most, x[start + i]); }
  most = reduce_max(most, at);
  var sum = 0.0;
  for (var i = at.lane; i < params.dim; i += WORKGROUP_SIZE) { sum += exp(x[start + i] - most); }
  sum = reduce_sum(sum, at);
  for (var i = at.lane; i < params.dim; i += WORKGROUP_SIZE) { y[start + i] = exp(x[start + i] - most) / sum; }
}
