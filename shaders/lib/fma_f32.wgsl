// A chain of f32 multiply-adds, four side by side.
alias Chain = vec4<f32>;
fn to_chain(value: f32) -> Chain { return Chain(value, value + 0.25, value + 0.5, value + 0.75); }
fn splat(value: f32) -> Chain { return Chain(value); }
fn chain_sum(c: Chain) -> f32 { return c.x + c.y + c.z + c.w; }
