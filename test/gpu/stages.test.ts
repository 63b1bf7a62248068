import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EngineError } from '../../src/core/errors.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { stagesOf } from '../../src/gpu/stages.ts';
import { buildStagedPlan, runStages } from '../../src/nn/stagedPlan.ts';
import { add } from '../support/addKernel.ts';
import { openGpu, testTiers, upload } from '../support/gpu.ts';
import { hardwareGpu } from '../support/hardwareGpu.ts';

describe.each(testTiers.slice(0, 1))('stages of a plan (%s)', async (tier) => {
  const software = await openGpu(tier);

  /** Twelve dispatches that claim so many floating-point operations each. */
  async function openPlan(gpu: GpuContext, flops: number) {
    const y = upload(gpu, new Uint32Array(4));
    const calls = Array.from({ length: 12 }, () => add(y, 1, { cost: { flops, bytes: 1 } }));
    const staged = await buildStagedPlan(gpu, 'test', () => Promise.resolve({ buffers: y, calls }));
    onTestFinished(() => staged.dispose());
    const run = async (signal?: AbortSignal): Promise<number | undefined> =>
      new Uint32Array(await (await runStages(gpu, 'test', staged, y, 4, signal)).data)[0];
    return { ...staged, run };
  }

  test('a GPU that nobody has seen at work gets some at a time, one that was fast all at once', async () => {
    const gpu = hardwareGpu(software);
    const { plan, run } = await openPlan(gpu, 1.5e11);
    expect(stagesOf(gpu, plan)).toEqual([
      [0, 2],
      [2, 4],
      [4, 6],
      [6, 8],
      [8, 10],
      [10, 12],
    ]);
    expect(await run()).toBe(12);
    // What was claimed was done in far less than it would take.
    expect(gpu.flopsPerSecond).toBeGreaterThan(2e13);
    expect(stagesOf(gpu, plan)).toEqual([[0, 12]]);
    expect(await run()).toBe(24);
  });

  test('a slow run changes nothing, and a dispatch is never cut', async () => {
    const gpu = hardwareGpu(software);
    const { plan } = await openPlan(gpu, 9e11);
    const each = Array.from({ length: 12 }, (_, step) => [step, step + 1]);
    expect(stagesOf(gpu, plan)).toEqual(each);
    gpu.noteRun(1e6, 1000);
    gpu.noteRun(1e12, 0);
    expect(stagesOf(gpu, plan)).toEqual(each);
    // Beside others a run takes longer: the fastest counts.
    gpu.noteRun(4e12, 100);
    gpu.noteRun(4e12, 300);
    expect(stagesOf(gpu, plan)).toEqual([
      [0, 4],
      [4, 8],
      [8, 12],
    ]);
  });

  test('an abort between stages ends the run there, and the next one is whole', async () => {
    const gpu = hardwareGpu(software);
    const { run } = await openPlan(gpu, 4e11);
    const abort = new AbortController();
    const submit = vi.spyOn(GPUQueue.prototype, 'submit').mockImplementation(function submitted(this: GPUQueue, all) {
      submit.mockRestore();
      abort.abort();
      return this.submit(all);
    });
    await expect(run(abort.signal)).rejects.toSatisfy(
      (error) => error instanceof EngineError && error.code === 'aborted',
    );
    expect(await run()).toBe(1 + 12);
  });
});
