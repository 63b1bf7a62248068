import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { GpuContext } from '../../gpu/context.ts';
import type { KernelCall } from '../../gpu/kernel.ts';
import { buildPlan, type Plan } from '../../gpu/plan.ts';
import { Profiler } from '../../gpu/profiler.ts';
import { dispatchCall, fmaCall, streamCall } from '../../kernels/ceilings.ts';
import type { DeviceCeilings } from '../profileApi.ts';

/** Over the last-level cache of most GPUs; on a CPU adapter of most CPUs. */
const streamBytes = { gpu: 2 ** 28, software: 2 ** 26 } as const;
/** Less tells nothing of memory: a cache holds it. */
const leastStreamBytes = 2 ** 24;
/** GPU time of one sample: a coarse clock, which steps by 0.1 ms, is then right to some percent. */
const sampleMs = { gpu: 6, software: 30 } as const;
const samples = 3;
const mostRepeats = 4096;

/** What keeps a memory busy differs from device to device: the best of a few shapes is the ceiling. [workgroups, their size] */
const streamShapes = {
  gpu: [
    [1024, 256],
    [4096, 256],
    [16_384, 256],
  ],
  software: [
    [64, 16],
    [512, 32],
  ],
} as const;
/** Some 18 GFLOP on a GPU, 0.13 on a CPU: short of what any driver takes for a hang. */
const fmaShape = {
  gpu: { workgroups: 2112, workgroupSize: 256, steps: 256 },
  software: { workgroups: 64, workgroupSize: 64, steps: 256 },
} as const;

const measured = new WeakMap<GpuContext, DeviceCeilings>();

/** What the device reaches; measured once, in about a second, and remembered. Needs timestamps. @throws EngineError aborted */
export async function measureCeilings(gpu: GpuContext, signal?: AbortSignal): Promise<DeviceCeilings> {
  const known = measured.get(gpu);
  if (known) return known;
  const streamGBps = await streamRate(gpu);
  throwIfAborted(signal);
  const f32 = await fmaRate(gpu, 'f32');
  const f16 = gpu.info.features.f16 ? await fmaRate(gpu, 'f16') : undefined;
  throwIfAborted(signal);
  const counter = await acquire(gpu, 256);
  const dispatchMs = await fastest(gpu, [dispatchCall(counter)]).finally(() => gpu.pool.release(counter));
  const ceilings = { streamGBps, fmaTflops: { f32, f16 }, dispatchUs: dispatchMs * 1000 };
  measured.set(gpu, ceilings);
  return ceilings;
}

const kindOf = (gpu: GpuContext): 'gpu' | 'software' => (gpu.info.adapter.software ? 'software' : 'gpu');

const acquire = (gpu: GpuContext, bytes: number): Promise<GPUBuffer> =>
  gpu.pool.acquire({ bytes, owner: 'profiler', label: 'ceilings', exact: true });

/** GB/s. */
async function streamRate(gpu: GpuContext): Promise<number | undefined> {
  const source = await largest(gpu);
  if (!source) return undefined;
  const shapes = streamShapes[kindOf(gpu)];
  const sums = await acquire(gpu, Math.max(...shapes.map(([workgroups]) => workgroups)) * 4);
  try {
    let best = 0;
    for (const [workgroups, workgroupSize] of shapes) {
      const ms = await fastest(gpu, [streamCall({ source, bytes: source.size, sums, workgroups, workgroupSize })]);
      best = Math.max(best, source.size / ms / 1e6);
    }
    return best;
  } finally {
    gpu.pool.release(sums);
    gpu.pool.release(source);
  }
}

/** A buffer to stream from, as large as there is room for; none where only a cache would be measured. */
async function largest(gpu: GpuContext): Promise<GPUBuffer | undefined> {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.info.limits;
  const most = Math.min(streamBytes[kindOf(gpu)], maxStorageBufferBindingSize, maxBufferSize);
  for (let bytes = most; bytes >= leastStreamBytes; bytes /= 2) {
    try {
      return await acquire(gpu, Math.floor(bytes / 4096) * 4096);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'out-of-memory')) throw error;
    }
  }
  return undefined;
}

/** TFLOP/s. */
async function fmaRate(gpu: GpuContext, element: 'f32' | 'f16'): Promise<number> {
  const shape = fmaShape[kindOf(gpu)];
  const result = await acquire(gpu, shape.workgroups * shape.workgroupSize * 4);
  try {
    const call = fmaCall({ element, result, ...shape });
    return (call.cost?.flops ?? 0) / (await fastest(gpu, [call])) / 1e9;
  } finally {
    gpu.pool.release(result);
  }
}

/** ms of one run of the calls: of several samples, each of enough repeats in one pass, the fastest. */
async function fastest(gpu: GpuContext, calls: readonly KernelCall[]): Promise<number> {
  const plan = await buildPlan(gpu, calls, 'ceilings');
  try {
    let repeats = 1;
    let best = await timeRepeats(gpu, plan, repeats);
    while (best < sampleMs[kindOf(gpu)] && repeats < mostRepeats) {
      repeats *= 2;
      best = await timeRepeats(gpu, plan, repeats);
    }
    for (let sample = 1; sample < samples; sample++) best = Math.min(best, await timeRepeats(gpu, plan, repeats));
    return best / repeats;
  } finally {
    plan.dispose();
  }
}

async function timeRepeats(gpu: GpuContext, plan: Plan, repeats: number): Promise<number> {
  const profiler = new Profiler(gpu, 1);
  await gpu.submit('ceilings', (encoder) => {
    const pass = profiler.beginPass(encoder, { kernel: 'ceilings', label: 'ceilings' });
    for (let repeat = 0; repeat < repeats; repeat++) plan.record(pass);
    pass.end();
  });
  return (await profiler.times())[0]?.ms ?? 0;
}
