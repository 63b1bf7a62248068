// Where attention's tensors lie and which key a query may see; shared by the tiled and the decoding kernel.
// q: [batch, query_len, heads, headDim]   k, v: [batch or slot, keys, kv_heads, headDim]   strides and starts in vec4s.
// mask: bytes packed in u32 words, 1 = attend, strides in bytes (0 where broadcast).   state: lib/sequences.wgsl, keys already cached.

// False on CPU adapters: their compilers unroll every loop of known length, which takes seconds and gains nothing.
override UNROLL: bool = true;

struct Params {
  query_len: u32,
  key_len: u32,     // keys beside the state's share
  heads: u32,
  group: u32,       // query heads that share one kv head
  scale: f32,
  q_start4: u32,
  q_batch4: u32,
  q_row4: u32,
  q_head4: u32,
  k_start4: u32,
  k_batch4: u32,
  k_row4: u32,
  k_head4: u32,
  v_start4: u32,
  v_batch4: u32,
  v_row4: u32,
  v_head4: u32,
  out_start4: u32,
  out_batch4: u32,
  out_row4: u32,
  out_head4: u32,
  causal: u32,      // 1: row i sees keys up to i + keys - query_len
  has_mask: u32,
  mask_batch: u32,
  mask_head: u32,
  mask_row: u32,
  mask_key: u32,
  split_keys: u32,  // decoding: keys in a split
  row_blocks: u32,  // decoding: workgroups that share the rows of one kv head
  cached: u32,      // 1: k and v lie in the slot that the state names; 0: in the order of the batch
  zero: u32,        // 0, unknown to the compiler
}
@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<Elem4>;
@group(0) @binding(2) var<storage, read> v: array<Elem4>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

// A score that stands for 'may not attend'. Finite: -inf - -inf would be NaN. Real scores below it count as masked.
const MASKED = -1e30;

// `count` as a loop's end.
fn loop_end(count: u32) -> u32 {
  if (UNROLL) { return count; }
  return count + params.zero;
}

fn total_keys(batch: u32) -> u32 { return params.key_len + position_of(batch); }

// Which item of k and v belongs to an item of the batch.
fn keys_of(batch: u32) -> u32 {
  if (params.cached == 0u) { return batch; }
  return slot_of(batch);
}

// One past the last key that `row` may see.
fn visible_keys(row: u32, keys: u32) -> u32 {
  if (params.causal == 0u) { return keys; }
  return u32(clamp(i32(row + 1u + keys) - i32(params.query_len), 0, i32(keys)));
}

fn may_attend(batch: u32, head: u32, row: u32, key: u32, keys: u32) -> bool {
  if (key >= visible_keys(row, keys)) { return false; }
  if (params.has_mask == 0u) { return true; }
  let at = batch * params.mask_batch + head * params.mask_head + row * params.mask_row + key * params.mask_key;
  return ((mask[at / 4u] >> ((at % 4u) * 8u)) & 0xffu) != 0u;
}
