import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { dispatchCall, fmaCall, streamCall } from '../../src/kernels/ceilings.ts';
import { acquire, calibrated, gpuTime, openDevice } from './device.ts';
import type { CaseResult, Ceilings } from './protocol.ts';

/** Over any last-level cache of a GPU; on a CPU adapter over the machine's. */
const streamBytes = { gpu: 2 ** 30, software: 2 ** 27 } as const;
const samples = 5;

/** The fastest of a few runs: a ceiling. */
async function fastest(gpu: GpuContext, calls: readonly KernelCall[], wantedMs: number): Promise<number> {
  const timer = await calibrated(gpu, calls, wantedMs);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < samples; i++) best = Math.min(best, await timer.run());
  timer.dispose();
  return best;
}

async function streamRate(gpu: GpuContext): Promise<number> {
  const { software } = gpu.info.adapter;
  const most = Math.min(gpu.info.limits.maxStorageBufferBindingSize, gpu.info.limits.maxBufferSize);
  const bytes = Math.floor(Math.min(software ? streamBytes.software : streamBytes.gpu, most) / 4096) * 4096;
  const source = await acquire(gpu, bytes);
  const sums = await acquire(gpu, 65_536 * 4);
  let best = 0;
  // What keeps a memory busy differs from device to device: the best of a few shapes is the ceiling.
  for (const [workgroups, workgroupSize] of software
    ? ([
        [64, 16],
        [512, 32],
      ] as const)
    : ([
        [1024, 256],
        [4096, 256],
        [16_384, 256],
      ] as const)) {
    const ms = await fastest(
      gpu,
      [streamCall({ source, bytes, sums, workgroups, workgroupSize })],
      software ? 100 : 20,
    );
    best = Math.max(best, (bytes / ms) * 1000);
  }
  gpu.pool.release(source);
  gpu.pool.release(sums);
  return best;
}

async function fmaRate(gpu: GpuContext, element: 'f32' | 'f16'): Promise<number> {
  const { software } = gpu.info.adapter;
  const [workgroups, workgroupSize, steps] = software ? [64, 64, 256] : [8192, 256, 512];
  const result = await acquire(gpu, workgroups * workgroupSize * 4);
  const call = fmaCall({ element, result, workgroups, workgroupSize, steps });
  const ms = await fastest(gpu, [call], software ? 100 : 20);
  gpu.pool.release(result);
  return ((call.cost?.flops ?? 0) / ms) * 1000;
}

/**
 * ms that one more dispatch takes which depends on the one before: enough of them that a coarse clock and what a pass costs
 * do not matter. On the GPU's clock where there is one: by the wall's, a browser's own recording is in it.
 */
async function dispatchCost(gpu: GpuContext): Promise<number> {
  const counter = await acquire(gpu, 256);
  const { software } = gpu.info.adapter;
  const calls = [dispatchCall(counter)];
  const times: (number | undefined)[] = [];
  for (let i = 0; i < samples; i++) times.push(await gpuTime(gpu, calls, software ? 512 : 4096));
  const known = times.filter((ms): ms is number => ms !== undefined && ms > 0);
  const ms = known.length > 0 ? Math.min(...known) : await fastest(gpu, calls, software ? 50 : 10);
  gpu.pool.release(counter);
  return ms;
}

async function measureCeilings(gpu: GpuContext): Promise<Ceilings> {
  return {
    streamBytes: await streamRate(gpu),
    fmaF32: await fmaRate(gpu, 'f32'),
    fmaF16: gpu.info.features.f16 ? await fmaRate(gpu, 'f16') : undefined,
    dispatchMs: await dispatchCost(gpu),
  };
}

export async function runCeilingsCase(): Promise<CaseResult> {
  const gpu = await openDevice();
  try {
    return { ceilings: await measureCeilings(gpu), sections: [] };
  } finally {
    gpu.destroy();
  }
}
