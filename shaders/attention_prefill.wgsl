// out = softmax(scale · q kᵀ + mask) v for many query rows on a GPU, never holding the score matrix (online softmax).
// Shapes: lib/attention_view.wgsl.   out: [batch, query_len, heads, headDim], or a split's share of it: lib/attention_row_*.wgsl.
// A workgroup makes ROWS query rows of one head from one split of the keys, KEY_TILE at a time. Its invocations stand as
// ROW_THREADS × COLUMN_THREADS. Each makes the scores of THREAD_ROWS rows × 4·KEY_VECS keys and keeps THREAD_ROWS rows ×
// LANE_VECS vec4 columns of the output, all in registers; the probabilities of a tile pass through workgroup memory.
// Both products are register tiles over slices in workgroup memory: first slices of headDim of q and k, then slices of
// keys of v. While a slice is multiplied, the next one, of whatever kind, is on its way into registers. With two STAGES it
// goes to the other half of the staging, which saves every second barrier. Tiles above the diagonal are never visited.
// FlashAttention-2's loop (Dao 2023) over the register tiling of linear_tile.wgsl; all sums in f32.
override HEAD_DIM4: u32 = 16u;
const WORKGROUP_SIZE = ROW_THREADS * COLUMN_THREADS;
const ROWS = THREAD_ROWS * ROW_THREADS;
const KEY_TILE = 4u * KEY_VECS * COLUMN_THREADS;
const ROW_LANES = COLUMN_THREADS;
const PITCH = DEPTH4 + 1u;              // of a staged row of q or k: odd, against bank conflicts
const VALUE_KEYS = VALUE_STEPS * ROW_THREADS;  // keys in a slice of v; a multiple of 4
const VALUE_PITCH = LANE_VECS * COLUMN_THREADS;
const PIECES = KEY_TILE / VALUE_KEYS;     // slices of v for a whole tile
const PROBABILITY_PITCH = KEY_VECS * COLUMN_THREADS + 1u;
const SLICE = max((ROWS + KEY_TILE) * PITCH, VALUE_KEYS * VALUE_PITCH);
const LINE_LOADS = ((ROWS + KEY_TILE) * DEPTH4 + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
const LOADS = max(LINE_LOADS, VALUE_STEPS * LANE_VECS);
alias Loads = array<Elem4, LOADS>;                     // as they come: converting them here would wait for them
alias Scores = array<vec4f, THREAD_ROWS * KEY_VECS>;   // [row, vec4 of keys]
alias Sums = array<vec4f, THREAD_ROWS * LANE_VECS>;    // [row, vec4 of columns]

var<workgroup> staging: array<vec4f, STAGES * SLICE>;
var<workgroup> probability: array<vec4f, ROWS * PROBABILITY_PITCH>;  // [row, vec4 of keys]

struct Tile { first_row: u32, keys: u32, q_base: u32, k_base: u32, v_base: u32, batch: u32, head: u32 }

// A slice of headDim, DEPTH4 vec4s from `start4`: lines of q, then of the tile's keys. Zeros past either end.
fn load_lines(next: ptr<function, Loads>, tile: Tile, first_key: u32, start4: u32, lane: u32) {
  for (var i = 0u; i < LINE_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    let line = index / DEPTH4;
    let depth4 = start4 + index % DEPTH4;
    var value = Elem4();
    if (depth4 < HEAD_DIM4) {
      if (line < ROWS) {
        value = q[tile.q_base + min(tile.first_row + line, params.query_len - 1u) * params.q_row4 + depth4];
      } else {
        let key = first_key + line - ROWS;
        if (line < ROWS + KEY_TILE && key < tile.keys) { value = k[tile.k_base + key * params.k_row4 + depth4]; }
      }
    }
    next[i] = value;
  }
}

// q is scaled. Keys are dealt out by vec4s to the column threads: neighbouring invocations read neighbouring lines.
// Here and below, remainders that change nothing show the compiler that an index is within its array.
fn store_lines(next: ptr<function, Loads>, count: u32, lane: u32) {
  let stage = (count % STAGES) * SLICE;
  for (var i = 0u; i < LINE_LOADS; i++) {
    let index = lane + i * WORKGROUP_SIZE;
    var line = index / DEPTH4;
    var value = vec4f(next[i]);
    if (line < ROWS) {
      value *= params.scale;
    } else {
      let key = line - ROWS;
      let vec = key / 4u;
      line = ROWS + ((vec / COLUMN_THREADS) * 4u + key % 4u) * COLUMN_THREADS + vec % COLUMN_THREADS;
    }
    if (index < (ROWS + KEY_TILE) * DEPTH4) { staging[stage + line * PITCH + index % DEPTH4] = value; }
  }
}

// VALUE_KEYS keys of v from `first_key`; zeros past the end, where the cache is garbage.
fn load_values(next: ptr<function, Loads>, tile: Tile, first_key: u32, lane: u32) {
  for (var i = 0u; i < VALUE_STEPS; i++) {
    let key = first_key + i * ROW_THREADS + lane / COLUMN_THREADS;
    for (var c = 0u; c < LANE_VECS; c++) {
      let column4 = c * COLUMN_THREADS + lane % COLUMN_THREADS;
      var value = Elem4();
      if (key < tile.keys && column4 < HEAD_DIM4) { value = v[tile.v_base + key * params.v_row4 + column4]; }
      next[i * LANE_VECS + c] = value;
    }
  }
}

fn store_values(next: ptr<function, Loads>, count: u32, lane: u32) {
  let first = (count % STAGES) * SLICE + ((lane / COLUMN_THREADS) % ROW_THREADS) * VALUE_PITCH + lane % COLUMN_THREADS;
  for (var i = 0u; i < VALUE_STEPS; i++) {
    for (var c = 0u; c < LANE_VECS; c++) {
      staging[first + i * ROW_THREADS * VALUE_PITCH + c * COLUMN_THREADS] = vec4f(next[i * LANE_VECS + c]);
    }
  }
}

// scores[row, j] += row · keys 4 (j · COLUMN_THREADS + column thread) … + 3, over slice number `count`.
fn add_scores(scores: ptr<function, Scores>, count: u32, lane: u32) {
  let row_line = (count % STAGES) * SLICE + ((lane / COLUMN_THREADS) % ROW_THREADS) * PITCH;
  let key_line = (count % STAGES) * SLICE + (ROWS + lane % COLUMN_THREADS) * PITCH;
  for (var depth = 0u; depth < DEPTH4; depth++) {
    var x: array<vec4f, THREAD_ROWS>;
    for (var r = 0u; r < THREAD_ROWS; r++) { x[r] = staging[row_line + r * ROW_THREADS * PITCH + depth]; }
    for (var j = 0u; j < KEY_VECS; j++) {
      let k0 = staging[key_line + (j * 4u) * COLUMN_THREADS * PITCH + depth];
      let k1 = staging[key_line + (j * 4u + 1u) * COLUMN_THREADS * PITCH + depth];
      let k2 = staging[key_line + (j * 4u + 2u) * COLUMN_THREADS * PITCH + depth];
      let k3 = staging[key_line + (j * 4u + 3u) * COLUMN_THREADS * PITCH + depth];
      for (var r = 0u; r < THREAD_ROWS; r++) {
        var sum = scores[r * KEY_VECS + j] + x[r].x * vec4f(k0.x, k1.x, k2.x, k3.x);
        sum += x[r].y * vec4f(k0.y, k1.y, k2.y, k3.y);
        sum += x[r].z * vec4f(k0.z, k1.z, k2.z, k3.z);
        scores[r * KEY_VECS + j] = sum + x[r].w * vec4f(k0.w, k1.w, k2.w, k3.w);
      }
    }
  }
}

// MASKED where an invocation's rows may not see its keys; a tile that all rows see entirely is left as it is.
fn mask_scores(scores: ptr<function, Scores>, tile: Tile, first_key: u32, lane: u32) {
  if (params.has_mask == 0u && first_key + KEY_TILE <= visible_keys(tile.first_row, tile.keys)) { return; }
  var seen = 0u;  // a bit for each score: 4 (row · KEY_VECS + j) + key
  for (var i = 0u; i < loop_end(THREAD_ROWS * KEY_VECS * 4u); i++) {
    let row = tile.first_row + (i / (4u * KEY_VECS)) * ROW_THREADS + lane / COLUMN_THREADS;
    let key = first_key + (((i / 4u) % KEY_VECS) * COLUMN_THREADS + lane % COLUMN_THREADS) * 4u + i % 4u;
    seen |= select(0u, 1u << i, may_attend(tile.batch, tile.head, min(row, params.query_len - 1u), key, tile.keys));
  }
  for (var i = 0u; i < THREAD_ROWS * KEY_VECS; i++) {
    scores[i] = select(vec4f(MASKED), scores[i], (vec4u(seen >> (4u * i)) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
  }
}

// The rows' maxima, decayed sums and denominators after a tile's scores; its probabilities for add_values.
fn take_scores(scores: ptr<function, Scores>, sums: ptr<function, Sums>, most: ptr<function, vec4f>, weight: ptr<function, vec4f>, at: Invocation) {
  var top = vec4f(MASKED);
  for (var r = 0u; r < THREAD_ROWS; r++) {
    for (var j = 0u; j < KEY_VECS; j++) {
      let s = scores[r * KEY_VECS + j];
      top[r] = max(top[r], max(max(s.x, s.y), max(s.z, s.w)));
    }
  }
  top = max(*most, row_max(top, at));
  let decay = exp(*most - top);
  *most = top;
  *weight *= decay;
  let first = ((at.lane / COLUMN_THREADS) % ROW_THREADS) * PROBABILITY_PITCH + at.lane % COLUMN_THREADS;
  for (var r = 0u; r < THREAD_ROWS; r++) {
    for (var j = 0u; j < KEY_VECS; j++) {
      let s = scores[r * KEY_VECS + j];
      let p = select(exp(s - vec4f(top[r])), vec4f(), s <= vec4f(MASKED));
      (*weight)[r] += (p.x + p.y) + (p.z + p.w);
      probability[first + r * ROW_THREADS * PROBABILITY_PITCH + j * COLUMN_THREADS] = p;
      scores[r * KEY_VECS + j] = vec4f();
    }
    for (var c = 0u; c < LANE_VECS; c++) { sums[r * LANE_VECS + c] *= decay[r]; }
  }
}

// sums += probability · v over slice number `count`, which is the tile's `piece`-th of keys.
fn add_values(sums: ptr<function, Sums>, piece: u32, count: u32, lane: u32) {
  let p_line = ((lane / COLUMN_THREADS) % ROW_THREADS) * PROBABILITY_PITCH + (piece % PIECES) * (VALUE_KEYS / 4u);
  let v_line = (count % STAGES) * SLICE + lane % COLUMN_THREADS;
  for (var vec = 0u; vec < VALUE_KEYS / 4u; vec++) {
    var p: array<vec4f, THREAD_ROWS>;
    for (var r = 0u; r < THREAD_ROWS; r++) { p[r] = probability[p_line + r * ROW_THREADS * PROBABILITY_PITCH + vec]; }
    for (var c = 0u; c < LANE_VECS; c++) {
      let v0 = staging[v_line + (vec * 4u) * VALUE_PITCH + c * COLUMN_THREADS];
      let v1 = staging[v_line + (vec * 4u + 1u) * VALUE_PITCH + c * COLUMN_THREADS];
      let v2 = staging[v_line + (vec * 4u + 2u) * VALUE_PITCH + c * COLUMN_THREADS];
      let v3 = staging[v_line + (vec * 4u + 3u) * VALUE_PITCH + c * COLUMN_THREADS];
      for (var r = 0u; r < THREAD_ROWS; r++) {
        var sum = sums[r * LANE_VECS + c] + p[r].x * v0;
        sum += p[r].y * v1;
        sum += p[r].z * v2;
        sums[r * LANE_VECS + c] = sum + p[r].w * v3;
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, at: Invocation) {
  let lane = at.lane;
  let keys = total_keys(group.z);
  let split = group.x / params.row_blocks;
  // The last tiles see most keys when causal: they start first.
  let first_row = (params.row_blocks - 1u - group.x % params.row_blocks) * ROWS;
  let kv_item = keys_of(group.z);
  let kv_head = group.y / params.group;
  let tile = Tile(first_row, keys,
    params.q_start4 + group.z * params.q_batch4 + group.y * params.q_head4,
    params.k_start4 + kv_item * params.k_batch4 + kv_head * params.k_head4,
    params.v_start4 + kv_item * params.v_batch4 + kv_head * params.v_head4,
    group.z, group.y);
  let split_start = split * params.split_keys;
  let key_end = min(visible_keys(min(first_row + ROWS, params.query_len) - 1u, keys), split_start + params.split_keys);
  let score_slices = (HEAD_DIM4 + DEPTH4 - 1u) / DEPTH4;
  var next: Loads;
  var scores: Scores;
  var sums: Sums;
  var most = vec4f(MASKED);
  var weight = vec4f();  // this invocation's share of the rows' denominators
  var count = 0u;        // slices so far
  load_lines(&next, tile, split_start, 0u, lane);
  store_lines(&next, 0u, lane);
  for (var first_key = split_start; first_key < key_end; first_key += KEY_TILE) {
    let slices = score_slices + (min(KEY_TILE, key_end - first_key) + VALUE_KEYS - 1u) / VALUE_KEYS;
    for (var slice = 0u; slice < slices; slice++) {
      workgroupBarrier();
      let following = slice + 1u;
      let values_follow = following >= score_slices && following < slices;
      if (values_follow) {
        load_values(&next, tile, first_key + (following - score_slices) * VALUE_KEYS, lane);
      } else {
        load_lines(&next, tile, select(first_key + KEY_TILE, first_key, following < slices), select(0u, following * DEPTH4, following < slices), lane);
      }
      if (slice < score_slices) { add_scores(&scores, count, lane); } else { add_values(&sums, slice - score_slices, count, lane); }
      if (following == score_slices) {
        mask_scores(&scores, tile, first_key, lane);
        take_scores(&scores, &sums, &most, &weight, at);
      }
      if (STAGES == 1u) { workgroupBarrier(); }
      count++;
      if (values_follow) { store_values(&next, count, lane); } else { store_lines(&next, count, lane); }
    }
  }
  weight = row_sum(weight, at);
  for (var r = 0u; r < THREAD_ROWS; r++) {
    let row = first_row + r * ROW_THREADS + lane / COLUMN_THREADS;
    for (var c = 0u; c < LANE_VECS; c++) {
      let column4 = c * COLUMN_THREADS + lane % COLUMN_THREADS;
      if (row < params.query_len && column4 < HEAD_DIM4) {
        store_row(group.z, split, group.y, row, column4, Part(most[r], weight[r], sums[r * LANE_VECS + c]));
      }
    }
  }
}
