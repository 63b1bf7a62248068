// out = Σ exp(m_s - M) o_s / Σ exp(m_s - M) l_s over the splits s of the keys that an attention kernel made, M = max m_s.
// partial: [split, batch, head, row] records of (m, l, 0, 0) and headDim/4 vec4s of o.   out: [batch, row, head, headDim].
// A workgroup makes COLUMNS vec4s of one row of one head. Its invocations stand as columns × slices; a slice joins every
// WORKGROUP_SIZE / COLUMNS-th split, two loaded before the first is used, and a tree joins the slices. Splits past the last
// key hold garbage and are not read.
override WORKGROUP_SIZE: u32 = 64u;
override HEAD_DIM4: u32 = 16u;
override COLUMNS: u32 = 16u;  // a power of two
override SLICES: u32 = WORKGROUP_SIZE / COLUMNS;
const NOTHING = -1e30;

struct Params {
  query_len: u32,
  key_len: u32,     // keys beside the state's share
  heads: u32,
  batches: u32,
  split_keys: u32,  // as the attention kernel was told (lib/attention_split.wgsl)
  out_start4: u32,
  out_batch4: u32,
  out_row4: u32,
  out_head4: u32,
  cached: u32,      // 1: the state says how many keys there are besides
}
@group(0) @binding(0) var<storage, read> partial: array<vec4f>;
@group(0) @binding(1) var<storage, read> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(3) var<uniform> params: Params;

struct Part { most: f32, weight: f32, sum: vec4f }
var<workgroup> sums: array<vec4f, WORKGROUP_SIZE>;
var<workgroup> shares: array<vec2f, WORKGROUP_SIZE>;  // (m, l) of the same

fn join(a: Part, b: Part) -> Part {
  let most = max(a.most, b.most);
  let share = exp(a.most - most);
  let other = exp(b.most - most);
  return Part(most, share * a.weight + other * b.weight, share * a.sum + other * b.sum);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let row = at.group.x;
  let column_blocks = (HEAD_DIM4 + COLUMNS - 1u) / COLUMNS;
  let head = at.group.y / column_blocks;
  let batch = at.group.z;
  var keys = params.key_len;
  if (params.cached != 0u) { keys += position_of(batch); }
  let split_keys = split_of(keys, params.split_keys);
  let splits = (keys + split_keys - 1u) / split_keys;
  let stride = params.batches * params.heads * params.query_len * (HEAD_DIM4 + 1u);
  let first = ((batch * params.heads + head) * params.query_len + row) * (HEAD_DIM4 + 1u);
  let column4 = (at.group.y % column_blocks) * COLUMNS + at.lane % COLUMNS;
  let safe4 = 1u + min(column4, HEAD_DIM4 - 1u);
  let slice = at.lane / COLUMNS;
  var part = Part(NOTHING, 0.0, vec4f());
  for (var split = slice; split < splits; split += 2u * SLICES) {
    let near = first + split * stride;
    let far = first + min(split + SLICES, splits - 1u) * stride;
    let near_share = partial[near].xy;
    let far_share = select(vec2f(NOTHING, 0.0), partial[far].xy, split + SLICES < splits);
    let near_sum = partial[near + safe4];
    let far_sum = partial[far + safe4];
    // Of a split that is not there the last stands in, with nothing of its sum.
    let far_part = Part(far_share.x, far_share.y, select(vec4f(), far_sum, split + SLICES < splits));
    part = join(part, join(Part(near_share.x, near_share.y, near_sum), far_part));
  }
  for (var half = SLICES / 2u; half > 0u; half /= 2u) {
    if (slice >= half && slice < 2u * half) {
      sums[at.lane] = part.sum;
      shares[at.lane] = vec2f(part.most, part.weight);
    }
    workgroupBarrier();
    if (slice < half) {
      let other = at.lane + half * COLUMNS;
      part = join(part, Part(shares[other].x, shares[other].y, sums[other]));
    }
  }
  if (slice > 0u || column4 >= HEAD_DIM4) { return; }
  let index = params.out_start4 + batch * params.out_batch4 + row * params.out_row4 + head * params.out_head4;
  out[index + column4] = to_elem4(select(part.sum / part.weight, vec4f(), part.weight <= 0.0));
}
