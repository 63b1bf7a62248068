// Bins that hold 64-bit sums in workgroup memory, and the search for the first one at which a running sum reaches an
// aim. Integers: the sums are the same in whatever order the atomics arrive. Needs: const BIN_COUNT.
override WORKGROUP_SIZE: u32 = 256u;  // divides BIN_COUNT; a multiple of 16
var<workgroup> bin_low: array<atomic<u32>, BIN_COUNT>;
var<workgroup> bin_high: array<atomic<u32>, BIN_COUNT>;
var<workgroup> part_sums: array<vec2u, WORKGROUP_SIZE>;
var<workgroup> group_sums: array<vec2u, 16>;
var<workgroup> found_bin: Found;

// `before`: what the bins before `bin` hold, on top of what the search began with.
struct Found { bin: u32, before: vec2u, aim: f32 }

fn add64(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}
// To 24 bits; monotonic, so that a search by it is consistent.
fn to_float(sum: vec2u) -> f32 { return f32(sum.y) * 4294967296.0 + f32(sum.x); }

fn add_to_bin(bin: u32, amount: u32) {
  let old = atomicAdd(&bin_low[bin], amount);
  if (old > 0xffffffffu - amount) { atomicAdd(&bin_high[bin], 1u); }
}

fn load_bin(bin: u32) -> vec2u { return vec2u(atomicLoad(&bin_low[bin]), atomicLoad(&bin_high[bin])); }

// The first bin at which `before` and all bins up to it make `aim`; a negative aim means that share of all bins.
// The last bin where none does. All must call, after a barrier.
fn find_bin(aim: f32, before: vec2u, at: Invocation) -> Found {
  let bins_each = BIN_COUNT / WORKGROUP_SIZE;
  var sum = vec2u();
  for (var i = 0u; i < bins_each; i++) { sum = add64(sum, load_bin(at.lane * bins_each + i)); }
  part_sums[at.lane] = sum;
  workgroupBarrier();
  if (at.lane < 16u) {
    sum = vec2u();
    for (var i = 0u; i < WORKGROUP_SIZE / 16u; i++) { sum = add64(sum, part_sums[at.lane * (WORKGROUP_SIZE / 16u) + i]); }
    group_sums[at.lane] = sum;
  }
  workgroupBarrier();
  if (at.lane == 0u) { found_bin = search_bins(aim, before); }
  return workgroupUniformLoad(&found_bin);
}

fn search_bins(aim: f32, before: vec2u) -> Found {
  var goal = aim;
  if (aim < 0.0) {
    var all = vec2u();
    for (var i = 0u; i < 16u; i++) { all = add64(all, group_sums[i]); }
    goal = max(-aim * to_float(all), 1.0);  // at least one candidate
  }
  var sum = before;
  var group = 0u;
  while (group < 15u && to_float(add64(sum, group_sums[group])) < goal) {
    sum = add64(sum, group_sums[group]);
    group++;
  }
  var part = group * (WORKGROUP_SIZE / 16u);
  let last_part = part + WORKGROUP_SIZE / 16u - 1u;
  while (part < last_part && to_float(add64(sum, part_sums[part])) < goal) {
    sum = add64(sum, part_sums[part]);
    part++;
  }
  let bins_each = BIN_COUNT / WORKGROUP_SIZE;
  var bin = part * bins_each;
  let last_bin = bin + bins_each - 1u;
  while (bin < last_bin && to_float(add64(sum, load_bin(bin))) < goal) {
    sum = add64(sum, load_bin(bin));
    bin++;
  }
  return Found(bin, sum, goal);
}
