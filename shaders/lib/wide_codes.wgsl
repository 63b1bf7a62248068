// An input of a wide product in int8 with a scale for each group of 32, as quantize_rows.wgsl makes it, by way of shared memory:
//   code = round(x · 127 / max|x|)      ties to even
// Every workgroup makes it anew, while its first rows of W are on their way: a dispatch before would take longer. An
// invocation makes half a group at a time. What is quantised comes from wide_codes_*.wgsl.
// staged: two halves of 16 codes a group, eight neighbouring groups' in eight different banks at the same time.
override STAGED_GROUPS: u32 = 1u;  // THREAD_ROWS * in_dim / 32
struct Codes {
  low: vec4u,   // k 0 … 15 of the group, four consecutive k a word
  high: vec4u,  // k 16 … 31
}
struct Half { a: vec4f, b: vec4f, c: vec4f, d: vec4f }  // 16 consecutive k

var<workgroup> staged: array<vec4u, 2u * STAGED_GROUPS>;
var<workgroup> scales_of: array<vec2f, STAGED_GROUPS>;  // the step, max|x| / 127, and step · Σ codes

fn place_of(group: u32, half: u32) -> u32 { return 2u * group + (half ^ ((group >> 2u) & 1u)); }
fn staged_codes(r: u32, step: u32) -> Codes {
  let group = r * (in4() / 8u) + step;
  return Codes(staged[place_of(group, 0u)], staged[place_of(group, 1u)]);
}
fn staged_scale(r: u32, step: u32) -> vec2f { return scales_of[r * (in4() / 8u) + step]; }

// The nearest integers in the last bits of 1.5 · 2^23: GPUs convert at a fraction of the rate of a multiply-add.
fn word_of(v: vec4f, inverse: f32) -> u32 {
  let bits = bitcast<vec4u>(fma(v, vec4f(inverse), vec4f(12582912.0))) & vec4u(255u);
  return bits.x | (bits.y << 8u) | (bits.z << 16u) | (bits.w << 24u);
}
fn largest_of(v: Half) -> f32 {
  let four = max(max(abs(v.a), abs(v.b)), max(abs(v.c), abs(v.d)));
  return max(max(four.x, four.y), max(four.z, four.w));
}
fn sum_of(words: vec4u) -> i32 {
  return dot4I8Packed(words.x, 0x01010101u) + dot4I8Packed(words.y, 0x01010101u) + dot4I8Packed(words.z, 0x01010101u) +
    dot4I8Packed(words.w, 0x01010101u);
}

fn stage_codes(lane: u32, first_row: u32) {
  let halves = in4() / 4u;
  for (var r = 0u; r < THREAD_ROWS; r++) {
    begin_row(lane, r, first_row);
    // All make the same number of rounds: shuffles must stay in uniform control flow.
    for (var start = 0u; start < halves; start += WORKGROUP_SIZE) {
      let half = start + lane;
      let values = load_half(r, min(half, halves - 1u), half < halves);
      let own = largest_of(values);
      let largest = max(own, subgroupShuffleXor(own, 1u));
      let inverse = select(127.0 / largest, 0.0, largest < 1e-30);
      let words = vec4u(word_of(values.a, inverse), word_of(values.b, inverse), word_of(values.c, inverse), word_of(values.d, inverse));
      let own_sum = sum_of(words);
      let sum = own_sum + subgroupShuffleXor(own_sum, 1u);
      if (half < halves) {
        let group = r * (halves / 2u) + half / 2u;
        staged[place_of(group, half % 2u)] = words;
        let step = largest / 127.0;
        if (half % 2u == 0u) { scales_of[group] = vec2f(step, step * f32(sum)); }
      }
    }
  }
  workgroupBarrier();
}
