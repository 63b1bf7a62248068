// Rows of the output that an invocation makes: 8, for many rows (tile of 64).
const THREAD_ROWS = 8u;
