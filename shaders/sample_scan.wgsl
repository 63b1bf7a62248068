// First step of sampling: logits through repetition penalty and temperature, and each block's highest one.
// logits: f32 [sequences, vocab padded to 4]   tokens: u32 [slots, token_stride], those so far: position + rows
// values: f32 [sequences, values_stride]   scratch: lib/sample_layout.wgsl, scratch_words for each sequence.
// A workgroup makes one block of BLOCK logits of one sequence. Greedy needs nothing but the block's best. A small vocabulary
// (WHOLE_LIST) becomes the list of candidates as it is, and the two steps between this and sample_pick.wgsl fall away.
// The penalty follows Hugging Face: each distinct token once, positive logits divided, negative ones multiplied.
override WORKGROUP_SIZE: u32 = 256u;
override WHOLE_LIST: bool = false;
override BLOCK: u32 = 2048u;

struct Params { vocab: u32, blocks: u32, rows: u32, values_stride: u32, scratch_words: u32, token_stride: u32 }
@group(0) @binding(0) var<storage, read> logits: array<u32>;  // the floats' bits
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read> settings: array<Settings>;
@group(0) @binding(4) var<storage, read_write> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> scratch: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;
var<workgroup> seen: array<atomic<u32>, BLOCK / 32u>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let sequence = group.y;
  if (has_ended(sequence)) { return; }
  let slot = slot_of(sequence);
  let start = scratch_start(sequence);
  let first_logit = sequence * ((params.vocab + 3u) / 4u * 4u);
  for (var i = group.x * WORKGROUP_SIZE + at.lane; i < BLOCK_BEST; i += params.blocks * WORKGROUP_SIZE) { scratch[start + i] = 0u; }
  let first = group.x * BLOCK;
  let penalized = settings[slot].repetition_penalty != 1.0;
  if (penalized) {
    for (var i = at.lane; i < BLOCK / 32u; i += WORKGROUP_SIZE) { atomicStore(&seen[i], 0u); }
    workgroupBarrier();
    for (var i = at.lane; i < min(position_of(sequence) + params.rows, params.token_stride); i += WORKGROUP_SIZE) {
      let local = tokens[slot * params.token_stride + i] - first;  // wraps to something large for a token below the block
      if (local < BLOCK) { atomicOr(&seen[local / 32u], 1u << (local % 32u)); }
    }
    workgroupBarrier();
  }
  var best = vec2u(0u, 0xffffffffu);
  for (var local = at.lane; local < min(BLOCK, params.vocab - first); local += WORKGROUP_SIZE) {
    let id = first + local;
    var value = clean(logits[first_logit + id]);
    if (penalized && (atomicLoad(&seen[local / 32u]) & (1u << (local % 32u))) != 0u) {
      value = select(value / settings[slot].repetition_penalty, value * settings[slot].repetition_penalty, value < 0.0);
    }
    if (!is_greedy(slot)) {
      value = clamp(value / settings[slot].temperature, -LIMIT, LIMIT);
      if (WHOLE_LIST) {
        scratch[start + list_start() + 2u * id] = to_key(value);
        scratch[start + list_start() + 2u * id + 1u] = id;
      } else {
        values[sequence * params.values_stride + id] = value;
      }
    }
    best = better(best, vec2u(to_key(value), id));
  }
  best = reduce_best(best, at);
  if (at.lane == 0u) {
    scratch[start + BLOCK_BEST + 2u * group.x] = best.x;
    scratch[start + BLOCK_BEST + 2u * group.x + 1u] = best.y;
  }
}
