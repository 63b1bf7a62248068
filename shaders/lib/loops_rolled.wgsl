// Loops whose length the compiler cannot know: a CPU adapter's compiler would unroll them, which takes it many seconds and
// gains nothing.
var<private> ZERO: u32;
fn begin_loops() { ZERO = params.rows / 0x40000000u; }
