import probeWgsl from '../../shaders/subgroup_probe.wgsl?raw';
import { EngineError } from '../core/errors.ts';
import type { GpuContext } from '../gpu/context.ts';
import { callKernel, defineKernel } from '../gpu/kernel.ts';
import { buildPlan } from '../gpu/plan.ts';

export const subgroupProbeKernel = defineKernel({
  name: 'subgroup_probe',
  wgsl: [probeWgsl],
  axes: {},
  bindings: { verdict: 'read_write' },
  params: { invocations: 'u32' },
  overrides: [],
});

const invocations = 256;

/**
 * Whether subgroup lanes follow the local invocation index and the subgroup functions do what they say. WebGPU does not
 * promise the first, and drivers have broken the others: false means that kernels reduce through shared memory.
 * @throws EngineError device-lost, out-of-memory
 */
export async function probeSubgroups(gpu: GpuContext): Promise<boolean> {
  if (!gpu.info.features.subgroups) return false;
  const verdict = await gpu.pool.acquire({ bytes: invocations * 4, owner: 'probe', label: 'subgroup probe' });
  try {
    gpu.device.queue.writeBuffer(verdict, 0, new Uint32Array(invocations));
    const call = callKernel(subgroupProbeKernel, {
      choice: {},
      buffers: { verdict },
      params: { invocations },
      workgroups: [1, 1, 1],
    });
    const plan = await buildPlan(gpu, [call], 'subgroup probe');
    await gpu.submit('subgroup probe', (encoder) => plan.encode(encoder));
    const data = await gpu.read(verdict, 0, invocations * 4);
    plan.dispose();
    return new Uint32Array(data).every((right) => right === 1);
  } catch (error) {
    // A compiler that refuses the kernel has answered the question.
    if (error instanceof EngineError && error.code === 'gpu-validation') return false;
    throw error;
  } finally {
    gpu.pool.release(verdict);
  }
}
