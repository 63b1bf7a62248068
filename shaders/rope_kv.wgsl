// Splits a fused QKV row, rotates q and k by their position, and puts k and v into the cache.
//   q', k' = [a·cos - b·sin, b·cos + a·sin] with a, b the two halves of a head (Su et al. 2021, 'rotate half' layout)
//   QK_NORM: RMSNorm of each head of q and k before (Qwen3)
// qkv: [rows, heads + 2·kv_heads, head_dim]   rope: [positions, head_dim / 2] of (cos, sin)   norm: gamma of q, then of k
// q: [rows, heads, head_dim]   key_cache, value_cache: [slots, kv_heads, capacity, head_dim]: what decoding reads
// of a head lies in one piece
// A workgroup a head of a row. `rope` is a table because cos() of a large angle is imprecise in WGSL.
override WORKGROUP_SIZE: u32 = 32u;
override HAS_ROPE: bool = true;
override QK_NORM: bool = false;

struct Params {
  heads: u32,
  kv_heads: u32,
  head_dim: u32,
  eps: f32,
  rows_each: u32,  // of each sequence
  capacity: u32,   // positions of a slot
}
@group(0) @binding(0) var<storage, read> qkv: array<Elem>;
@group(0) @binding(1) var<storage, read> rope: array<vec2f>;
@group(0) @binding(2) var<storage, read> norm: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<u32>;  // lib/sequences.wgsl
@group(0) @binding(4) var<storage, read_write> q: array<Elem>;
@group(0) @binding(5) var<storage, read_write> key_cache: array<Elem>;
@group(0) @binding(6) var<storage, read_write> value_cache: array<Elem>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let head = at.group.x;
  let row = at.group.y;
  let sequence = row / params.rows_each;
  let position = position_of(sequence) + row % params.rows_each;
  let cache_head = slot_of(sequence) * params.kv_heads;
  let start = (row * (params.heads + 2u * params.kv_heads) + head) * params.head_dim;
  let is_query = head < params.heads;
  let is_key = !is_query && head < params.heads + params.kv_heads;
  var scale = 1.0;
  var gamma = 0u;
  if (QK_NORM) {
    var squares = 0.0;
    for (var i = at.lane; i < params.head_dim; i += WORKGROUP_SIZE) { let v = f32(qkv[start + i]); squares += v * v; }
    scale = inverseSqrt(reduce_sum(squares, at) / f32(params.head_dim) + params.eps);
    gamma = select(params.head_dim, 0u, is_query);
  }
  let half = params.head_dim / 2u;
  for (var i = at.lane; i < half; i += WORKGROUP_SIZE) {
    var a = f32(qkv[start + i]);
    var b = f32(qkv[start + half + i]);
    if (is_query || is_key) {
      if (QK_NORM) {
        a *= scale * norm[gamma + i];
        b *= scale * norm[gamma + half + i];
      }
      if (HAS_ROPE) {
        let turn = rope[position * half + i];
        let rotated = a * turn.x - b * turn.y;
        b = b * turn.x + a * turn.y;
        a = rotated;
      }
    }
    if (is_query) {
      let out = (row * params.heads + head) * params.head_dim;
      q[out + i] = to_elem(a);
      q[out + half + i] = to_elem(b);
    } else if (is_key) {
      let out = ((cache_head + head - params.heads) * params.capacity + position) * params.head_dim;
      key_cache[out + i] = to_elem(a);
      key_cache[out + half + i] = to_elem(b);
    } else {
      let kv_head = head - params.heads - params.kv_heads;
      let out = ((cache_head + kv_head) * params.capacity + position) * params.head_dim;
      value_cache[out + i] = to_elem(a);
      value_cache[out + half + i] = to_elem(b);
    }
  }
}
