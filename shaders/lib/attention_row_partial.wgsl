// A decoded row's share from one split of the keys, for attention_merge.wgsl.
// out: [split, batch, head, row] records of (maximum, weight, 0, 0) and headDim/4 vec4s of the weighted sum.
const SKIP_EMPTY = true;
struct Part { most: f32, weight: f32, sum: vec4f }
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;

fn store_row(batch: u32, split: u32, head: u32, row: u32, column4: u32, part: Part) {
  let batches = params.out_batch4;  // no view of a result here: the field holds the number of batches
  let record = (((split * batches + batch) * params.heads + head) * params.query_len + row) * (HEAD_DIM4 + 1u);
  if (column4 == 0u) { out[record] = vec4f(part.most, part.weight, 0.0, 0.0); }
  out[record + 1u + column4] = part.sum;
}
