// Second step of sampling, for top-k and top-p: how many candidates, or what weight, lies how far below the highest logit.
// Shapes: sample_scan.wgsl. A workgroup counts one block of one sequence in its own bins, then adds them up.
// By count where top-k is on (top-p then works on what top-k leaves), else by weight exp(value - highest).
override BLOCK: u32 = 2048u;
const BIN_COUNT = BINS;

struct Params { vocab: u32, blocks: u32, values_stride: u32, scratch_words: u32 }
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
  if (has_ended(sequence) || !needs_order(slot)) { return; }
  let start = scratch_start(sequence);
  let highest = highest_value(start, at);
  for (var bin = at.lane; bin < BINS; bin += WORKGROUP_SIZE) {
    atomicStore(&bin_low[bin], 0u);
    atomicStore(&bin_high[bin], 0u);
  }
  workgroupBarrier();
  for (var id = group.x * BLOCK + at.lane; id < min((group.x + 1u) * BLOCK, params.vocab); id += WORKGROUP_SIZE) {
    let value = values[sequence * params.values_stride + id];
    var weight = 1u;
    if (!uses_top_k(slot)) { weight = fixed_weight(value, highest); }
    add_to_bin(distance_bin(value, highest), weight);
  }
  workgroupBarrier();
  for (var bin = at.lane; bin < BINS; bin += WORKGROUP_SIZE) {
    let sum = load_bin(bin);
    if (sum.x == 0u && sum.y == 0u) { continue; }
    let old = atomicAdd(&scratch[start + HISTOGRAM_LOW + bin], sum.x);
    atomicAdd(&scratch[start + HISTOGRAM_HIGH + bin], sum.y + select(0u, 1u, old > 0xffffffffu - sum.x));
  }
}
