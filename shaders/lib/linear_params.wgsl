// What every kernel of the linear family is told.
struct Params {
  rows: u32,
  first_row: u32,   // of x, where this dispatch begins
  in_dim: u32,
  in4: u32,         // ceil(in_dim / 4)
  columns4: u32,    // output vec4s that this dispatch makes
  out4: u32,        // vec4s in a row of y
  out_start4: u32,  // where in that row this dispatch begins
  eps: f32,
  out_dim: u32,     // columns of y without its padding
}
@group(0) @binding(5) var<uniform> params: Params;
