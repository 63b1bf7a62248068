import { callKernel, defineKernel, type KernelCall } from '../../src/gpu/kernel.ts';

const source = `
override WORKGROUP_SIZE: u32 = 64u;
struct Params { amount: u32, count: u32 }
@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;
@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { y[id.x] += params.amount; }
}`;

/** y[i] += amount for the first `count` words: the smallest kernel that shows whether and how often it ran. */
export const addKernel = defineKernel({
  name: 'test_add',
  wgsl: [source],
  axes: {},
  bindings: { y: 'read_write' },
  params: { amount: 'u32', count: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

export const add = (
  y: GPUBuffer,
  amount: number,
  options: Partial<Pick<KernelCall, 'workgroups' | 'overrides' | 'label' | 'cost'>> = {},
): KernelCall =>
  callKernel(addKernel, {
    choice: {},
    buffers: { y },
    params: { amount, count: y.size / 4 },
    workgroups: [Math.ceil(y.size / 4 / 64), 1, 1],
    cost: { flops: y.size / 4, bytes: 2 * y.size },
    ...options,
  });
