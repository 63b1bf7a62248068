// Which key a query may see. Needs: `mask` and `state` (attention_view.wgsl), sequences.wgsl.
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
