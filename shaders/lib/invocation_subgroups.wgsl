// Built-in inputs of a kernel that uses subgroups. Sizes from 4 to 128 lanes occur; none is assumed. That lanes follow
// the local invocation index is probed once a device (src/kernels/subgroupProbe.ts) before these variants are used.
enable subgroups;
struct Invocation {
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_size) subgroup_size: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
}
