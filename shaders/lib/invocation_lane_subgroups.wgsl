// Built-in inputs of an invocation with subgroups, the workgroup's own left out (see invocation_lane.wgsl).
enable subgroups;
struct Invocation {
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_size) subgroup_size: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
}
