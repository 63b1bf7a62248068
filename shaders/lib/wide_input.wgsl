// Input of a wide product where the norm, if any, was worked out before the products (lib/input_*.wgsl).
const STREAMED = 0u;
fn begin_input(first_row: u32, at: Invocation) { prepare_input(first_row, at); }
fn load_input8(row: u32, local_row: u32, k8: u32) -> Eight {
  return Eight(load_input4(row, local_row, 2u * k8), load_input4(row, local_row, 2u * k8 + 1u));
}
fn load_gamma8(k8: u32) -> Eight { return Eight(); }
fn load_beta8(k8: u32) -> Eight { return Eight(); }
fn finish_streamed(r: u32, sum: vec4f, gammas: vec4f, betas: vec4f, at: Invocation) -> vec4f { return sum; }
