import { EngineError } from '../core/errors.ts';
import { float16ToNumber } from '../core/float16.ts';
import type { GpuContext } from '../gpu/context.ts';
import type { KernelFamily } from '../gpu/device.ts';
import { buildPlan, type Plan } from '../gpu/plan.ts';
import { type KernelCheck, kernelChecks } from './selfTestChecks.ts';

/**
 * The largest error, as a share of the largest number, that sums in another order or rounding to halves explain, some ten
 * times over for f32: the same as of the tuner's checks, which compare the same kernels (engine/tune/checkOutput.ts).
 */
const tolerances = { f32: 1e-4, f16: 2e-3 } as const;

/**
 * Runs the kernels that this device's rules choose on a few numbers, and holds them against float64 (selfTestChecks.ts). All
 * are compiled at once, run in one submit and read in one go.
 * @returns those whose result is wrong, or that did not compile
 * @throws EngineError device-lost, out-of-memory
 */
export async function wrongKernels(gpu: GpuContext): Promise<KernelFamily[]> {
  const buffers: GPUBuffer[] = [];
  const plans: Plan[] = [];
  const acquire = async (bytes: number, data?: ArrayBufferView<ArrayBuffer>): Promise<GPUBuffer> => {
    const buffer = await gpu.pool.acquire({ bytes: Math.ceil(bytes / 16) * 16, owner: 'probe', label: 'self-test' });
    buffers.push(buffer);
    if (data) gpu.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  try {
    const checks = await kernelChecks(gpu, acquire);
    const built = await Promise.all(checks.map(({ calls, family }) => planOf(gpu, calls, family)));
    for (const plan of built) if (plan) plans.push(plan);
    const slices = checks.map(({ output, want, element }) => ({
      buffer: output,
      byteOffset: 0,
      bytes: want.length * (element === 'f16' ? 2 : 4),
    }));
    const record = (encoder: GPUCommandEncoder): void => {
      for (const plan of plans) plan.encode(encoder);
    };
    const { data } = await gpu.enqueueRead('self-test', record, slices);
    const results = await data;
    let at = 0;
    const right = checks.map((check, index) => {
      const bytes = slices[index]?.bytes ?? 0;
      const got = results.slice(at, at + bytes);
      at += bytes;
      return built[index] !== undefined && agrees(check, got);
    });
    return [...new Set(checks.filter((_, index) => !right[index]).map(({ family }) => family))];
  } finally {
    for (const plan of plans) plan.dispose();
    for (const buffer of buffers) gpu.pool.release(buffer);
  }
}

/** Undefined where the compiler refuses a kernel. */
async function planOf(gpu: GpuContext, calls: KernelCheck['calls'], family: string): Promise<Plan | undefined> {
  try {
    return await buildPlan(gpu, calls, `self-test ${family}`);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'gpu-validation') return undefined;
    throw error;
  }
}

function agrees({ want, element, halves }: KernelCheck, data: ArrayBuffer): boolean {
  const got = element === 'f16' ? Float64Array.from(new Uint16Array(data), float16ToNumber) : new Float32Array(data);
  const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const allowed = largest * tolerances[halves ? 'f16' : 'f32'];
  // Not 'some is off': NaN is over no limit.
  return want.every((value, index) => Math.abs((got[index] ?? Number.NaN) - value) <= allowed);
}
