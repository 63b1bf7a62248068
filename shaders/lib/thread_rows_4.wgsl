// Rows of the output that an invocation makes: 4.
const THREAD_ROWS = 4u;
