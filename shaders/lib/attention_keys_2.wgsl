// Two keys that a walker of attention_decode_wide.wgsl takes at a time, WALKERS apart, each in a variable of its own.
const KEYS = 2u;
alias Scores = vec2f;
struct Raws { a: Raw8, b: Raw8 }

fn load_keys(base: u32, first: u32, last: u32) -> Raws {
  let stride = params.k_row4 / 2u;
  return Raws(k[base + min(first, last) * stride], k[base + min(first + WALKERS, last) * stride]);
}
fn load_values(base: u32, first: u32, last: u32) -> Raws {
  let stride = params.v_row4 / 2u;
  return Raws(v[base + min(first, last) * stride], v[base + min(first + WALKERS, last) * stride]);
}
fn keys_below(first: u32, end: u32) -> vec2<bool> { return vec2u(first, first + WALKERS) < vec2u(end); }

fn dot_keys(query: Eight, keys: Raws) -> Scores {
  return vec2f(dot8(query, widen8(keys.a), 0.0), dot8(query, widen8(keys.b), 0.0));
}
fn add_values(sum: Eight, weights: Scores, values: Raws) -> Eight {
  return add_value(add_value(sum, weights.x, values.a), weights.y, values.b);
}
fn highest(s: Scores) -> f32 { return max(s.x, s.y); }
fn total(s: Scores) -> f32 { return s.x + s.y; }

// Sums of two over a walker's lanes, for all of them: each half of the lanes takes one through the butterfly.
fn sum_lanes(scores: Scores, depth8: u32) -> Scores {
  if (LANES < 2u) { return scores; }
  let second = (depth8 & (LANES / 2u)) != 0u;
  var one = select(scores.x, scores.y, second) + subgroupShuffleXor(select(scores.y, scores.x, second), LANES / 2u);
  for (var distance = LANES / 4u; distance > 0u; distance /= 2u) { one += subgroupShuffleXor(one, distance); }
  let other = subgroupShuffleXor(one, LANES / 2u);
  return select(vec2f(one, other), vec2f(other, one), second);
}
