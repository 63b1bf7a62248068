// Rows of the output that an invocation makes: 2, for a handful of rows (tile of 16).
const THREAD_ROWS = 2u;
