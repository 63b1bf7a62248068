// Four keys that a walker of attention_decode_wide.wgsl takes at a time, WALKERS apart, each in a variable of its own.
const KEYS = 4u;
alias Scores = vec4f;
struct Raws { a: Raw8, b: Raw8, c: Raw8, d: Raw8 }

fn load_keys(base: u32, first: u32, last: u32) -> Raws {
  let stride = params.k_row4 / 2u;
  return Raws(
    k[base + min(first, last) * stride],
    k[base + min(first + WALKERS, last) * stride],
    k[base + min(first + 2u * WALKERS, last) * stride],
    k[base + min(first + 3u * WALKERS, last) * stride]);
}
fn load_values(base: u32, first: u32, last: u32) -> Raws {
  let stride = params.v_row4 / 2u;
  return Raws(
    v[base + min(first, last) * stride],
    v[base + min(first + WALKERS, last) * stride],
    v[base + min(first + 2u * WALKERS, last) * stride],
    v[base + min(first + 3u * WALKERS, last) * stride]);
}
fn keys_below(first: u32, end: u32) -> vec4<bool> {
  return vec4u(first, first + WALKERS, first + 2u * WALKERS, first + 3u * WALKERS) < vec4u(end);
}

fn dot_keys(query: Eight, keys: Raws) -> Scores {
  return vec4f(
    dot8(query, widen8(keys.a), 0.0),
    dot8(query, widen8(keys.b), 0.0),
    dot8(query, widen8(keys.c), 0.0),
    dot8(query, widen8(keys.d), 0.0));
}
fn add_values(sum: Eight, weights: Scores, values: Raws) -> Eight {
  return add_value(
    add_value(add_value(add_value(sum, weights.x, values.a), weights.y, values.b), weights.z, values.c),
    weights.w, values.d);
}
fn highest(s: Scores) -> f32 { return max(max(s.x, s.y), max(s.z, s.w)); }
fn total(s: Scores) -> f32 { return (s.x + s.y) + (s.z + s.w); }

// Sums of four over a walker's lanes, for all of them: halves of the lanes first take two sums each, quarters one, which
// goes through the rest of the butterfly alone and then the way back: 8 shuffles instead of 16.
fn sum_lanes(scores: Scores, depth8: u32) -> Scores {
  if (LANES < 4u) {
    var all = scores;
    for (var distance = LANES / 2u; distance > 0u; distance /= 2u) { all += subgroupShuffleXor(all, distance); }
    return all;
  }
  let second = (depth8 & (LANES / 2u)) != 0u;
  let odd = (depth8 & (LANES / 4u)) != 0u;
  let two = select(scores.xy, scores.zw, second) + subgroupShuffleXor(select(scores.zw, scores.xy, second), LANES / 2u);
  var one = select(two.x, two.y, odd) + subgroupShuffleXor(select(two.y, two.x, odd), LANES / 4u);
  for (var distance = LANES / 8u; distance > 0u; distance /= 2u) { one += subgroupShuffleXor(one, distance); }
  let other = subgroupShuffleXor(one, LANES / 4u);
  let pair = select(vec2f(one, other), vec2f(other, one), odd);
  let far = subgroupShuffleXor(pair, LANES / 2u);
  return select(vec4f(pair, far), vec4f(far, pair), second);
}
