// Third step of sampling: the candidates that top-k or top-p can leave, as a list of (key, id); or, where nothing has to be
// put in order, at once the best draw of each block.
// Shapes: sample_scan.wgsl. A workgroup goes through one block of one sequence. Every workgroup searches
// the histogram by itself for the last bin that matters: what lies in it or before it is a superset of the support, and
// holds every candidate that decides where the support ends.
override BLOCK: u32 = 2048u;
const BIN_COUNT = BINS;

struct Params { vocab: u32, blocks: u32, rows: u32, values_stride: u32, scratch_words: u32 }
// Only read; but it shares a buffer with scratch, and WebGPU allows one usage of a buffer in a dispatch.
@group(0) @binding(0) var<storage, read_write> values: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read> settings: array<Settings>;
@group(0) @binding(3) var<storage, read_write> scratch: array<atomic<u32>>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let sequence = group.y;
  let slot = slot_of(sequence);
  if (has_ended(sequence) || is_greedy(slot)) { return; }
  let start = scratch_start(sequence);
  let first_value = sequence * params.values_stride;
  let highest = highest_value(start, at);
  let end = min((group.x + 1u) * BLOCK, params.vocab);
  if (needs_order(slot)) {
    for (var bin = at.lane; bin < BINS; bin += WORKGROUP_SIZE) {
      atomicStore(&bin_low[bin], atomicLoad(&scratch[start + HISTOGRAM_LOW + bin]));
      atomicStore(&bin_high[bin], atomicLoad(&scratch[start + HISTOGRAM_HIGH + bin]));
    }
    workgroupBarrier();
    let aim = select(-max(settings[slot].top_p, 1e-9), f32(settings[slot].top_k), uses_top_k(slot));
    let found = find_bin(aim, vec2u(), at);
    let last = found.bin;
    if (at.lane == 0u && group.x == 0u) { atomicStore(&scratch[start + WEIGHT_AIM], bitcast<u32>(found.aim)); }
    for (var id = group.x * BLOCK + at.lane; id < end; id += WORKGROUP_SIZE) {
      if (distance_bin(values[first_value + id], highest) > last) { continue; }
      let index = start + list_start() + 2u * atomicAdd(&scratch[start + LIST_COUNT], 1u);
      atomicStore(&scratch[index], to_key(values[first_value + id]));
      atomicStore(&scratch[index + 1u], id);
    }
    return;
  }
  var best = vec2u(0u, 0xffffffffu);
  for (var id = group.x * BLOCK + at.lane; id < end; id += WORKGROUP_SIZE) {
    if (!passes_min_p(slot, values[first_value + id], highest)) { continue; }
    best = better(best, vec2u(to_key(values[first_value + id] + gumbel(settings[slot].seed, position_of(sequence) + params.rows, id)), id));
  }
  best = reduce_best(best, at);
  if (at.lane == 0u) {
    atomicStore(&scratch[start + block_draw() + 2u * group.x], best.x);
    atomicStore(&scratch[start + block_draw() + 2u * group.x + 1u], best.y);
  }
}
