import { requestDevice } from '../../src/gpu/device.ts';
import { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { Profiler } from '../../src/gpu/profiler.ts';
import { probeMatrixUnits } from '../../src/kernels/subgroupMatrixProbe.ts';
import { timed } from './samples.ts';

/** A device of its own for kernels that are measured by themselves; with matrix units where the engine would use them. */
export async function openDevice(): Promise<GpuContext> {
  const { device, info } = await requestDevice(navigator.gpu, { powerPreference: 'high-performance' });
  const gpu = new GpuContext(device, info);
  const matrixSyntax = await probeMatrixUnits(gpu);
  return matrixSyntax ? new GpuContext(device, { ...info, matrixSyntax }) : gpu;
}

export const acquire = (gpu: GpuContext, bytes: number): Promise<GPUBuffer> =>
  gpu.pool.acquire({ bytes, owner: 'bench', label: 'bench', exact: true });

/** Most dispatches of a pass: drivers give up on submits of seconds. */
export interface Repeated {
  /** Runs all calls `repeats` times in one submit and waits for the GPU; returns ms for one. */
  readonly run: () => Promise<number>;
  readonly dispose: () => void;
}

/** Calls made ready, to be run `repeats` times in one pass, so that what a submit and the wait cost is spread. */
async function repeated(gpu: GpuContext, calls: readonly KernelCall[], repeats: number): Promise<Repeated> {
  const plan = await buildPlan(gpu, calls, 'bench');
  const run = async (): Promise<number> => {
    const ms = await timed(async () => {
      await gpu.submit('bench', (encoder) => {
        const pass = encoder.beginComputePass();
        for (let i = 0; i < repeats; i++) plan.record(pass);
        pass.end();
      });
      await gpu.settle();
    });
    return ms / repeats;
  };
  return { run, dispose: () => plan.dispose() };
}

/** GPU time of one of `repeats` runs in a pass, by timestamps at its ends; undefined where the device has none. */
export async function gpuTime(
  gpu: GpuContext,
  calls: readonly KernelCall[],
  repeats: number,
): Promise<number | undefined> {
  if (!gpu.device.features.has('timestamp-query')) return undefined;
  const plan = await buildPlan(gpu, calls, 'bench');
  const profiler = new Profiler(gpu, 1);
  await gpu.submit('bench', (encoder) => {
    const pass = profiler.beginPass(encoder, { kernel: 'bench', label: 'bench' });
    for (let i = 0; i < repeats; i++) plan.record(pass);
    pass.end();
  });
  const [time] = await profiler.times();
  plan.dispose();
  return time && time.ms / repeats;
}

/** Repeats after which a submit lasts about `wantedMs`, by doubling. */
export async function calibrated(
  gpu: GpuContext,
  calls: readonly KernelCall[],
  wantedMs: number,
): Promise<Repeated & { readonly repeats: number }> {
  for (let repeats = 1; ; repeats *= 2) {
    const candidate = await repeated(gpu, calls, repeats);
    await candidate.run();
    const ms = (await candidate.run()) * repeats;
    if (ms >= wantedMs / 2 || repeats >= 4096) return { ...candidate, repeats };
    candidate.dispose();
  }
}
