// out = Σ exp(m_s - M) o_s / Σ exp(m_s - M) l_s over the splits s of the keys that attention_decode.wgsl made, M = max m_s.
// partial: [split, batch, head, row] records of (m, l, 0, 0) and headDim/4 vec4s of o.   out: [batch, row, head, headDim].
// A workgroup makes one row of one head; its invocations stand as columns × splits. Splits past the last key hold garbage
// and are not read.
override WORKGROUP_SIZE: u32 = 64u;
override HEAD_DIM4: u32 = 16u;
override COLUMNS: u32 = 16u;  // HEAD_DIM4 up to a power of two

struct Params {
  query_len: u32,
  key_len: u32,     // keys beside the state's share
  heads: u32,
  batches: u32,
  split_keys: u32,
  out_start4: u32,
  out_batch4: u32,
  out_row4: u32,
  out_head4: u32,
}
@group(0) @binding(0) var<storage, read> partial: array<vec4f>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(3) var<uniform> params: Params;
var<workgroup> column_scratch: array<vec4f, WORKGROUP_SIZE>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.x;
  let head = at.group.y;
  let batch = at.group.z;
  let splits = (params.key_len + position_of(batch) + params.split_keys - 1u) / params.split_keys;
  let stride = params.batches * params.heads * params.query_len * (HEAD_DIM4 + 1u);
  let first = ((batch * params.heads + head) * params.query_len + row) * (HEAD_DIM4 + 1u);
  var most = -1e30;
  for (var split = at.lane; split < splits; split += WORKGROUP_SIZE) { most = max(most, partial[first + split * stride].x); }
  most = reduce_max(most, at);
  var weight = 0.0;
  for (var split = at.lane; split < splits; split += WORKGROUP_SIZE) {
    let part = partial[first + split * stride];
    weight += part.y * exp(part.x - most);
  }
  weight = reduce_sum(weight, at);
  let column4 = min(at.lane % COLUMNS, HEAD_DIM4 - 1u);
  var sum = vec4f();
  for (var split = at.lane / COLUMNS; split < splits; split += WORKGROUP_SIZE / COLUMNS) {
    let record = first + split * stride;
    sum += partial[record + 1u + column4] * exp(partial[record].x - most);
  }
  column_scratch[at.lane] = sum;
  workgroupBarrier();
  if (at.lane < HEAD_DIM4) {
    sum = vec4f();
    for (var other = at.lane; other < WORKGROUP_SIZE; other += COLUMNS) { sum += column_scratch[other]; }
    let index = params.out_start4 + batch * params.out_batch4 + row * params.out_row4 + head * params.out_head4;
    out[index + at.lane] = to_elem4(select(sum / weight, vec4f(), weight <= 0.0));
  }
}
