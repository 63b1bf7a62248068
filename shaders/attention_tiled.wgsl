// out = softmax(scale · q kᵀ + mask) v for many query rows, never holding the score matrix (online softmax).
// Shapes: lib/attention_view.wgsl.   out: [batch, query_len, heads, headDim].   A row that may see no key gives zeros.
// A workgroup makes ROW_TILE = WORKGROUP_SIZE / 2 query rows of one head; it walks the keys 32 at a time. Invocations
// stand as ROW_GROUPS × 8: each makes the scores of 4 rows × 4 keys in registers from staged slices of q and k, then
// keeps 4 rows × LANE_VECS vec4 columns of the output in registers. Only the probabilities of a tile pass
// through workgroup memory; V reuses the staging of q and k. Tiles above the diagonal are never visited.
// FlashAttention-2's loop (Dao 2023) with the register tiling of an SGEMM; all sums in f32.
override WORKGROUP_SIZE: u32 = 64u;
override HEAD_DIM4: u32 = 16u;
override DEPTH4: u32 = 8u;       // vec4s of headDim that q and k are staged by; even
override VALUE_KEYS: u32 = 32u;  // keys that v is staged by
override STAGING: u32 = 576u;    // vec4s: the larger of (ROW_TILE + 32) · (DEPTH4 + 1) and VALUE_KEYS · HEAD_DIM4 + 8
override ROW_TILE: u32 = WORKGROUP_SIZE / 2u;
override ROW_GROUPS: u32 = WORKGROUP_SIZE / 8u;
override LANE_VECS: u32 = (HEAD_DIM4 + 7u) / 8u;  // output vec4s of a row in one invocation
override PITCH: u32 = DEPTH4 + 1u;  // odd, so that neighbouring rows lie in different banks
const KEY_TILE = 32u;
const ROW_LANES = 8u;

@group(0) @binding(5) var<storage, read_write> out: array<Elem4>;
var<workgroup> staging: array<vec4f, STAGING>;
// [key, row group] of 4 rows' probabilities; the row group is exclusive-ored with the key against bank conflicts.
var<workgroup> probability: array<vec4f, KEY_TILE * ROW_GROUPS>;

struct Tile { batch: u32, head: u32, first_row: u32, keys: u32 }

// Row r (0 to 3) of an invocation's four.
fn local_row(r: u32, at: Invocation) -> u32 { return r * ROW_GROUPS + at.lane / 8u; }

// A slice of q (scaled) and k, DEPTH4 vec4s wide from `start4`, into the staging: ROW_TILE rows of q, then 32 of k.
fn stage_queries_and_keys(tile: Tile, first_key: u32, start4: u32, at: Invocation) {
  let q_base = params.q_start4 + tile.batch * params.q_batch4 + tile.head * params.q_head4;
  let k_base = params.k_start4 + keys_of(tile.batch) * params.k_batch4 + (tile.head / params.group) * params.k_head4;
  for (var i = at.lane; i < loop_end((ROW_TILE + KEY_TILE) * DEPTH4); i += WORKGROUP_SIZE) {
    let line = i / DEPTH4;
    let depth4 = start4 + i % DEPTH4;
    var value = vec4f();
    if (depth4 < HEAD_DIM4) {
      if (line < ROW_TILE) {
        let row = min(tile.first_row + line, params.query_len - 1u);
        value = vec4f(q[q_base + row * params.q_row4 + depth4]) * params.scale;
      } else {
        let key = first_key + line - ROW_TILE;
        if (key < tile.keys) { value = vec4f(k[k_base + key * params.k_row4 + depth4]); }
      }
    }
    staging[line * PITCH + i % DEPTH4] = value;
  }
}

// Keys first_key … first_key + VALUE_KEYS - 1 of v into the staging; zeros past the end, where the cache is garbage.
fn stage_values(tile: Tile, first_key: u32, at: Invocation) {
  let v_base = params.v_start4 + keys_of(tile.batch) * params.v_batch4 + (tile.head / params.group) * params.v_head4;
  for (var i = at.lane; i < loop_end(VALUE_KEYS * HEAD_DIM4); i += WORKGROUP_SIZE) {
    let key = first_key + i / HEAD_DIM4;
    var value = vec4f();
    if (key < tile.keys) { value = vec4f(v[v_base + key * params.v_row4 + i % HEAD_DIM4]); }
    staging[i] = value;
  }
}

struct Scores { s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f }

// s_j[r]: row r against key first_key + 8 j + lane % 8. Written out: CPU adapters keep no indexed array in registers.
fn make_scores(tile: Tile, first_key: u32, at: Invocation) -> Scores {
  var s = Scores();
  let key_line = (ROW_TILE + at.lane % 8u) * PITCH;
  let query_line = (at.lane / 8u) * PITCH;
  for (var start4 = 0u; start4 < loop_end(HEAD_DIM4); start4 += DEPTH4) {
    stage_queries_and_keys(tile, first_key, start4, at);
    workgroupBarrier();
    for (var depth = 0u; depth < loop_end(DEPTH4); depth++) {
      let q0 = staging[query_line + depth];
      let q1 = staging[query_line + ROW_GROUPS * PITCH + depth];
      let q2 = staging[query_line + 2u * ROW_GROUPS * PITCH + depth];
      let q3 = staging[query_line + 3u * ROW_GROUPS * PITCH + depth];
      let k0 = staging[key_line + depth];
      let k1 = staging[key_line + 8u * PITCH + depth];
      let k2 = staging[key_line + 16u * PITCH + depth];
      let k3 = staging[key_line + 24u * PITCH + depth];
      s.s0 += vec4f(dot(q0, k0), dot(q1, k0), dot(q2, k0), dot(q3, k0));
      s.s1 += vec4f(dot(q0, k1), dot(q1, k1), dot(q2, k1), dot(q3, k1));
      s.s2 += vec4f(dot(q0, k2), dot(q1, k2), dot(q2, k2), dot(q3, k2));
      s.s3 += vec4f(dot(q0, k3), dot(q1, k3), dot(q2, k3), dot(q3, k3));
    }
    workgroupBarrier();
  }
  return mask_scores(s, tile, first_key, at);
}

// MASKED where an invocation's rows may not see its keys; a tile that all rows see entirely is left as it is.
fn mask_scores(s: Scores, tile: Tile, first_key: u32, at: Invocation) -> Scores {
  if (params.has_mask == 0u && first_key + KEY_TILE <= visible_keys(tile.first_row, tile.keys)) { return s; }
  var seen = 0u;  // bit 4 j + r
  for (var i = 0u; i < loop_end(16u); i++) {
    let row = min(tile.first_row + local_row(i % 4u, at), params.query_len - 1u);
    let key = first_key + at.lane % 8u + (i / 4u) * 8u;
    seen |= select(0u, 1u << i, may_attend(tile.batch, tile.head, row, key, tile.keys));
  }
  let masked = vec4f(MASKED);
  return Scores(
    select(masked, s.s0, (vec4u(seen) & vec4u(1u, 2u, 4u, 8u)) != vec4u()),
    select(masked, s.s1, (vec4u(seen >> 4u) & vec4u(1u, 2u, 4u, 8u)) != vec4u()),
    select(masked, s.s2, (vec4u(seen >> 8u) & vec4u(1u, 2u, 4u, 8u)) != vec4u()),
    select(masked, s.s3, (vec4u(seen >> 12u) & vec4u(1u, 2u, 4u, 8u)) != vec4u()));
}

// Probabilities of the four rows under the maximum `most`, kept for add_values; they add to the denominators.
fn keep_probability(score: vec4f, most: vec4f, key: u32, at: Invocation) -> vec4f {
  let p = select(exp(score - most), vec4f(), score <= vec4f(MASKED));
  probability[key * ROW_GROUPS + ((at.lane / 8u) ^ (key % 8u))] = p;
  return p;
}

// Column r: p[r] · value.
fn outer(value: vec4f, p: vec4f) -> mat4x4f { return mat4x4f(p.x * value, p.y * value, p.z * value, p.w * value); }
fn scale_columns(m: mat4x4f, by: vec4f) -> mat4x4f { return mat4x4f(m[0] * by.x, m[1] * by.y, m[2] * by.z, m[3] * by.w); }

// sums = decay · sums + probability · v for one key tile. sums[j][r]: row r, output vec4 8 j + lane % 8. Indexed by
// constants only, so that it stays in registers; what a headDim does not need is compiled away.
fn add_values(sums: ptr<function, array<mat4x4f, 8>>, decay: vec4f, tile: Tile, first_key: u32, key_end: u32, at: Invocation) {
  sums[0] = scale_columns(sums[0], decay);
  if (LANE_VECS > 1u) { sums[1] = scale_columns(sums[1], decay); }
  if (LANE_VECS > 2u) { sums[2] = scale_columns(sums[2], decay); }
  if (LANE_VECS > 3u) { sums[3] = scale_columns(sums[3], decay); }
  if (LANE_VECS > 4u) { sums[4] = scale_columns(sums[4], decay); }
  if (LANE_VECS > 5u) { sums[5] = scale_columns(sums[5], decay); }
  if (LANE_VECS > 6u) { sums[6] = scale_columns(sums[6], decay); }
  if (LANE_VECS > 7u) { sums[7] = scale_columns(sums[7], decay); }
  let used = min(KEY_TILE, key_end - first_key);
  for (var start = 0u; start < used; start += VALUE_KEYS) {
    stage_values(tile, first_key + start, at);
    workgroupBarrier();
    for (var key = start; key < min(start + VALUE_KEYS, used); key++) {
      let p = probability[key * ROW_GROUPS + ((at.lane / 8u) ^ (key % 8u))];
      let line = (key - start) * HEAD_DIM4 + at.lane % 8u;
      sums[0] += outer(staging[line], p);
      if (LANE_VECS > 1u) { sums[1] += outer(staging[line + 8u], p); }
      if (LANE_VECS > 2u) { sums[2] += outer(staging[line + 16u], p); }
      if (LANE_VECS > 3u) { sums[3] += outer(staging[line + 24u], p); }
      if (LANE_VECS > 4u) { sums[4] += outer(staging[line + 32u], p); }
      if (LANE_VECS > 5u) { sums[5] += outer(staging[line + 40u], p); }
      if (LANE_VECS > 6u) { sums[6] += outer(staging[line + 48u], p); }
      if (LANE_VECS > 7u) { sums[7] += outer(staging[line + 56u], p); }
    }
    workgroupBarrier();
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, at: Invocation) {
  // The last tiles see most keys when causal: they start first.
  let first_row = (groups.x - 1u - group.x) * ROW_TILE;
  let keys = total_keys(group.z);
  let tile = Tile(group.z, group.y, first_row, keys);
  let key_end = visible_keys(min(first_row + ROW_TILE, params.query_len) - 1u, keys);
  var sums: array<mat4x4f, 8>;
  var most = vec4f(MASKED);
  var weight = vec4f();  // this invocation's share of the rows' denominators
  for (var first_key = 0u; first_key < key_end; first_key += KEY_TILE) {
    let s = make_scores(tile, first_key, at);
    let new_most = max(most, row_max(max(max(s.s0, s.s1), max(s.s2, s.s3)), at));
    let decay = exp(most - new_most);
    most = new_most;
    let key = at.lane % 8u;
    weight *= decay;
    weight += keep_probability(s.s0, most, key, at);
    weight += keep_probability(s.s1, most, key + 8u, at);
    weight += keep_probability(s.s2, most, key + 16u, at);
    weight += keep_probability(s.s3, most, key + 24u, at);
    add_values(&sums, decay, tile, first_key, key_end, at);
  }
  weight = row_sum(weight, at);
  let inverse = select(1.0 / weight, vec4f(), weight <= vec4f());
  let out_base = params.out_start4 + tile.batch * params.out_batch4 + tile.head * params.out_head4;
  for (var r = 0u; r < loop_end(4u); r++) {
    let row = first_row + local_row(r, at);
    if (row >= params.query_len) { continue; }
    for (var j = 0u; j < loop_end(LANE_VECS); j++) {
      let column4 = j * 8u + at.lane % 8u;
      if (column4 < HEAD_DIM4) { out[out_base + row * params.out_row4 + column4] = to_elem4(sums[j][r] * inverse[r]); }
    }
  }
}
