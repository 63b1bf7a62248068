// Four rows of x from `first` on at k4, the columns of a matrix; those past the last row repeat it. Each invocation of a
// quad loads one of them and hands it round: a load that four lanes share costs a CPU adapter as much as four, a swap a
// single instruction. Column c is row (lane xor c): an order of its own in each lane.
fn load_rows4(first: u32, k4: u32, at: Invocation) -> mat4x4f {
  let v = load_input4(min(first + at.subgroup_lane % 4u, params.rows - 1u), 0u, k4);
  return mat4x4f(v, quadSwapX(v), quadSwapY(v), quadSwapDiagonal(v));
}

// Which of the four rows column `column` has.
fn row_of_column(column: u32, at: Invocation) -> u32 { return (at.subgroup_lane % 4u) ^ column; }
