// Attention of 1 to 8 new query rows over a cache of many keys, for GPUs: softmax(scale · q kᵀ) v, no mask.
// q: [batch, query_len, heads, headDim]   k, v: [batch or slot, kv_heads and keys in any order, headDim]   strides and starts
// in vec4s, those of k and v even.   state: lib/sequences.wgsl.
// Bound by reading k and v: each is read once for all query heads that share it, 128 bits at once.
// A workgroup takes up to four rows (a row: one query of one head of the group; lib/attention_rows_*.wgsl) and the keys of one
// split, whose size follows from the number of keys that there are (lib/attention_split.wgsl). LANES invocations (headDim / 8 up to a power of two, at most the smallest subgroup) stand side by side on one key's
// row, eight elements each: a walker. It takes KEYS keys at a time (lib/attention_keys_*.wgsl), all of their k and v loaded
// before the first is used, with PREFETCH a step ahead. What a walker keeps (maximum, weight, its part of the result) has a
// variable of its own for each row and key: arrays that a loop indexes went through memory. At the end walkers of one
// subgroup are joined by shuffles, then the subgroups through shared memory.
// All walkers make the same number of steps, so that shuffles stay in uniform control flow.
override WORKGROUP_SIZE: u32 = 128u;
override HEAD_DIM4: u32 = 16u;
override LANES: u32 = 8u;
override SUBGROUP_MIN: u32 = 8u;  // the adapter's smallest subgroup, at most a workgroup
override PREFETCH: bool = false;
override WALKERS: u32 = WORKGROUP_SIZE / LANES;
override SUBGROUPS: u32 = WORKGROUP_SIZE / SUBGROUP_MIN;

@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<Raw8>;
@group(0) @binding(2) var<storage, read> v: array<Raw8>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;  // bound as in the other kernels, never read
@group(0) @binding(4) var<storage, read> state: array<u32>;

// Of each subgroup, joined: [subgroup, lane of its walkers].
var<workgroup> part_low: array<vec4f, SUBGROUPS * LANES>;
var<workgroup> part_high: array<vec4f, SUBGROUPS * LANES>;
var<workgroup> part_most: array<f32, SUBGROUPS>;
var<workgroup> part_weight: array<f32, SUBGROUPS>;

// What a workgroup works on.
struct Place {
  batch: u32,
  split: u32,
  kv_head: u32,
  first_row: u32,
  start: u32,   // first key of the split, and one past its last
  end: u32,
  keys: u32,    // all that there are
  walker: u32,
  depth8: u32,  // an invocation's eight elements of a row
}

// A query row as a walker sees it.
struct Row {
  query: Eight,
  end: u32,        // one past the last key that it may see
  most: f32,
  weight: f32,
  sum: Eight,
  scores: Scores,  // of the step's keys; then what they weigh
}

fn last_row() -> u32 { return params.group * params.query_len - 1u; }
fn head_of(row: u32, kv_head: u32) -> u32 { return kv_head * params.group + row / params.query_len; }

// One past the last of `keys` that a row may see.
fn visible_keys(row: u32, keys: u32) -> u32 {
  if (params.causal == 0u) { return keys; }
  return u32(clamp(i32(row % params.query_len + 1u + keys) - i32(params.query_len), 0, i32(keys)));
}

fn begin_row(place: Place, local: u32) -> Row {
  let row = min(place.first_row + local, last_row());
  let head = params.q_start4 + place.batch * params.q_batch4 + head_of(row, place.kv_head) * params.q_head4;
  let at_query = head + (row % params.query_len) * params.q_row4 + 2u * min(place.depth8, HEAD_DIM4 / 2u - 1u);
  let scale = select(0.0, params.scale, place.depth8 < HEAD_DIM4 / 2u);
  let query = Eight(vec4f(q[at_query]) * scale, vec4f(q[at_query + 1u]) * scale);
  return Row(query, min(place.end, visible_keys(row, place.keys)), MASKED, 0.0, Eight(), Scores());
}

// Scores summed over the lanes become weights under the new maximum.
fn weigh(before: Row, first_key: u32, depth8: u32) -> Row {
  var row = before;
  let seen = keys_below(first_key, row.end);
  let scores = select(Scores(MASKED), sum_lanes(row.scores, depth8), seen);
  row.most = max(before.most, highest(scores));
  let decay = exp(before.most - row.most);
  row.scores = select(exp(scores - row.most), Scores(), scores <= Scores(MASKED));
  row.weight = before.weight * decay + total(row.scores);
  row.sum = Eight(before.sum.low * decay, before.sum.high * decay);
  return row;
}

fn add_value(sum: Eight, weight: f32, raw: Raw8) -> Eight {
  let value = widen8(raw);
  return Eight(fma(vec4f(weight), value.low, sum.low), fma(vec4f(weight), value.high, sum.high));
}

fn finish_row(walked: Row, place: Place, local: u32, lane: u32) {
  var most = walked.most;
  var weight = walked.weight;
  var sum = walked.sum;
  for (var distance = LANES; distance < SUBGROUP_MIN; distance *= 2u) {
    let highest = max(most, subgroupShuffleXor(most, distance));
    let share = exp(most - highest);
    most = highest;
    weight *= share;
    sum = Eight(sum.low * share, sum.high * share);
    weight += subgroupShuffleXor(weight, distance);
    sum = Eight(sum.low + subgroupShuffleXor(sum.low, distance), sum.high + subgroupShuffleXor(sum.high, distance));
  }
  let subgroup = lane / SUBGROUP_MIN;
  if (lane % SUBGROUP_MIN < LANES) {
    part_low[subgroup * LANES + place.depth8] = sum.low;
    part_high[subgroup * LANES + place.depth8] = sum.high;
    if (place.depth8 == 0u) {
      part_most[subgroup] = most;
      part_weight[subgroup] = weight;
    }
  }
  workgroupBarrier();
  let row = place.first_row + local;
  if (lane < HEAD_DIM4 && row <= last_row()) {
    most = MASKED;
    for (var i = 0u; i < loop_end(SUBGROUPS); i++) { most = max(most, part_most[i]); }
    weight = 0.0;
    var joined = vec4f();
    for (var i = 0u; i < loop_end(SUBGROUPS); i++) {
      let share = exp(part_most[i] - most);
      let source = i * LANES + lane / 2u;
      weight += share * part_weight[i];
      joined += share * select(part_low[source], part_high[source], lane % 2u == 1u);
    }
    let head = head_of(row, place.kv_head);
    store_row(place.batch, place.split, head, row % params.query_len, lane, Part(most, weight, joined));
  }
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let batch = group.z;
  var keys = params.key_len;
  var item = batch;
  if (params.cached != 0u) {
    keys += position_of(batch);
    item = slot_of(batch);
  }
  let split_keys = split_of(keys, params.split_keys);
  let start = group.x * split_keys;
  if (SKIP_EMPTY && start >= keys) { return; }
  let end = min(start + split_keys, keys);
  let kv_head = group.y / params.row_blocks;
  let first_row = (group.y % params.row_blocks) * ROW_TILE;
  let walker = at.lane / LANES;
  let depth8 = at.lane % LANES;
  let place = Place(batch, group.x, kv_head, first_row, start, end, keys, walker, depth8);
  let safe8 = min(depth8, HEAD_DIM4 / 2u - 1u);
  let k_base = (params.k_start4 + item * params.k_batch4 + kv_head * params.k_head4) / 2u + safe8;
  let v_base = (params.v_start4 + item * params.v_batch4 + kv_head * params.v_head4) / 2u + safe8;
  // The cache past its end is garbage, and 0 · NaN is NaN: the last key stands in, its weight is 0.
  let last_key = max(end, 1u) - 1u;
  let stride = WALKERS * KEYS;
  let steps = (max(end, start) - start + stride - 1u) / stride;
  var first_key = start + walker;  // then every WALKERS-th
  var next_keys = load_keys(k_base, first_key, last_key);
  var next_values = load_values(v_base, first_key, last_key);
  var rows = begin_rows(place);
  for (var step = 0u; step < steps; step++) {
    let step_keys = next_keys;
    let step_values = next_values;
    if (PREFETCH) {
      next_keys = load_keys(k_base, first_key + stride, last_key);
      next_values = load_values(v_base, first_key + stride, last_key);
    }
    rows = step_rows(rows, step_keys, step_values, first_key, depth8);
    first_key += stride;
    if (!PREFETCH && step + 1u < steps) {
      next_keys = load_keys(k_base, first_key, last_key);
      next_values = load_values(v_base, first_key, last_key);
    }
  }
  finish_rows(rows, place, at.lane);
}
