// A normed input of a wide product by way of shared memory: what every group of lanes would read and scale again, a workgroup
// does once, neighbours at neighbouring addresses. A lane's step of int4 is 128 bytes of x in f32: read from memory, neighbours
// would be that far apart. Sums for the statistics are taken on the way, over the workgroup.
// staged: [row, in4] of vec4, in4 a multiple of 8; the vec4s of eight neighbouring lanes that are read at the same time lie in
// eight different banks. Which norm: wide_layer_norm.wgsl, wide_rms_norm.wgsl.
override STAGED4: u32 = 1u;  // THREAD_ROWS * in4
var<workgroup> staged: array<vec4f, STAGED4>;

fn statistics_span() -> u32 { return WORKGROUP_SIZE; }
fn place_of(r: u32, k4: u32) -> u32 { return r * in4() + (k4 ^ ((k4 >> 3u) & 7u)); }

fn begin_rows(lane: u32, first_row: u32) {
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let row = (first_x_row() + row_of(first_row + r)) * in4();
    let pivot = pivot_of(row, lane);
    var total = vec4f();
    var square = vec4f();
    for (var start = 0u; start < in4(); start += WORKGROUP_SIZE) {
      let k4 = start + lane;
      if (k4 < in4()) {
        let v = x[row + k4] - pivot;
        total += v;
        square = fma(v, v, square);
        staged[place_of(r, k4)] = v * norm[k4];
      }
    }
    statistics[r] = vec2f((total.x + total.y) + (total.z + total.w), (square.x + square.y) + (square.z + square.w));
  }
  workgroupBarrier();
}
fn load_input8(row: u32, r: u32, k8: u32, inside: bool) -> Eight {
  return masked8(Eight(staged[place_of(r, 2u * k8)], staged[place_of(r, 2u * k8 + 1u)]), inside);
}
