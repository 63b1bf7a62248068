// What the sampler's kernels share: settings, the layout of `scratch`, sortable keys, numbers from a hash.
// Needs: `settings` (array<Settings> by slot), `scratch` and `params` with vocab, blocks and scratch_words.
struct Settings {
  temperature: f32,         // 0: greedy
  top_k: u32,               // 0: off
  top_p: f32,               // 1 or more: off
  min_p: f32,               // 0: off
  repetition_penalty: f32,  // 1: off
  seed: u32,
  eos_count: u32,
  unused: u32,
  eos: array<u32, 8>,
}

// A sequence's share of `scratch`, in words from its start.
const BINS = 1024u;              // of the histogram over the distance to the highest logit
const BIN_WIDTH = 0.0625;        // in nats: the bins reach 64 nats down, the last one holds all that is further
const LIST_COUNT = 0u;           // candidates in the list
const WEIGHT_AIM = 1u;           // the weight that top-p wants, as f32: its share of all candidates' weight
const HISTOGRAM_LOW = 16u;       // weight of a bin as a 64-bit integer, low words …
const HISTOGRAM_HIGH = HISTOGRAM_LOW + BINS;  // … and high words
const BLOCK_BEST = HISTOGRAM_HIGH + BINS;     // (key, id) of each block's highest logit
// Then (key, id) of each block's best draw, then the list of candidates, (key, id) each.
fn scratch_start(sequence: u32) -> u32 { return sequence * params.scratch_words; }
fn block_draw() -> u32 { return BLOCK_BEST + 2u * params.blocks; }
fn list_start() -> u32 { return BLOCK_BEST + 4u * params.blocks; }

// Logits stay within ±LIMIT: differences cannot overflow. NaN counts as -LIMIT: it never wins against a number.
const LIMIT = 1e30;

fn clean(bits: u32) -> f32 {
  let magnitude = bits & 0x7fffffffu;  // NaN is told by its bits: compilers may assume that there is none
  let value = clamp(bitcast<f32>(select(bits, 0u, magnitude >= 0x7f800000u)), -LIMIT, LIMIT);
  return select(select(value, -LIMIT, magnitude >= 0x7f800000u), LIMIT, bits == 0x7f800000u);
}

// u32 in the order of the floats. No float of ours maps to 0, so 0 is below all.
fn to_key(value: f32) -> u32 {
  let signed = bitcast<u32>(value);
  let bits = select(signed, 0u, signed == 0x80000000u);  // -0 equals 0
  return bits ^ select(0x80000000u, 0xffffffffu, (bits & 0x80000000u) != 0u);
}
fn from_key(key: u32) -> f32 { return bitcast<f32>(key ^ select(0xffffffffu, 0x80000000u, (key & 0x80000000u) != 0u)); }

// (key, id): the higher key wins, the lower id among equals.
fn better(a: vec2u, b: vec2u) -> vec2u { return select(b, a, a.x > b.x || (a.x == b.x && a.y < b.y)); }

// exp(value - highest) as fixed point with 30 bits: sums of integers do not depend on their order.
fn fixed_weight(value: f32, highest: f32) -> u32 { return u32(exp(max(value - highest, -80.0)) * 1073741824.0 + 0.5); }

fn is_greedy(slot: u32) -> bool { return settings[slot].temperature <= 0.0; }
fn uses_top_k(slot: u32) -> bool { return settings[slot].top_k > 0u && settings[slot].top_k < params.vocab; }
fn uses_top_p(slot: u32) -> bool { return settings[slot].top_p < 1.0; }
// Top-k and top-p need the candidates in order; min-p is a threshold that is known at once.
fn needs_order(slot: u32) -> bool { return !is_greedy(slot) && (uses_top_k(slot) || uses_top_p(slot)); }
fn passes_min_p(slot: u32, value: f32, highest: f32) -> bool {
  return settings[slot].min_p <= 0.0 || value >= highest + log(min(settings[slot].min_p, 1.0));
}

// Three well-mixed words from three (Jarzynski and Olano 2020, pcg3d); the first is used.
fn pcg3d(seed: vec3u) -> u32 {
  var v = seed * 1664525u + 1013904223u;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z;
  return v.x;
}

// A Gumbel-distributed number: the highest of log p + gumbel is a draw from p. -log(-log(1 - w)) for a uniform w; near 0
// by a series, since that end decides and log() close to 1 is only good to 2^-21 absolutely.
fn gumbel(seed: u32, position: u32, id: u32) -> f32 {
  let w = min((f32(pcg3d(vec3u(seed, position, id))) + 0.5) * 2.3283064e-10, 0.9999999);
  let exponential = select(-log(1.0 - w), w * (1.0 + w * (0.5 + w * (0.33333333 + w * 0.25))), w < 0.03125);
  return -log(exponential);
}
