// Attention of 1 to 8 new query rows over a cache of many keys, in subgroups: softmax(scale · q kᵀ) v, no mask.
// q: [batch, query_len, heads, headDim]   k, v: [batch or slot, keys, kv_heads, headDim]   strides and starts in vec4s, those
// of k and v even.   state: lib/sequences.wgsl.
// Bound by reading k and v: each is read once for all query heads that share it, 128 bits at once.
// A workgroup takes ROW_TILE rows (a row: one query of one head of the group) and the keys of one split. LANES invocations
// (headDim / 8 up to a power of two, at most the smallest subgroup) stand side by side on one key's row, eight elements each:
// a walker. It makes a score by a butterfly, keeps maximum, weight and its part of the result in registers, and takes KEYS
// keys at a time, all of their k and v loaded before the first is used. No barrier until the walkers' results are joined.
// All walkers make the same number of steps, so that shuffles stay in uniform control flow.
override WORKGROUP_SIZE: u32 = 128u;
override HEAD_DIM4: u32 = 16u;
override LANES: u32 = 8u;
override WALKERS: u32 = WORKGROUP_SIZE / LANES;

@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<Raw8>;
@group(0) @binding(2) var<storage, read> v: array<Raw8>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;  // bound as in the other kernels, never read
@group(0) @binding(4) var<storage, read> state: array<u32>;

var<workgroup> walker_low: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> walker_high: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> walker_most: array<f32, WALKERS>;
var<workgroup> walker_weight: array<f32, WALKERS>;

fn head_of(row: u32, kv_head: u32) -> u32 { return kv_head * params.group + row / params.query_len; }
fn last_row() -> u32 { return params.group * params.query_len - 1u; }

// One past the last of `keys` that a row may see.
fn visible_keys(row: u32, keys: u32) -> u32 {
  if (params.causal == 0u) { return keys; }
  return u32(clamp(i32(row % params.query_len + 1u + keys) - i32(params.query_len), 0, i32(keys)));
}

fn load_query(batch: u32, kv_head: u32, row: u32, depth8: u32) -> Eight {
  let head = params.q_start4 + batch * params.q_batch4 + head_of(row, kv_head) * params.q_head4;
  let at_query = head + (row % params.query_len) * params.q_row4 + 2u * min(depth8, HEAD_DIM4 / 2u - 1u);
  let scale = select(0.0, params.scale, depth8 < HEAD_DIM4 / 2u);
  return Eight(vec4f(q[at_query]) * scale, vec4f(q[at_query + 1u]) * scale);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let batch = group.z;
  let keys = params.key_len + position_of(batch);
  let start = group.x * params.split_keys;
  if (SKIP_EMPTY && start >= keys) { return; }
  let end = min(start + params.split_keys, keys);
  let kv_head = group.y / params.row_blocks;
  let first_row = (group.y % params.row_blocks) * ROW_TILE;
  let walker = at.lane / LANES;
  let depth8 = at.lane % LANES;
  let safe8 = min(depth8, HEAD_DIM4 / 2u - 1u);
  let item = select(slot_of(batch), batch, params.cached == 0u);
  let k_base = (params.k_start4 + item * params.k_batch4 + kv_head * params.k_head4) / 2u + safe8;
  let v_base = (params.v_start4 + item * params.v_batch4 + kv_head * params.v_head4) / 2u + safe8;
  let last_key = max(end, 1u) - 1u;
  var query: array<Eight, ROW_TILE>;
  var row_end: array<u32, ROW_TILE>;
  var most: array<f32, ROW_TILE>;
  var weight: array<f32, ROW_TILE>;
  var sum: array<Eight, ROW_TILE>;
  for (var r = 0u; r < ROW_TILE; r++) {
    let row = min(first_row + r, last_row());
    query[r] = load_query(batch, kv_head, row, depth8);
    row_end[r] = min(end, visible_keys(row, keys));
    most[r] = MASKED;
  }
  let steps = (max(end, start) - start + WALKERS * KEYS - 1u) / (WALKERS * KEYS);
  for (var step = 0u; step < steps; step++) {
    let first_key = start + step * WALKERS * KEYS + walker;  // then every WALKERS-th
    var raw_keys: array<Raw8, KEYS>;
    var raw_values: array<Raw8, KEYS>;
    for (var j = 0u; j < KEYS; j++) {
      // The cache past its end is garbage, and 0 · NaN is NaN: the last key stands in, its weight is 0.
      let key = min(first_key + j * WALKERS, last_key);
      raw_keys[j] = k[k_base + key * (params.k_row4 / 2u)];
      raw_values[j] = v[v_base + key * (params.v_row4 / 2u)];
    }
    var scores: array<array<f32, KEYS>, ROW_TILE>;
    for (var j = 0u; j < KEYS; j++) {
      let key8 = widen8(raw_keys[j]);
      for (var r = 0u; r < ROW_TILE; r++) { scores[r][j] = dot8(query[r], key8, 0.0); }
    }
    for (var r = 0u; r < ROW_TILE; r++) {
      var highest = most[r];
      for (var j = 0u; j < KEYS; j++) {
        var s = scores[r][j];
        for (var distance = LANES / 2u; distance > 0u; distance /= 2u) { s += subgroupShuffleXor(s, distance); }
        scores[r][j] = select(MASKED, s, first_key + j * WALKERS < row_end[r]);
        highest = max(highest, scores[r][j]);
      }
      let decay = exp(most[r] - highest);
      most[r] = highest;
      weight[r] *= decay;
      sum[r] = Eight(sum[r].low * decay, sum[r].high * decay);
      for (var j = 0u; j < KEYS; j++) {
        scores[r][j] = select(exp(scores[r][j] - highest), 0.0, scores[r][j] <= MASKED);
        weight[r] += scores[r][j];
      }
    }
    for (var j = 0u; j < KEYS; j++) {
      let value8 = widen8(raw_values[j]);
      for (var r = 0u; r < ROW_TILE; r++) {
        let p = vec4f(scores[r][j]);
        sum[r] = Eight(fma(p, value8.low, sum[r].low), fma(p, value8.high, sum[r].high));
      }
    }
  }
  for (var r = 0u; r < loop_end(ROW_TILE); r++) {
    walker_low[at.lane] = sum[r].low;
    walker_high[at.lane] = sum[r].high;
    if (depth8 == 0u) {
      walker_most[walker] = most[r];
      walker_weight[walker] = weight[r];
    }
    workgroupBarrier();
    let row = first_row + r;
    if (at.lane < HEAD_DIM4 && row <= last_row()) {
      var highest = MASKED;
      for (var i = 0u; i < loop_end(WALKERS); i++) { highest = max(highest, walker_most[i]); }
      var total = 0.0;
      var joined = vec4f();
      for (var i = 0u; i < loop_end(WALKERS); i++) {
        let share = exp(walker_most[i] - highest);
        let source = i * LANES + at.lane / 2u;
        total += share * walker_weight[i];
        joined += share * select(walker_low[source], walker_high[source], at.lane % 2u == 1u);
      }
      store_row(batch, group.x, head_of(row, kv_head), row % params.query_len, at.lane, Part(highest, total, joined));
    }
    workgroupBarrier();
  }
}
