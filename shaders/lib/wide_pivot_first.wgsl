// The pivot of a LayerNorm: the row's first element. As one of the elements it is at most sqrt(in_dim) standard deviations from the
// mean: an outlier there costs the variance a relative error of in_dim · 2^-24, no more. `row`: where it begins in x.
fn pivot_of(row: u32, lane: u32) -> f32 { return x[row].x; }
