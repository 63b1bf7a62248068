// out = softmax(scale · q kᵀ + mask) v for many query rows (online softmax), without shared memory and without a barrier:
// for adapters that run on a CPU and have quads. Shapes: lib/attention_view.wgsl.   out: [batch, query_len, heads, headDim].
// A row that may see no key gives zeros.
// A quad of invocations makes 8 rows of one head for up to 64 columns of the output; it walks the keys 16 at a time, of which
// each invocation has four. Two blocks of four rows are matrices whose column c is row (lane xor c), as in
// lib/four_rows_quads.wgsl: an invocation holds its keys' scores of all rows, and its columns of all rows' outputs.
// What such an adapter is slow and fast at: linear_direct.wgsl.
override WORKGROUP_SIZE: u32 = 8u;
override HEAD_DIM4: u32 = 16u;
override ROW_TILE: u32 = WORKGROUP_SIZE * 2u;        // rows of a workgroup, eight of each quad
override SLICES: u32 = (HEAD_DIM4 + 15u) / 16u;      // of the output's columns: workgroups that make the same scores
override SLICE4: u32 = (HEAD_DIM4 + SLICES - 1u) / SLICES;
const KEY_TILE = 16u;

@group(0) @binding(5) var<storage, read_write> out: array<Elem4>;

struct Tile { batch: u32, head: u32, first_row: u32, lane: u32, keys: u32, slice: u32 }

// What each of four columns becomes when lanes that differ in bit 0, bit 1 or both change places: the same rows again.
fn swap_x(m: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapX(m[1]), quadSwapX(m[0]), quadSwapX(m[3]), quadSwapX(m[2])); }
fn swap_y(m: mat4x4f) -> mat4x4f { return mat4x4f(quadSwapY(m[2]), quadSwapY(m[3]), quadSwapY(m[0]), quadSwapY(m[1])); }

// The largest of four rows' values, and their sum, over the quad; component c is row (lane xor c).
fn quad_max(v: vec4f) -> vec4f {
  let pair = max(v, quadSwapX(v).yxwz);
  return max(pair, quadSwapY(pair).zwxy);
}
fn quad_sum(v: vec4f) -> vec4f {
  let pair = v + quadSwapX(v).yxwz;
  return pair + quadSwapY(pair).zwxy;
}

fn queries(tile: Tile, rows: u32, base: u32, depth4: u32) -> mat4x4f {
  let v = vec4f(q[base + min(rows + tile.lane, params.query_len - 1u) * params.q_row4 + depth4]);
  return mat4x4f(v, quadSwapX(v), quadSwapY(v), quadSwapDiagonal(v));
}

// MASKED where rows from `rows` on may not see the four keys from `key` on; column c of s is row (lane xor c).
fn mask_scores(s: mat4x4f, tile: Tile, rows: u32, key: u32) -> mat4x4f {
  var seen = 0u;  // bit 4 c + i
  for (var i = 0u; i < loop_end(16u); i++) {
    let row = min(rows + (tile.lane ^ (i / 4u)), params.query_len - 1u);
    seen |= select(0u, 1u << i, may_attend(tile.batch, tile.head, row, key + i % 4u, tile.keys));
  }
  let masked = vec4f(MASKED);
  let bits = vec4u(1u, 2u, 4u, 8u);
  return mat4x4f(
    select(masked, s[0], (vec4u(seen) & bits) != vec4u()),
    select(masked, s[1], (vec4u(seen >> 4u) & bits) != vec4u()),
    select(masked, s[2], (vec4u(seen >> 8u) & bits) != vec4u()),
    select(masked, s[3], (vec4u(seen >> 12u) & bits) != vec4u()));
}

fn largest(v: vec4f) -> f32 { return max(max(v.x, v.y), max(v.z, v.w)); }
fn column_max(m: mat4x4f) -> vec4f { return vec4f(largest(m[0]), largest(m[1]), largest(m[2]), largest(m[3])); }
fn column_sum(m: mat4x4f) -> vec4f { return vec4f(1.0) * m; }
fn scale_columns(m: mat4x4f, by: vec4f) -> mat4x4f { return mat4x4f(m[0] * by.x, m[1] * by.y, m[2] * by.z, m[3] * by.w); }

fn probability(score: vec4f, most: f32) -> vec4f { return select(exp(score - most), vec4f(), score <= vec4f(MASKED)); }
fn probabilities(s: mat4x4f, most: vec4f) -> mat4x4f {
  return mat4x4f(
    probability(s[0], most.x), probability(s[1], most.y), probability(s[2], most.z), probability(s[3], most.w));
}

// Four keys from `key` on of v, columns from column4 on; past the last key that one again, whose probability is then 0.
fn values(tile: Tile, base: u32, key: u32, column4: u32) -> mat4x4f {
  let last = tile.keys - 1u;
  let start = base + min(column4, HEAD_DIM4 - 1u);
  return mat4x4f(
    vec4f(v[start + min(key, last) * params.v_row4]),
    vec4f(v[start + min(key + 1u, last) * params.v_row4]),
    vec4f(v[start + min(key + 2u, last) * params.v_row4]),
    vec4f(v[start + min(key + 3u, last) * params.v_row4]));
}

// Column c: row (lane xor c).
fn store(tile: Tile, rows: u32, part: u32, sums: mat4x4f) {
  let slice_column4 = part * 4u + tile.lane;
  let column4 = tile.slice * SLICE4 + slice_column4;
  if (slice_column4 >= SLICE4 || column4 >= HEAD_DIM4) { return; }
  let base = params.out_start4 + tile.batch * params.out_batch4 + tile.head * params.out_head4 + column4;
  store_row(base, rows + tile.lane, sums[0]);
  store_row(base, rows + (tile.lane ^ 1u), sums[1]);
  store_row(base, rows + (tile.lane ^ 2u), sums[2]);
  store_row(base, rows + (tile.lane ^ 3u), sums[3]);
}
fn store_row(base: u32, row: u32, value: vec4f) {
  if (row < params.query_len) { out[base + row * params.out_row4] = to_elem4(value); }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, at: Invocation) {
  // The last tiles see most keys when causal: they start first. All of a workgroup walk the same keys: quads stay whole.
  let tiles = groups.x / SLICES;
  let tile_row = (tiles - 1u - group.x / SLICES) * ROW_TILE;
  let keys = total_keys(group.z);
  let key_end = visible_keys(min(tile_row + ROW_TILE, params.query_len) - 1u, keys);
  let all_see = select(visible_keys(tile_row, keys), 0u, params.has_mask == 1u);
  let rows = tile_row + at.lane / 4u * 8u;
  let tile = Tile(group.z, group.y, rows, at.subgroup_lane % 4u, keys, group.x % SLICES);
  let q_base = params.q_start4 + tile.batch * params.q_batch4 + tile.head * params.q_head4;
  let kv_head = tile.head / params.group;
  let k_base = params.k_start4 + keys_of(tile.batch) * params.k_batch4 + kv_head * params.k_head4;
  let v_base = params.v_start4 + keys_of(tile.batch) * params.v_batch4 + kv_head * params.v_head4;
  let column4 = tile.slice * SLICE4 + tile.lane;
  // Sums of the first and the second four rows; their maxima and, of this invocation's keys, their denominators.
  var a0 = mat4x4f(); var a1 = mat4x4f(); var a2 = mat4x4f(); var a3 = mat4x4f();
  var b0 = mat4x4f(); var b1 = mat4x4f(); var b2 = mat4x4f(); var b3 = mat4x4f();
  var most_a = vec4f(MASKED); var most_b = vec4f(MASKED);
  var weight_a = vec4f(); var weight_b = vec4f();
  for (var first_key = 0u; first_key < key_end; first_key += KEY_TILE) {
    let key = first_key + tile.lane * 4u;
    let k0 = k_base + min(key, keys - 1u) * params.k_row4;
    let k1 = k_base + min(key + 1u, keys - 1u) * params.k_row4;
    let k2 = k_base + min(key + 2u, keys - 1u) * params.k_row4;
    let k3 = k_base + min(key + 3u, keys - 1u) * params.k_row4;
    var s_a = mat4x4f();
    var s_b = mat4x4f();
    for (var depth4 = 0u; depth4 < loop_end(HEAD_DIM4); depth4++) {
      let columns = transpose(mat4x4f(
        vec4f(k[k0 + depth4]), vec4f(k[k1 + depth4]), vec4f(k[k2 + depth4]), vec4f(k[k3 + depth4])));
      s_a += columns * queries(tile, rows, q_base, depth4);
      s_b += columns * queries(tile, rows + 4u, q_base, depth4);
    }
    s_a *= params.scale;
    s_b *= params.scale;
    if (first_key + KEY_TILE > all_see) {
      s_a = mask_scores(s_a, tile, rows, key);
      s_b = mask_scores(s_b, tile, rows + 4u, key);
    }
    let new_a = max(most_a, quad_max(column_max(s_a)));
    let new_b = max(most_b, quad_max(column_max(s_b)));
    let decay_a = exp(most_a - new_a);
    let decay_b = exp(most_b - new_b);
    most_a = new_a;
    most_b = new_b;
    var p_a = probabilities(s_a, most_a);
    var p_b = probabilities(s_b, most_b);
    weight_a = weight_a * decay_a + column_sum(p_a);
    weight_b = weight_b * decay_b + column_sum(p_b);
    a0 = scale_columns(a0, decay_a); b0 = scale_columns(b0, decay_b);
    if (SLICE4 > 4u) { a1 = scale_columns(a1, decay_a); b1 = scale_columns(b1, decay_b); }
    if (SLICE4 > 8u) { a2 = scale_columns(a2, decay_a); b2 = scale_columns(b2, decay_b); }
    if (SLICE4 > 12u) { a3 = scale_columns(a3, decay_a); b3 = scale_columns(b3, decay_b); }
    // The probabilities go round the quad: of lane, lane xor 1, lane xor 3, lane xor 2, and each lane reads the keys' values.
    for (var turn = 0u; turn < loop_end(4u); turn++) {
      let turn_key = first_key + (tile.lane ^ turn ^ (turn / 2u)) * 4u;
      let v0 = values(tile, v_base, turn_key, column4);
      a0 += v0 * p_a; b0 += v0 * p_b;
      if (SLICE4 > 4u) { let v1 = values(tile, v_base, turn_key, column4 + 4u); a1 += v1 * p_a; b1 += v1 * p_b; }
      if (SLICE4 > 8u) { let v2 = values(tile, v_base, turn_key, column4 + 8u); a2 += v2 * p_a; b2 += v2 * p_b; }
      if (SLICE4 > 12u) { let v3 = values(tile, v_base, turn_key, column4 + 12u); a3 += v3 * p_a; b3 += v3 * p_b; }
      if (turn == 1u) { p_a = swap_y(p_a); p_b = swap_y(p_b); } else { p_a = swap_x(p_a); p_b = swap_x(p_b); }
    }
  }
  weight_a = quad_sum(weight_a);
  weight_b = quad_sum(weight_b);
  let inverse_a = select(1.0 / weight_a, vec4f(), weight_a <= vec4f());
  let inverse_b = select(1.0 / weight_b, vec4f(), weight_b <= vec4f());
  store(tile, rows, 0u, scale_columns(a0, inverse_a)); store(tile, rows + 4u, 0u, scale_columns(b0, inverse_b));
  if (SLICE4 > 4u) { store(tile, rows, 1u, scale_columns(a1, inverse_a)); store(tile, rows + 4u, 1u, scale_columns(b1, inverse_b)); }
  if (SLICE4 > 8u) { store(tile, rows, 2u, scale_columns(a2, inverse_a)); store(tile, rows + 4u, 2u, scale_columns(b2, inverse_b)); }
  if (SLICE4 > 12u) { store(tile, rows, 3u, scale_columns(a3, inverse_a)); store(tile, rows + 4u, 3u, scale_columns(b3, inverse_b)); }
}
