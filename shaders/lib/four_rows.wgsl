// Four rows of x from `first` on at k4, the columns of a matrix; those past the last row repeat it.
fn load_rows4(first: u32, k4: u32, at: Invocation) -> mat4x4f {
  let last = params.rows - 1u;
  return mat4x4f(
    load_input4(min(first, last), 0u, k4),
    load_input4(min(first + 1u, last), 0u, k4),
    load_input4(min(first + 2u, last), 0u, k4),
    load_input4(min(first + 3u, last), 0u, k4));
}

// Which of the four rows column `column` has.
fn row_of_column(column: u32, at: Invocation) -> u32 { return column; }
