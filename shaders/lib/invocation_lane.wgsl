// Built-in inputs of an invocation without subgroups, the workgroup's own left out: `main` takes those as parameters of
// their own where a barrier depends on them, because a struct with one non-uniform member counts as non-uniform altogether.
struct Invocation {
  @builtin(local_invocation_index) lane: u32,
}
