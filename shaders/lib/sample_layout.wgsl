// What the sampler's kernels share: settings, the layout of their scratch, sortable keys, numbers from a hash.
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

// `scratch`, in words.
const BINS = 1024u;              // of the histogram over the distance to the highest logit
const BIN_WIDTH = 0.0625;        // in nats: the bins reach 64 nats down, the last one holds all that is further
const LIST_COUNT = 0u;           // candidates in the list
const HISTOGRAM_LOW = 16u;       // weight of a bin as a 64-bit integer, low words …
const HISTOGRAM_HIGH = HISTOGRAM_LOW + BINS;  // … and high words
const BLOCK_BEST = HISTOGRAM_HIGH + BINS;     // (key, id) of each block's highest logit
// Then (key, id) of each block's best draw, then the list of candidates, (key, id) each.
fn block_draw(blocks: u32) -> u32 { return BLOCK_BEST + 2u * blocks; }
fn list_start(blocks: u32) -> u32 { return BLOCK_BEST + 4u * blocks; }

// Logits stay within ±LIMIT: differences cannot overflow. NaN counts as -LIMIT: it never wins against a number.
const LIMIT = 1e30;

fn clean(bits: u32) -> f32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return -LIMIT; }           // NaN, told by its bits: compilers may assume there is none
  if (magnitude == 0x7f800000u) { return select(LIMIT, -LIMIT, bits != magnitude); }
  return clamp(bitcast<f32>(bits), -LIMIT, LIMIT);
}

// u32 in the order of the floats. No float of ours maps to 0, so 0 is below all.
fn to_key(value: f32) -> u32 {
  let bits = bitcast<u32>(value + 0.0);  // -0 becomes 0
  return bits ^ select(0x80000000u, 0xffffffffu, (bits & 0x80000000u) != 0u);
}
fn from_key(key: u32) -> f32 { return bitcast<f32>(key ^ select(0xffffffffu, 0x80000000u, (key & 0x80000000u) != 0u)); }

// (key, id): the higher key wins, the lower id among equals.
fn better(a: vec2u, b: vec2u) -> vec2u { return select(b, a, a.x > b.x || (a.x == b.x && a.y < b.y)); }

// exp(value - highest) as fixed point with 30 bits: sums of integers do not depend on their order.
fn fixed_weight(value: f32, highest: f32) -> u32 { return u32(exp(max(value - highest, -80.0)) * 1073741824.0 + 0.5); }

// Which filters need the candidates in order; min-p alone is a threshold that is known at once.
fn uses_top_k(settings_top_k: u32, vocab: u32) -> bool { return settings_top_k > 0u && settings_top_k < vocab; }

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
