// Of each row of W the two sums that a LayerNorm before it needs, whatever the input: Σ w·gamma and Σ w·beta.
// W: [rows padded to 4, in4], of what it is kept as   norm: gamma [in4], beta [in4] of vec4, then what is written here: for each
// four rows of W two vec4s, Σ w·gamma and Σ w·beta. The padding of W and of gamma and beta is zero.
// A workgroup makes the sums of four rows; each invocation has every WORKGROUP_SIZE-th vec4 along k. No sum's order hangs on
// the device. For lib/wide_input_layer_norm.wgsl.
override WORKGROUP_SIZE: u32 = 64u;

struct Params {
  in4: u32,
  rows4: u32,        // of this part of W
  first_row4: u32,   // of this part in W
}
@group(0) @binding(0) var<storage, read_write> norm: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> gamma_parts: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> beta_parts: array<vec4f, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row4 = at.group.x + at.group.y * at.groups.x;
  var gamma_sum = vec4f();
  var beta_sum = vec4f();
  if (row4 < params.rows4) {
    for (var k4 = at.lane; k4 < params.in4; k4 += WORKGROUP_SIZE) {
      let gamma = norm[k4];
      let beta = norm[params.in4 + k4];
      for (var r = 0u; r < 4u; r++) {
        let w = load_weight4(4u * row4 + r, k4);
        gamma_sum[r] += dot(w, gamma);
        beta_sum[r] += dot(w, beta);
      }
    }
  }
  gamma_parts[at.lane] = gamma_sum;
  beta_parts[at.lane] = beta_sum;
  for (var half = WORKGROUP_SIZE / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (at.lane < half) {
      gamma_parts[at.lane] += gamma_parts[at.lane + half];
      beta_parts[at.lane] += beta_parts[at.lane + half];
    }
  }
  if (at.lane == 0u && row4 < params.rows4) {
    let first = 2u * (params.in4 + params.first_row4 + row4);
    norm[first] = gamma_parts[0];
    norm[first + 1u] = beta_parts[0];
  }
}
