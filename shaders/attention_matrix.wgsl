// out = softmax(scale · q kᵀ + mask) v for many query rows on matrix units (halves multiplied, sums in f32), never holding the
// score matrix. headDim = 16 · DIM_BLOCKS, at most 128.
// q: [batch, query_len, heads, headDim]   k, v: [batch or slot, keys, kv_heads, headDim], their strides and starts in vec4s and
// even   mask, state: lib/attention_sight.wgsl   out: [batch, query_len, heads, headDim], or a split's share: lib/attention_row_*.wgsl
// A workgroup makes 16 · ROW_BLOCKS query rows of one head. A subgroup of 32 lanes has 16 of them: q and the sums of the output
// stay in its registers, matrix by matrix in variables of their own. SLICES subgroups share those rows: of a tile of keys each
// takes 16 · KEY_BLOCKS, and what they have is joined at the end. k and v pass through workgroup memory, each matrix of 16 × 16
// an array of its own (see lib/matrix_staging.wgsl), the next tile being on its way into registers meanwhile.
// Matrices are opaque: scores go through a slab of workgroup memory to the lanes, two a row, and come back as probabilities in
// halves. The sums cannot be scaled in registers. So the maximum that probabilities refer to stays where it is until a row's
// scores exceed it by GROWTH, which a half bears (e^8 = 2981) and after the first tile seldom happens; only then the sums pass
// through the slab. A row's probabilities are summed as rounded, so that they add up to one.
// FlashAttention-2's loop (Dao 2023); postponed scaling as in FlashAttention-4.
const LANES = 32u;
const SIDE = 16u;
const SUBGROUPS = ROW_BLOCKS * SLICES;
const WORKGROUP_SIZE = SUBGROUPS * LANES;
const ROWS = SIDE * ROW_BLOCKS;
const SLICE_KEYS = SIDE * KEY_BLOCKS;
const KEY_TILE = SLICE_KEYS * SLICES;
const HEAD_DIM4 = 4u * DIM_BLOCKS;
const CHUNKS = 2u * DIM_BLOCKS;  // of 16 bytes in a row of q, k or v
const TILE_BLOCKS = KEY_BLOCKS * SLICES;  // of 16 keys: of k, and of v behind them
const TILES = max(2u * TILE_BLOCKS, ROW_BLOCKS);  // q passes through the same memory first
const LOADS = (KEY_TILE * CHUNKS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const QUERY_LOADS = (ROWS * CHUNKS + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const SCORE_VECS = 2u * KEY_BLOCKS;  // of a lane: half a row
const GROWTH = 8.0;
// In chunks: a row of a matrix of halves and the matrix; in vec4s: a row of a slab and the slab. Against bank conflicts.
const PITCH = 3u;
const MATRIX = 16u * PITCH + 2u;
const SLAB_PITCH = 5u;
const SLAB = 16u * SLAB_PITCH + 4u;
alias Loads = array<vec4u, LOADS>;

@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<vec4u>;
@group(0) @binding(2) var<storage, read> v: array<vec4u>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;

var<workgroup> growth: array<u32, SUBGROUPS>;          // whether a row of the subgroup has a new maximum
var<workgroup> row_state: array<vec2f, SUBGROUPS * SIDE>;  // at the end: maximum and weight

// Where an invocation works. `row`: of the subgroup's 16. `half`: of that row.
struct Place {
  subgroup: u32,
  row_block: u32,
  slice: u32,
  lane: u32,
  row: u32,
  half: u32,
  first_row: u32,  // of the workgroup
  keys: u32,
  batch: u32,
  head: u32,
}

fn load_queries(place: Place, lane: u32) {
  let base = params.q_start4 + place.batch * params.q_batch4 + place.head * params.q_head4;
  for (var i = 0u; i < QUERY_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let row = index / CHUNKS;
    let chunk = index % CHUNKS;
    let at_query = base + min(place.first_row + row, params.query_len - 1u) * params.q_row4 + 2u * chunk;
    let value = vec4u(bitcast<vec2u>(q[at_query]), bitcast<vec2u>(q[at_query + 1u]));
    if (index < ROWS * CHUNKS) { store_chunk(row / SIDE, chunk / 2u, row % SIDE * PITCH + chunk % 2u, value); }
  }
}

// A tile of k and of v from `first_key`; zeros past the end, where a cache is garbage. Bases and rows in chunks.
fn load_tile(keys: ptr<function, Loads>, values: ptr<function, Loads>, place: Place, first_key: u32, lane: u32) {
  let item = keys_of(place.batch);
  let kv_head = place.head / params.group;
  let k_base = (params.k_start4 + item * params.k_batch4 + kv_head * params.k_head4) / 2u;
  let v_base = (params.v_start4 + item * params.v_batch4 + kv_head * params.v_head4) / 2u;
  for (var i = 0u; i < LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let key = first_key + index / CHUNKS;
    let chunk = index % CHUNKS;
    keys[i] = select(vec4u(), k[k_base + key * (params.k_row4 / 2u) + chunk], key < place.keys);
    values[i] = select(vec4u(), v[v_base + key * (params.v_row4 / 2u) + chunk], key < place.keys);
  }
}

fn store_tile(keys: ptr<function, Loads>, values: ptr<function, Loads>, lane: u32) {
  for (var i = 0u; i < LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let key = index / CHUNKS;
    let chunk = index % CHUNKS;
    let slot = key % SIDE * PITCH + chunk % 2u;
    if (index < KEY_TILE * CHUNKS) {
      store_chunk(key / SIDE, chunk / 2u, slot, keys[i]);
      store_chunk(TILE_BLOCKS + key / SIDE, chunk / 2u, slot, values[i]);
    }
  }
}

fn sees(place: Place, key: u32) -> bool {
  let row = min(place.first_row + place.row_block * SIDE + place.row, params.query_len - 1u);
  return may_attend(place.batch, place.head, row, key, place.keys);
}

// This lane's half of its row: from scores in the slab to probabilities, in halves. Gives what the sums so far are to be
// multiplied with, if `growth` says so of any subgroup.
fn take_scores(place: Place, first_key: u32, most: ptr<function, f32>, weight: ptr<function, f32>) -> f32 {
  let first = place.half * SCORE_VECS;
  let slice_key = first_key + place.slice * SLICE_KEYS;
  let all_seen = params.has_mask == 0u && first_key + KEY_TILE <= visible_keys(place.first_row, place.keys);
  var scores: array<vec4f, SCORE_VECS>;
  var top = MASKED;
  for (var i = 0u; i < SCORE_VECS; i++) {
    let vec = first + i;
    var s = slab4(place.subgroup * KEY_BLOCKS + vec / 4u, place.row * SLAB_PITCH + vec % 4u) * params.scale;
    if (!all_seen) {
      let key = slice_key + 4u * vec;
      s = select(vec4f(MASKED), s, vec4<bool>(sees(place, key), sees(place, key + 1u), sees(place, key + 2u), sees(place, key + 3u)));
    }
    scores[i] = s;
    top = max(top, max(max(s.x, s.y), max(s.z, s.w)));
  }
  top = max(top, subgroupShuffleXor(top, 1u));
  let grows = top > *most + GROWTH;
  let decay = select(1.0, exp(*most - top), grows);
  *most = select(*most, top, grows);
  *weight *= decay;
  if (any_lane(grows) && place.lane == 0u) { growth[place.subgroup] = 1u; }
  for (var i = 0u; i < SCORE_VECS; i += 2u) {
    let low = probability4(scores[i], *most);
    let high = probability4(scores[i + 1u], *most);
    let sums = unpack2x16float(low.x) + unpack2x16float(low.y) + unpack2x16float(high.x) + unpack2x16float(high.y);
    *weight += sums.x + sums.y;
    let chunk = (first + i) / 2u;
    store_probability(place.subgroup * KEY_BLOCKS + chunk / 2u, place.row * PITCH + chunk % 2u, vec4u(low, high));
  }
  return decay;
}

fn probability4(scores: vec4f, most: f32) -> vec2u {
  let p = select(exp(scores - vec4f(most)), vec4f(), scores <= vec4f(MASKED));
  return vec2u(pack2x16float(p.xy), pack2x16float(p.zw));
}

// Sums of 16 columns, each row times its lanes' `decay`.
fn scaled(place: Place, decay: f32, sums: Result) -> Result {
  let at = place.subgroup * KEY_BLOCKS;
  let slot = place.row * SLAB_PITCH + 2u * place.half;
  workgroupBarrier();
  store_result(at, sums);
  workgroupBarrier();
  store_slab4(at, slot, slab4(at, slot) * decay);
  store_slab4(at, slot + 1u, slab4(at, slot + 1u) * decay);
  workgroupBarrier();
  return load_result(at);
}

// Columns of matrix `dim` of the output: the slices' sums, each multiplied so that all refer to one maximum.
fn finish(place: Place, split: u32, dim: u32, sums: Result) {
  store_result(place.subgroup * KEY_BLOCKS, sums);
  workgroupBarrier();
  let first = place.row_block * SLICES;  // of the subgroups with these rows
  for (var item = place.slice * LANES + place.lane; item < SIDE * 4u; item += SLICES * LANES) {
    let row = item / 4u;
    let column4 = item % 4u;
    var most = MASKED;
    for (var i = 0u; i < SLICES; i++) { most = max(most, row_state[(first + i) * SIDE + row].x); }
    var part = Part(most, 0.0, vec4f());
    for (var i = 0u; i < SLICES; i++) {
      let share = row_state[(first + i) * SIDE + row];
      let times = exp(share.x - most);
      part.weight += times * share.y;
      part.sum += times * slab4((first + i) * KEY_BLOCKS, row * SLAB_PITCH + column4);
    }
    let y_row = place.first_row + place.row_block * SIDE + row;
    if (y_row < params.query_len) { store_row(place.batch, split, place.head, y_row, 4u * dim + column4, part); }
  }
  workgroupBarrier();
}

fn is_grown() -> bool {
  let all = workgroupUniformLoad(&growth);
  var grown = 0u;
  for (var i = 0u; i < SUBGROUPS; i++) { grown |= all[i]; }
  return grown != 0u;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, at: Invocation) {
  let subgroup = subgroupBroadcastFirst(at.lane / LANES);
  let lane = at.lane % LANES;
  let split = group.x / params.row_blocks;
  // The last tiles see most keys when causal: they start first.
  let first_row = (params.row_blocks - 1u - group.x % params.row_blocks) * ROWS;
  let keys = total_keys(group.z);
  let place = Place(subgroup, subgroup / SLICES, subgroup % SLICES, lane, lane / 2u, lane % 2u, first_row, keys, group.z, group.y);
  let split_start = split * params.split_keys;
  let key_end = min(visible_keys(min(first_row + ROWS, params.query_len) - 1u, keys), split_start + params.split_keys);
  var next_keys: Loads;
  var next_values: Loads;
  load_queries(place, at.lane);
  load_tile(&next_keys, &next_values, place, split_start, at.lane);
  workgroupBarrier();
  var q0 = load_left(place.row_block, 0u);
  var q1: Left; var q2: Left; var q3: Left; var q4: Left; var q5: Left; var q6: Left; var q7: Left;
  if (DIM_BLOCKS > 1u) { q1 = load_left(place.row_block, 1u); }
  if (DIM_BLOCKS > 2u) { q2 = load_left(place.row_block, 2u); }
  if (DIM_BLOCKS > 3u) { q3 = load_left(place.row_block, 3u); }
  if (DIM_BLOCKS > 4u) { q4 = load_left(place.row_block, 4u); }
  if (DIM_BLOCKS > 5u) { q5 = load_left(place.row_block, 5u); }
  if (DIM_BLOCKS > 6u) { q6 = load_left(place.row_block, 6u); }
  if (DIM_BLOCKS > 7u) { q7 = load_left(place.row_block, 7u); }
  var o0: Result; var o1: Result; var o2: Result; var o3: Result; var o4: Result; var o5: Result; var o6: Result; var o7: Result;
  var most = MASKED;
  var weight = 0.0;
  for (var first_key = split_start; first_key < key_end; first_key += KEY_TILE) {
    workgroupBarrier();
    store_tile(&next_keys, &next_values, at.lane);
    if (lane == 0u) { growth[subgroup] = 0u; }
    workgroupBarrier();
    load_tile(&next_keys, &next_values, place, first_key + KEY_TILE, at.lane);
    // Two matrices of scores at a time: one alone would be a chain, each product waiting for the one before.
    // Zeros are written out: a variable declared in a loop kept its value in Dawn of 2026 on lavapipe.
    for (var pair = 0u; pair < KEY_BLOCKS; pair += 2u) {
      let a = place.slice * KEY_BLOCKS + pair;
      let b = a + 1u;
      var s0 = multiply(q0, load_key(a, 0u), Result());
      var s1 = Result();
      if (KEY_BLOCKS > 1u) { s1 = multiply(q0, load_key(b, 0u), s1); }
      if (DIM_BLOCKS > 1u) { s0 = multiply(q1, load_key(a, 1u), s0); }
      if (DIM_BLOCKS > 1u && KEY_BLOCKS > 1u) { s1 = multiply(q1, load_key(b, 1u), s1); }
      if (DIM_BLOCKS > 2u) { s0 = multiply(q2, load_key(a, 2u), s0); }
      if (DIM_BLOCKS > 2u && KEY_BLOCKS > 1u) { s1 = multiply(q2, load_key(b, 2u), s1); }
      if (DIM_BLOCKS > 3u) { s0 = multiply(q3, load_key(a, 3u), s0); }
      if (DIM_BLOCKS > 3u && KEY_BLOCKS > 1u) { s1 = multiply(q3, load_key(b, 3u), s1); }
      if (DIM_BLOCKS > 4u) { s0 = multiply(q4, load_key(a, 4u), s0); }
      if (DIM_BLOCKS > 4u && KEY_BLOCKS > 1u) { s1 = multiply(q4, load_key(b, 4u), s1); }
      if (DIM_BLOCKS > 5u) { s0 = multiply(q5, load_key(a, 5u), s0); }
      if (DIM_BLOCKS > 5u && KEY_BLOCKS > 1u) { s1 = multiply(q5, load_key(b, 5u), s1); }
      if (DIM_BLOCKS > 6u) { s0 = multiply(q6, load_key(a, 6u), s0); }
      if (DIM_BLOCKS > 6u && KEY_BLOCKS > 1u) { s1 = multiply(q6, load_key(b, 6u), s1); }
      if (DIM_BLOCKS > 7u) { s0 = multiply(q7, load_key(a, 7u), s0); }
      if (DIM_BLOCKS > 7u && KEY_BLOCKS > 1u) { s1 = multiply(q7, load_key(b, 7u), s1); }
      store_result(subgroup * KEY_BLOCKS + pair, s0);
      if (KEY_BLOCKS > 1u) { store_result(subgroup * KEY_BLOCKS + pair + 1u, s1); }
    }
    workgroupBarrier();
    let decay = take_scores(place, first_key, &most, &weight);
    // A barrier for the probabilities as well. Before the first tile there is nothing to scale.
    if (is_grown() && first_key != split_start) {
      o0 = scaled(place, decay, o0);
      if (DIM_BLOCKS > 1u) { o1 = scaled(place, decay, o1); }
      if (DIM_BLOCKS > 2u) { o2 = scaled(place, decay, o2); }
      if (DIM_BLOCKS > 3u) { o3 = scaled(place, decay, o3); }
      if (DIM_BLOCKS > 4u) { o4 = scaled(place, decay, o4); }
      if (DIM_BLOCKS > 5u) { o5 = scaled(place, decay, o5); }
      if (DIM_BLOCKS > 6u) { o6 = scaled(place, decay, o6); }
      if (DIM_BLOCKS > 7u) { o7 = scaled(place, decay, o7); }
    }
    for (var i = 0u; i < KEY_BLOCKS; i++) {
      let p = load_probability(subgroup * KEY_BLOCKS + i);
      let a = TILE_BLOCKS + place.slice * KEY_BLOCKS + i;
      o0 = multiply(p, load_value(a, 0u), o0);
      if (DIM_BLOCKS > 1u) { o1 = multiply(p, load_value(a, 1u), o1); }
      if (DIM_BLOCKS > 2u) { o2 = multiply(p, load_value(a, 2u), o2); }
      if (DIM_BLOCKS > 3u) { o3 = multiply(p, load_value(a, 3u), o3); }
      if (DIM_BLOCKS > 4u) { o4 = multiply(p, load_value(a, 4u), o4); }
      if (DIM_BLOCKS > 5u) { o5 = multiply(p, load_value(a, 5u), o5); }
      if (DIM_BLOCKS > 6u) { o6 = multiply(p, load_value(a, 6u), o6); }
      if (DIM_BLOCKS > 7u) { o7 = multiply(p, load_value(a, 7u), o7); }
    }
  }
  weight += subgroupShuffleXor(weight, 1u);
  if (place.half == 0u) { row_state[subgroup * SIDE + place.row] = vec2f(most, weight); }
  finish(place, split, 0u, o0);
  if (DIM_BLOCKS > 1u) { finish(place, split, 1u, o1); }
  if (DIM_BLOCKS > 2u) { finish(place, split, 2u, o2); }
  if (DIM_BLOCKS > 3u) { finish(place, split, 3u, o3); }
  if (DIM_BLOCKS > 4u) { finish(place, split, 4u, o4); }
  if (DIM_BLOCKS > 5u) { finish(place, split, 5u, o5); }
  if (DIM_BLOCKS > 6u) { finish(place, split, 6u, o6); }
  if (DIM_BLOCKS > 7u) { finish(place, split, 7u, o7); }
}
