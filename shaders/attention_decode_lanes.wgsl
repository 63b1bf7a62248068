// Attention of 1 to 8 new query rows over a cache of many keys, in subgroups: softmax(scale · q kᵀ + mask) v.
// Shapes: lib/attention_view.wgsl. Bound by reading k and v: each is read once for all query heads that share it.
// A workgroup takes ROW_TILE rows (a row: one query of one head of the group) and the keys of one split. LANES invocations
// (HEAD_DIM4 up to a power of two, at most the smallest subgroup) stand side by side on one key's row, one vec4 each: a walker.
// It makes a score by a butterfly, keeps maximum, weight and its vec4 of the result in registers, and takes KEYS keys at a
// time, all of their k and v loaded before the first is used. No barrier until the walkers' results are joined. All walkers
// make the same number of steps, so that shuffles stay in uniform control flow.
override WORKGROUP_SIZE: u32 = 128u;
override HEAD_DIM4: u32 = 16u;
override LANES: u32 = 16u;
override WALKERS: u32 = WORKGROUP_SIZE / LANES;

var<workgroup> walker_sum: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> walker_most: array<f32, WALKERS>;
var<workgroup> walker_weight: array<f32, WALKERS>;

struct Split { batch: u32, kv_head: u32, first_row: u32, start: u32, end: u32, keys: u32 }

fn head_of(row: u32, split: Split) -> u32 { return split.kv_head * params.group + row / params.query_len; }

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let keys = total_keys();
  let start = group.x * params.split_keys;
  if (SKIP_EMPTY && start >= keys) { return; }
  let first_row = (group.y % params.row_blocks) * ROW_TILE;
  let split = Split(group.z, group.y / params.row_blocks, first_row, start, min(start + params.split_keys, keys), keys);
  let walker = at.lane / LANES;
  let depth4 = at.lane % LANES;
  let safe4 = min(depth4, HEAD_DIM4 - 1u);
  let k_base = params.k_start4 + split.batch * params.k_batch4 + split.kv_head * params.k_head4 + safe4;
  let v_base = params.v_start4 + split.batch * params.v_batch4 + split.kv_head * params.v_head4 + safe4;
  var query: array<vec4f, ROW_TILE>;
  var most: array<f32, ROW_TILE>;
  var weight: array<f32, ROW_TILE>;
  var sum: array<vec4f, ROW_TILE>;
  for (var r = 0u; r < ROW_TILE; r++) {
    let row = min(first_row + r, params.group * params.query_len - 1u);
    let at_query = params.q_start4 + split.batch * params.q_batch4 + head_of(row, split) * params.q_head4 + (row % params.query_len) * params.q_row4;
    query[r] = select(vec4f(), vec4f(q[at_query + safe4]) * params.scale, depth4 < HEAD_DIM4);
    most[r] = MASKED;
  }
  let simple = params.causal == 0u && params.has_mask == 0u;
  let steps = (max(split.end, start) - start + WALKERS * KEYS - 1u) / (WALKERS * KEYS);
  for (var step = 0u; step < steps; step++) {
    let first_key = start + step * WALKERS * KEYS + walker;  // then every WALKERS-th
    var kk: array<vec4f, KEYS>;
    var vv: array<vec4f, KEYS>;
    for (var j = 0u; j < KEYS; j++) {
      // The cache past its end is garbage, and 0 · NaN is NaN: the last key stands in, its weight is 0.
      let key = min(first_key + j * WALKERS, max(split.end, 1u) - 1u);
      kk[j] = vec4f(k[k_base + key * params.k_row4]);
      vv[j] = vec4f(v[v_base + key * params.v_row4]);
    }
    for (var r = 0u; r < ROW_TILE; r++) {
      var score: array<f32, KEYS>;
      var highest = most[r];
      for (var j = 0u; j < KEYS; j++) {
        var s = dot(query[r], kk[j]);
        for (var distance = LANES / 2u; distance > 0u; distance /= 2u) { s += subgroupShuffleXor(s, distance); }
        let key = first_key + j * WALKERS;
        let row = min(first_row + r, params.group * params.query_len - 1u);
        let seen = key < split.end && (simple || may_attend(split.batch, head_of(row, split), row % params.query_len, key, split.keys));
        score[j] = select(MASKED, s, seen);
        highest = max(highest, score[j]);
      }
      let decay = exp(most[r] - highest);
      most[r] = highest;
      weight[r] *= decay;
      sum[r] *= decay;
      for (var j = 0u; j < KEYS; j++) {
        let p = select(exp(score[j] - highest), 0.0, score[j] <= MASKED);
        weight[r] += p;
        sum[r] += p * vv[j];
      }
    }
  }
  for (var r = 0u; r < ROW_TILE; r++) {
    walker_sum[at.lane] = sum[r];
    if (depth4 == 0u) {
      walker_most[walker] = most[r];
      walker_weight[walker] = weight[r];
    }
    workgroupBarrier();
    let row = first_row + r;
    if (at.lane < HEAD_DIM4 && row < params.group * params.query_len) {
      var highest = MASKED;
      for (var i = 0u; i < WALKERS; i++) { highest = max(highest, walker_most[i]); }
      var total = 0.0;
      var joined = vec4f();
      for (var i = 0u; i < WALKERS; i++) {
        let share = exp(walker_most[i] - highest);
        total += share * walker_weight[i];
        joined += share * walker_sum[i * LANES + at.lane];
      }
      store_row(split.batch, group.x, head_of(row, split), row % params.query_len, at.lane, Part(highest, total, joined));
    }
    workgroupBarrier();
  }
}
