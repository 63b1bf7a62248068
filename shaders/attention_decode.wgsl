// Attention of 1 to 8 new query rows over a cache of many keys: softmax(scale · q kᵀ + mask) v.
// Shapes: lib/attention_view.wgsl. Bound by reading k and v: each is read once for all query heads that share it.
// A workgroup takes ROW_TILE rows (a row: one query of one head of the group), and the keys of one split; it
// walks them 64 at a time. Slots of LANES invocations make four keys' scores each (128-bit loads, four in flight);
// then the invocations stand as columns × key slots for v. Workgroups past the last key return at once, so that
// the grid may be an upper bound. store_row decides what becomes of a row: the result, or a partial result
// (maximum, sum, vector) that attention_merge.wgsl finishes. After Flash-Decoding (Dao 2023) and llama.cpp's split path.
override WORKGROUP_SIZE: u32 = 64u;  // 16 · LANES
override HEAD_DIM4: u32 = 16u;
override COLUMNS: u32 = 16u;         // HEAD_DIM4 up to a power of two
override LANES: u32 = WORKGROUP_SIZE / 16u;
const SLOTS = 16u;
const KEY_TILE = 64u;                // 4 · SLOTS

var<workgroup> query: array<vec4f, ROW_TILE * HEAD_DIM4>;
// Scores, then probabilities: [row, slot] of the keys slot, slot + 16, slot + 32, slot + 48 of the tile.
var<workgroup> score: array<vec4f, ROW_TILE * SLOTS>;
var<workgroup> weight: array<f32, ROW_TILE * SLOTS>;  // shares of the rows' denominators
var<workgroup> most: array<f32, ROW_TILE>;
var<workgroup> decay: array<f32, ROW_TILE>;

struct Split { batch: u32, kv_head: u32, first_row: u32, start: u32, end: u32, keys: u32 }

fn head_of(row: u32, split: Split) -> u32 { return split.kv_head * params.group + row / params.query_len; }

fn load_queries(split: Split, at: Invocation) {
  for (var i = at.lane; i < loop_end(ROW_TILE * HEAD_DIM4); i += WORKGROUP_SIZE) {
    let row = min(split.first_row + i / HEAD_DIM4, params.group * params.query_len - 1u);
    let base = params.q_start4 + split.batch * params.q_batch4 + head_of(row, split) * params.q_head4;
    query[i] = vec4f(q[base + (row % params.query_len) * params.q_row4 + i % HEAD_DIM4]) * params.scale;
  }
  if (at.lane < ROW_TILE) { most[at.lane] = MASKED; }
  for (var i = at.lane; i < loop_end(ROW_TILE * SLOTS); i += WORKGROUP_SIZE) { weight[i] = 0.0; }
  workgroupBarrier();
}

// MASKED where local row `r` may not see one of a slot's four keys.
fn mask_scores(sum: vec4f, r: u32, first_key: u32, split: Split) -> vec4f {
  let row = min(split.first_row + r, params.group * params.query_len - 1u);
  var masked = sum;
  for (var j = 0u; j < loop_end(4u); j++) {
    let key = first_key + j * SLOTS;
    let seen = key < split.end && may_attend(split.batch, head_of(row, split), row % params.query_len, key, split.keys);
    if (!seen) { masked[j] = MASKED; }
  }
  return masked;
}

fn load_key(index: u32, key: u32, end: u32) -> vec4f {
  if (key >= end) { return vec4f(); }
  return vec4f(k[index]);
}

// Scores of the tile that begins at first_key, masked, in `score`.
fn make_scores(first_key: u32, split: Split, at: Invocation) {
  let base = params.k_start4 + keys_of(split.batch) * params.k_batch4 + split.kv_head * params.k_head4;
  let key = first_key + at.lane / LANES;
  var sums: array<vec4f, ROW_TILE>;
  for (var depth4 = at.lane % LANES; depth4 < loop_end(HEAD_DIM4); depth4 += LANES) {
    let index = base + key * params.k_row4 + depth4;
    let k0 = load_key(index, key, split.end);
    let k1 = load_key(index + SLOTS * params.k_row4, key + SLOTS, split.end);
    let k2 = load_key(index + 2u * SLOTS * params.k_row4, key + 2u * SLOTS, split.end);
    let k3 = load_key(index + 3u * SLOTS * params.k_row4, key + 3u * SLOTS, split.end);
    for (var r = 0u; r < loop_end(ROW_TILE); r++) {
      let part = query[r * HEAD_DIM4 + depth4];
      sums[r] += vec4f(dot(part, k0), dot(part, k1), dot(part, k2), dot(part, k3));
    }
  }
  gather_scores(&sums, first_key, split, at);
  workgroupBarrier();
}

// Online softmax over the tile: `score` becomes probabilities under the new maximum.
fn make_probabilities(at: Invocation) {
  if (at.lane < ROW_TILE) {
    var highest = vec4f(most[at.lane]);
    for (var slot = 0u; slot < loop_end(SLOTS); slot++) { highest = max(highest, score[at.lane * SLOTS + slot]); }
    let new_most = max(max(highest.x, highest.y), max(highest.z, highest.w));
    decay[at.lane] = exp(most[at.lane] - new_most);
    most[at.lane] = new_most;
  }
  workgroupBarrier();
  for (var i = at.lane; i < loop_end(ROW_TILE * SLOTS); i += WORKGROUP_SIZE) {
    let row = i / SLOTS;
    let p = select(exp(score[i] - most[row]), vec4f(), score[i] <= vec4f(MASKED));
    score[i] = p;
    weight[i] = weight[i] * decay[row] + dot(p, vec4f(1.0));
  }
  workgroupBarrier();
}

fn load_value(index: u32, key: u32, end: u32) -> vec4f {
  if (key >= end) { return vec4f(); }  // the cache past its end is garbage, and 0 · NaN is NaN
  return vec4f(v[index]);
}

fn add_values(sums: ptr<function, array<vec4f, ROW_TILE>>, first_key: u32, split: Split, at: Invocation) {
  let column4 = at.lane % COLUMNS;
  let base = params.v_start4 + keys_of(split.batch) * params.v_batch4 + split.kv_head * params.v_head4;
  for (var r = 0u; r < loop_end(ROW_TILE); r++) { sums[r] *= decay[r]; }
  if (column4 < HEAD_DIM4) {
    for (var slot = at.lane / COLUMNS; slot < min(SLOTS, split.end - first_key); slot += WORKGROUP_SIZE / COLUMNS) {
      let key = first_key + slot;
      let index = base + key * params.v_row4 + column4;
      let v0 = load_value(index, key, split.end);
      let v1 = load_value(index + SLOTS * params.v_row4, key + SLOTS, split.end);
      let v2 = load_value(index + 2u * SLOTS * params.v_row4, key + 2u * SLOTS, split.end);
      let v3 = load_value(index + 3u * SLOTS * params.v_row4, key + 3u * SLOTS, split.end);
      for (var r = 0u; r < loop_end(ROW_TILE); r++) {
        let p = score[r * SLOTS + slot];
        sums[r] += p.x * v0 + p.y * v1 + p.z * v2 + p.w * v3;
      }
    }
  }
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let keys = total_keys(group.z);
  let start = group.x * params.split_keys;
  if (SKIP_EMPTY && start >= keys) { return; }
  let first_row = (group.y % params.row_blocks) * ROW_TILE;
  let split = Split(group.z, group.y / params.row_blocks, first_row, start, min(start + params.split_keys, keys), keys);
  load_queries(split, at);
  var sums: array<vec4f, ROW_TILE>;
  for (var first_key = start; first_key < split.end; first_key += KEY_TILE) {
    make_scores(first_key, split, at);
    make_probabilities(at);
    add_values(&sums, first_key, split, at);
  }
  for (var r = 0u; r < loop_end(ROW_TILE); r++) {
    lane_scratch[at.lane] = sums[r];
    workgroupBarrier();
    let row = first_row + r;
    if (at.lane < HEAD_DIM4 && row < params.group * params.query_len) {
      var sum = vec4f();
      for (var other = at.lane; other < loop_end(WORKGROUP_SIZE); other += COLUMNS) { sum += lane_scratch[other]; }
      var total = 0.0;
      for (var slot = 0u; slot < loop_end(SLOTS); slot++) { total += weight[r * SLOTS + slot]; }
      store_row(split.batch, group.x, head_of(row, split), row % params.query_len, at.lane, Part(most[r], total, sum));
    }
    workgroupBarrier();
  }
}
