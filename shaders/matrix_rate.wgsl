// The ceiling of matrix units: 8 independent chains of products of 16 × 16 halves in each subgroup of 32 lanes, in registers
// alone. Every element of both factors is 1/4, so that a product adds 1 to every element of a chain's f32 sums.
// result: [subgroups, 8] f32, an element of each chain's sum. The syntax is that of August 2026 (lib/matrix_tiles.wgsl).
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);
override WORKGROUP_SIZE: u32 = 256u;
alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Result = subgroup_matrix_result<f32, 16, 16>;

struct Params { steps: u32 }
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

var<workgroup> factors: array<vec4u, 32>;
var<workgroup> sums: array<f32, 256u * 8u>;  // of one chain of each of 8 subgroups

fn store_chain(chain: u32, index: u32, subgroup: u32, lane: u32, value: Result) {
  subgroupMatrixStore<row_major>(&sums, subgroup * 256u, value, 16u);
  workgroupBarrier();
  if (lane == 0u) { result[index * 8u + chain] = sums[subgroup * 256u + 17u * chain]; }
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  if (at.lane < 32u) { factors[at.lane] = vec4u(0x34003400u); }
  workgroupBarrier();
  let subgroup = subgroupBroadcastFirst(at.lane / 32u);
  let left = subgroupMatrixLoad<Left, row_major>(&factors, 0u, 2u);
  let right = subgroupMatrixLoad<Right, col_major>(&factors, 0u, 2u);
  var c0: Result; var c1: Result; var c2: Result; var c3: Result;
  var c4: Result; var c5: Result; var c6: Result; var c7: Result;
  for (var i = 0u; i < params.steps; i++) {
    c0 = subgroupMatrixMultiplyAccumulate(left, right, c0);
    c1 = subgroupMatrixMultiplyAccumulate(left, right, c1);
    c2 = subgroupMatrixMultiplyAccumulate(left, right, c2);
    c3 = subgroupMatrixMultiplyAccumulate(left, right, c3);
    c4 = subgroupMatrixMultiplyAccumulate(left, right, c4);
    c5 = subgroupMatrixMultiplyAccumulate(left, right, c5);
    c6 = subgroupMatrixMultiplyAccumulate(left, right, c6);
    c7 = subgroupMatrixMultiplyAccumulate(left, right, c7);
  }
  let index = at.group.x * (WORKGROUP_SIZE / 32u) + subgroup;
  let lane = at.lane % 32u;
  store_chain(0u, index, subgroup, lane, c0);
  store_chain(1u, index, subgroup, lane, c1);
  store_chain(2u, index, subgroup, lane, c2);
  store_chain(3u, index, subgroup, lane, c3);
  store_chain(4u, index, subgroup, lane, c4);
  store_chain(5u, index, subgroup, lane, c5);
  store_chain(6u, index, subgroup, lane, c6);
  store_chain(7u, index, subgroup, lane, c7);
}
