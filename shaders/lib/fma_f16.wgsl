// A chain of packed f16 multiply-adds, four side by side: two instructions where a GPU works on pairs.
enable f16;
alias Chain = vec4<f16>;
fn to_chain(value: f32) -> Chain { return Chain(vec4f(value, value + 0.25, value + 0.5, value + 0.75)); }
fn splat(value: f32) -> Chain { return Chain(f16(value)); }
fn chain_sum(c: Chain) -> f32 { return f32(c.x) + f32(c.y) + f32(c.z) + f32(c.w); }
