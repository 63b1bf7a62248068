// out = Σ exp(m_s - M) o_s / Σ exp(m_s - M) l_s over the splits s of the keys that a decoding kernel made, M = max m_s.
// partial: [split, batch, head, row] records of (m, l, 0, 0) and headDim/4 vec4s of o.   out: [batch, row, head, headDim].
// A workgroup makes one row of one head; its invocations stand as columns × splits, and each joins its splits in one pass,
// four loaded before the first is used. Splits past the last key hold garbage and are not read.
override WORKGROUP_SIZE: u32 = 64u;
override HEAD_DIM4: u32 = 16u;
override COLUMNS: u32 = 16u;  // HEAD_DIM4 up to a power of two
const AT_ONCE = 4u;

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
var<workgroup> joined: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> shares: array<vec2f, WORKGROUP_SIZE>;  // (m, l) of the same

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.x;
  let head = at.group.y;
  let batch = at.group.z;
  let splits = (params.key_len + position_of(batch) + params.split_keys - 1u) / params.split_keys;
  let stride = params.batches * params.heads * params.query_len * (HEAD_DIM4 + 1u);
  let first = ((batch * params.heads + head) * params.query_len + row) * (HEAD_DIM4 + 1u);
  let apart = WORKGROUP_SIZE / COLUMNS;
  let column4 = min(at.lane % COLUMNS, HEAD_DIM4 - 1u);
  var most = -1e30;
  var weight = 0.0;
  var sum = vec4f();
  for (var next = at.lane / COLUMNS; next < splits; next += AT_ONCE * apart) {
    var heads: array<vec2f, AT_ONCE>;
    var parts: array<vec4f, AT_ONCE>;
    var highest = most;
    for (var i = 0u; i < AT_ONCE; i++) {
      let split = next + i * apart;
      let record = first + min(split, splits - 1u) * stride;
      heads[i] = select(vec2f(-1e30, 0.0), partial[record].xy, split < splits);
      parts[i] = partial[record + 1u + column4];
      highest = max(highest, heads[i].x);
    }
    let decay = exp(most - highest);
    weight *= decay;
    sum *= decay;
    for (var i = 0u; i < AT_ONCE; i++) {
      let share = select(exp(heads[i].x - highest), 0.0, next + i * apart >= splits);
      weight += share * heads[i].y;
      sum += share * parts[i];
    }
    most = highest;
  }
  joined[at.lane] = sum;
  shares[at.lane] = vec2f(most, weight);
  workgroupBarrier();
  if (at.lane >= HEAD_DIM4) { return; }
  for (var other = at.lane; other < WORKGROUP_SIZE; other += COLUMNS) { most = max(most, shares[other].x); }
  weight = 0.0;
  sum = vec4f();
  for (var other = at.lane; other < WORKGROUP_SIZE; other += COLUMNS) {
    let share = exp(shares[other].x - most);
    weight += share * shares[other].y;
    sum += share * joined[other];
  }
  let index = params.out_start4 + batch * params.out_batch4 + row * params.out_row4 + head * params.out_head4;
  out[index + at.lane] = to_elem4(select(sum / weight, vec4f(), weight <= 0.0));
}
