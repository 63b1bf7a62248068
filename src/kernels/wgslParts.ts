import elemF16 from '../../shaders/lib/elem_f16.wgsl?raw';
import elemF32 from '../../shaders/lib/elem_f32.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import invocationSubgroups from '../../shaders/lib/invocation_subgroups.wgsl?raw';
import reduce from '../../shaders/lib/reduce.wgsl?raw';
import reduceSubgroups from '../../shaders/lib/reduce_subgroups.wgsl?raw';

/** Axes that many kernels share: what a call chooses by name, and the WGSL libraries behind each name. */

/** Element type of activations. */
export const elementAxis = { f32: [elemF32], f16: [elemF16] } as const;

/** How a workgroup reduces: through shared memory, or in subgroups first. */
export const reduceAxis = {
  shared: [invocation, reduce],
  subgroups: [invocationSubgroups, reduceSubgroups],
} as const;
