// What every attention kernel is told; strides and starts in vec4s.

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
  split_keys: u32,  // decoding: keys in a split, or what that is a multiple of
  row_blocks: u32,  // decoding: workgroups that share the rows of one kv head
  cached: u32,      // 1: k and v lie in the slot that the state names; 0: in the order of the batch
  zero: u32,        // 0, unknown to the compiler
}
@group(0) @binding(6) var<uniform> params: Params;

// A score that stands for 'may not attend'. Finite: -inf - -inf would be NaN. Real scores below it count as masked.
const MASKED = -1e30;

// `count` as a loop's end.
fn loop_end(count: u32) -> u32 {
  if (UNROLL) { return count; }
  return count + params.zero;
}
