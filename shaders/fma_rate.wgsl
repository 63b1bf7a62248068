// The ceiling of arithmetic: 8 independent chains of vectors of multiply-adds in each invocation, in registers alone.
// Chain i computes v = v · factor + term, `steps` times; the sum of all chains is stored, so that none is left out.
// result: [invocations] f32. Which arithmetic it is (f32 vec4, or f16 in pairs) comes from lib/fma_*.wgsl.
override WORKGROUP_SIZE: u32 = 256u;

struct Params { steps: u32, factor: f32, term: f32 }
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(at: Invocation) {
  let index = at.group.x * WORKGROUP_SIZE + at.lane;
  let factor = splat(params.factor);
  let term = splat(params.term);
  let start = f32(at.lane % 16u) * 0.0625;
  var c0 = to_chain(start);
  var c1 = to_chain(start + 1.0);
  var c2 = to_chain(start + 2.0);
  var c3 = to_chain(start + 3.0);
  var c4 = to_chain(start + 4.0);
  var c5 = to_chain(start + 5.0);
  var c6 = to_chain(start + 6.0);
  var c7 = to_chain(start + 7.0);
  for (var i = 0u; i < params.steps; i++) {
    c0 = c0 * factor + term; c1 = c1 * factor + term; c2 = c2 * factor + term; c3 = c3 * factor + term;
    c4 = c4 * factor + term; c5 = c5 * factor + term; c6 = c6 * factor + term; c7 = c7 * factor + term;
    c0 = c0 * factor + term; c1 = c1 * factor + term; c2 = c2 * factor + term; c3 = c3 * factor + term;
    c4 = c4 * factor + term; c5 = c5 * factor + term; c6 = c6 * factor + term; c7 = c7 * factor + term;
  }
  result[index] = (chain_sum(c0) + chain_sum(c1)) + (chain_sum(c2) + chain_sum(c3)) +
    ((chain_sum(c4) + chain_sum(c5)) + (chain_sum(c6) + chain_sum(c7)));
}
