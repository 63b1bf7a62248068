// Loops of known length, which a GPU's compiler unrolls: what they index then lies in registers.
const ZERO = 0u;
fn begin_loops() {}
