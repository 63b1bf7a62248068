// A decoded row is complete: one workgroup saw all keys. out: [batch, query_len, heads, headDim].
const SKIP_EMPTY = false;  // no keys at all still gives zeros
struct Part { most: f32, weight: f32, sum: vec4f }
@group(0) @binding(5) var<storage, read_write> out: array<Elem4>;

fn store_row(batch: u32, split: u32, head: u32, row: u32, column4: u32, part: Part) {
  let base = params.out_start4 + batch * params.out_batch4 + row * params.out_row4 + head * params.out_head4;
  out[base + column4] = to_elem4(select(part.sum / part.weight, vec4f(), part.weight <= 0.0));
}
