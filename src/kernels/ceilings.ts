import dispatchSource from '../../shaders/dispatch_cost.wgsl?raw';
import dotSource from '../../shaders/dot4_rate.wgsl?raw';
import fmaSource from '../../shaders/fma_rate.wgsl?raw';
import fmaF16 from '../../shaders/lib/fma_f16.wgsl?raw';
import fmaF32 from '../../shaders/lib/fma_f32.wgsl?raw';
import invocation from '../../shaders/lib/invocation.wgsl?raw';
import matrixSource from '../../shaders/matrix_rate.wgsl?raw';
import streamSource from '../../shaders/stream_read.wgsl?raw';
import type { ElementType } from '../core/dtype.ts';
import { callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';

/** What a device can do at most, as WebGPU reaches it: the measure for achieved GB/s, FLOP/s and dispatches. */

export const streamRead = defineKernel({
  name: 'stream_read',
  wgsl: [invocation, streamSource],
  axes: {},
  bindings: { source: 'read', sums: 'read_write' },
  params: { count4: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

export const fmaRate = defineKernel({
  name: 'fma_rate',
  wgsl: [invocation, fmaSource],
  axes: { element: { f32: [fmaF32], f16: [fmaF16] } },
  bindings: { result: 'read_write' },
  params: { steps: 'u32', factor: 'f32', term: 'f32' },
  overrides: ['WORKGROUP_SIZE'],
});

export const dotRate = defineKernel({
  name: 'dot4_rate',
  wgsl: [invocation, dotSource],
  axes: {},
  bindings: { result: 'read_write' },
  params: { steps: 'u32', factor: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

export const matrixRate = defineKernel({
  name: 'matrix_rate',
  wgsl: [invocation, matrixSource],
  axes: {},
  bindings: { result: 'read_write' },
  params: { steps: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

export const dispatchCost = defineKernel({
  name: 'dispatch_cost',
  wgsl: [invocation, dispatchSource],
  axes: {},
  bindings: { counter: 'read_write' },
  params: { amount: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

/** Reads `bytes` (a multiple of 16) of `source` once; `sums` has `workgroups` words, to be zeroed before. */
export const streamCall = (args: {
  readonly source: GPUBuffer;
  readonly bytes: number;
  readonly sums: GPUBuffer;
  readonly workgroups: number;
  readonly workgroupSize: number;
}): KernelCall =>
  callKernel(streamRead, {
    choice: {},
    overrides: { WORKGROUP_SIZE: args.workgroupSize },
    buffers: { source: args.source, sums: args.sums },
    params: { count4: args.bytes / 16 },
    workgroups: [args.workgroups, 1, 1],
    cost: { flops: 0, bytes: args.bytes },
  });

/** Multiply-adds of one step of `fma_rate` in one invocation: 16 of vectors of 4. */
const fmaOfStep = 64;

/** `result`: f32 [workgroups · workgroupSize]. Factor and term keep every chain near 1. */
export const fmaCall = (args: {
  readonly element: ElementType;
  readonly result: GPUBuffer;
  readonly workgroups: number;
  readonly workgroupSize: number;
  readonly steps: number;
}): KernelCall =>
  callKernel(fmaRate, {
    choice: { element: args.element },
    overrides: { WORKGROUP_SIZE: args.workgroupSize },
    buffers: { result: args.result },
    params: { steps: args.steps, factor: 0.5, term: 0.5 },
    workgroups: [args.workgroups, 1, 1],
    cost: { flops: 2 * fmaOfStep * args.steps * args.workgroups * args.workgroupSize, bytes: 0 },
  });

interface RateArgs {
  readonly result: GPUBuffer;
  readonly workgroups: number;
  readonly workgroupSize: number;
  readonly steps: number;
}

/** `result`: i32 [workgroups · workgroupSize], each 28. */
export const dotCall = (args: RateArgs): KernelCall =>
  callKernel(dotRate, {
    choice: {},
    overrides: { WORKGROUP_SIZE: args.workgroupSize },
    buffers: { result: args.result },
    params: { steps: args.steps, factor: 0 },
    workgroups: [args.workgroups, 1, 1],
    cost: { flops: 2 * 4 * 16 * args.steps * args.workgroups * args.workgroupSize, bytes: 0 },
  });

/** `result`: f32 [workgroups · workgroupSize / 32, 8], each `steps`. Takes the template syntax, and up to 256 invocations. */
export const matrixRateCall = (args: RateArgs): KernelCall =>
  callKernel(matrixRate, {
    choice: {},
    overrides: { WORKGROUP_SIZE: args.workgroupSize },
    buffers: { result: args.result },
    params: { steps: args.steps },
    workgroups: [args.workgroups, 1, 1],
    cost: { flops: (2 * 16 ** 3 * 8 * args.steps * args.workgroups * args.workgroupSize) / 32, bytes: 0 },
  });

/** Adds one to `counter[0]`; each call waits for the one before it. */
export const dispatchCall = (counter: GPUBuffer): KernelCall =>
  callKernel(dispatchCost, {
    choice: {},
    overrides: { WORKGROUP_SIZE: 32 },
    buffers: { counter },
    params: { amount: 1 },
    workgroups: [1, 1, 1],
    cost: { flops: 0, bytes: 8 },
  });
