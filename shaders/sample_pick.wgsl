// Last step of sampling: the token. One workgroup a sequence; shapes: sample_scan.wgsl.
// Greedy: the best of the blocks' best. Otherwise the support is every candidate whose key reaches a threshold:
// that of top-k (the k-th highest), of top-p among what top-k left (the smallest set of the likeliest that
// holds top_p of their weight), of min-p (min_p times the highest probability). Both searches are radix selects by
// 8 bits of the key, exact on integer weights. Ties at a threshold stay in. Then the highest of value + gumbel is the draw.
// Writes tokens[slot, position + rows], position += rows, and the done flag; once done, the last token repeats.
const BIN_COUNT = 256u;
override WHOLE_LIST: bool = false;

struct Params { vocab: u32, blocks: u32, rows: u32, scratch_words: u32, token_stride: u32 }
@group(0) @binding(0) var<storage, read> settings: array<Settings>;
@group(0) @binding(1) var<storage, read> scratch: array<u32>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;
var<workgroup> start_state: vec3u;  // position, ended, slot

// Which sequence it is about: its slot, and where its share of scratch begins.
struct Sequence { slot: u32, start: u32 }

fn pair_at(index: u32) -> vec2u { return vec2u(scratch[index], scratch[index + 1u]); }

// The best of one pair a block from `first`.
fn best_of_blocks(first: u32, at: Invocation) -> vec2u {
  var best = vec2u(0u, 0xffffffffu);
  for (var i = at.lane; i < params.blocks; i += WORKGROUP_SIZE) { best = better(best, pair_at(first + 2u * i)); }
  return reduce_best(best, at);
}

// The highest key such that the candidates at or above it (and at or above `lowest`) make `aim`: their number, or
// by_weight their weight; a negative aim means that share of the weight of all candidates in the list.
fn find_threshold(sequence: Sequence, count: u32, lowest: u32, aim: f32, by_weight: bool, highest: f32, at: Invocation) -> u32 {
  var prefix = 0u;
  var found = Found(0u, vec2u(), aim);
  for (var shift = 24i; shift >= 0; shift -= 8) {
    for (var bin = at.lane; bin < BIN_COUNT; bin += WORKGROUP_SIZE) {
      atomicStore(&bin_low[bin], 0u);
      atomicStore(&bin_high[bin], 0u);
    }
    workgroupBarrier();
    for (var i = at.lane; i < count; i += WORKGROUP_SIZE) {
      let key = scratch[sequence.start + list_start() + 2u * i];
      if (key < lowest || (shift < 24 && (key >> u32(shift + 8)) != prefix)) { continue; }
      var weight = 1u;
      if (by_weight) { weight = fixed_weight(from_key(key), highest); }
      add_to_bin(255u - ((key >> u32(shift)) & 255u), weight);
    }
    workgroupBarrier();
    found = find_bin(found.aim, found.before, at);
    prefix = (prefix << 8u) | (255u - found.bin);
  }
  return prefix;
}

fn draw(sequence: Sequence, highest: f32, position: u32, at: Invocation) -> u32 {
  let slot = sequence.slot;
  if (!WHOLE_LIST && !needs_order(slot)) { return best_of_blocks(sequence.start + block_draw(), at).y; }
  var count = params.vocab;
  if (!WHOLE_LIST) { count = min(scratch[sequence.start + LIST_COUNT], params.vocab); }
  var lowest = 0u;
  if (uses_top_k(slot)) { lowest = find_threshold(sequence, count, lowest, f32(settings[slot].top_k), false, highest, at); }
  if (uses_top_p(slot)) {
    // The list holds all that top-k left, or only what top-p alone can leave of the vocabulary.
    var aim = -max(settings[slot].top_p, 1e-9);
    if (!WHOLE_LIST && !uses_top_k(slot)) { aim = bitcast<f32>(scratch[sequence.start + WEIGHT_AIM]); }
    lowest = find_threshold(sequence, count, lowest, aim, true, highest, at);
  }
  var best = vec2u(0u, 0xffffffffu);
  for (var i = at.lane; i < count; i += WORKGROUP_SIZE) {
    let pair = pair_at(sequence.start + list_start() + 2u * i);
    let value = from_key(pair.x);
    if (pair.x < lowest || !passes_min_p(slot, value, highest)) { continue; }
    best = better(best, vec2u(to_key(value + gumbel(settings[slot].seed, position, pair.y)), pair.y));
  }
  return reduce_best(best, at).y;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let record = 4u * group.x;
  if (at.lane == 0u) { start_state = vec3u(state[record], state[record + 1u], state[record + 2u]); }
  let started = workgroupUniformLoad(&start_state);
  let slot = started.z;
  let sequence = Sequence(slot, scratch_start(group.x));
  let position = started.x + params.rows;
  var token = 0u;
  if (started.y == 0u) {
    let best = best_of_blocks(sequence.start + BLOCK_BEST, at);
    token = best.y;
    if (!is_greedy(slot)) { token = draw(sequence, from_key(best.x), position, at); }
  }
  if (at.lane != 0u) { return; }
  token = min(token, params.vocab - 1u);
  let first = slot * params.token_stride;
  if (started.y != 0u) { token = tokens[first + position - 1u]; }
  if (position < params.token_stride) { tokens[first + position] = token; }
  state[record] = position;
  for (var i = 0u; i < min(settings[slot].eos_count, 8u); i++) {
    if (settings[slot].eos[i] == token) { state[record + 1u] = 1u; }
  }
}
