import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { Grid } from '../../src/gpu/kernel.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { submitRanges, Submits } from '../../src/gpu/submits.ts';
import { Timeline } from '../../src/gpu/timeline.ts';
import { add } from '../support/addKernel.ts';
import { openGpu, testTiers, upload } from '../support/gpu.ts';
import { hardwareGpu } from '../support/hardwareGpu.ts';

test('submits cover all dispatches in order, a short one first, none of them tiny behind it', () => {
  for (const dispatches of [1, 2, 8, 9, 16, 17, 28, 40, 80, 120, 1000]) {
    const ranges = submitRanges(dispatches);
    expect(ranges.map(([from]) => from)).toEqual([0, ...ranges.slice(0, -1).map(([, to]) => to)]);
    expect(ranges.at(-1)?.[1]).toBe(dispatches);
    expect(ranges[0]?.[1]).toBeLessThanOrEqual(16);
    for (const [from, to] of ranges) expect(to - from).toBeGreaterThanOrEqual(Math.min(8, dispatches));
  }
  expect(submitRanges(0)).toEqual([]);
});

describe.each(testTiers.slice(0, 1))('a plan in submits (%s)', async (tier) => {
  const software = await openGpu(tier);
  const gpu = hardwareGpu(software);

  /** Dispatches recorded and submits made since the last call. */
  function watch(): () => { recorded: number; submits: number } {
    let recorded = 0;
    const { prototype } = GPUComputePassEncoder;
    const plain = Object.getOwnPropertyDescriptor(prototype, 'dispatchWorkgroups');
    if (!plain) throw new Error('Passes have no dispatchWorkgroups.');
    const original = plain.value as GPUComputePassEncoder['dispatchWorkgroups'];
    prototype.dispatchWorkgroups = function dispatchWorkgroups(this: GPUComputePassEncoder, ...grid): undefined {
      recorded++;
      original.apply(this, grid);
    };
    const submit = vi.spyOn(GPUQueue.prototype, 'submit');
    onTestFinished(() => {
      Object.defineProperty(prototype, 'dispatchWorkgroups', plain);
      submit.mockRestore();
    });
    return () => {
      // Empty ones only wake the GPU's process.
      const counts = { recorded, submits: submit.mock.calls.filter(([buffers]) => [...buffers].length > 0).length };
      recorded = 0;
      submit.mockClear();
      return counts;
    };
  }

  async function openPlan(on: GpuContext, overlap: boolean, workgroups?: () => Grid) {
    const y = upload(on, new Uint32Array(4));
    const calls = Array.from({ length: 40 }, (_, index) => add(y, index, workgroups ? { workgroups } : {}));
    const plan = await buildPlan(on, calls, 'test');
    onTestFinished(() => plan.dispose());
    const submits = new Submits(on, plan, 'test', overlap);
    const run = async (): Promise<number> => {
      const { data } = await on.enqueueRead('test', submits.take(), [{ buffer: y, byteOffset: 4, bytes: 4 }]);
      submits.recordAhead();
      return new Uint32Array(await data)[0] ?? Number.NaN;
    };
    return { run, submits, y };
  }
  /** 0 + 1 + … + 39: what each run adds to every word. */
  const sum = 780;

  test('the first run is recorded in parts, the next one before it is asked for', async () => {
    const { submits, y } = await openPlan(gpu, true);
    const leaks = gpu.pool.leaks();
    const counts = watch();
    const read = async (): Promise<number | undefined> => {
      const { data } = await gpu.enqueueRead('test', submits.take(), [{ buffer: y, byteOffset: 0, bytes: 4 }]);
      return new Uint32Array(await data)[0];
    };
    expect(await read()).toBe(sum);
    expect(counts()).toEqual({ recorded: 40, submits: 2 });
    submits.recordAhead();
    expect(counts()).toEqual({ recorded: 40, submits: 0 });
    expect(await read()).toBe(2 * sum);
    expect(counts()).toEqual({ recorded: 0, submits: 2 });
    // What was taken is used once.
    expect(await read()).toBe(3 * sum);
    expect(counts()).toEqual({ recorded: 40, submits: 2 });
    expect(gpu.pool.leaks()).toEqual(leaks);
  });

  test('a run behind one whose result is awaited is one submit', async () => {
    const { run, submits, y } = await openPlan(gpu, true);
    // With three staging buffers in the pool nothing below waits for one, in which time a result could come in.
    await Promise.all([run(), run(), run()]);
    const counts = watch();
    const begun = [];
    for (let i = 0; i < 3; i++) {
      begun.push(await gpu.enqueueRead('test', submits.take(), [{ buffer: y, byteOffset: 0, bytes: 4 }]));
      submits.recordAhead();
    }
    expect(counts()).toEqual({ recorded: 3 * 40, submits: 2 + 1 + 1 });
    const results = await Promise.all(begun.map(({ data }) => data));
    expect(results.map((data) => new Uint32Array(data)[0])).toEqual([4 * sum, 5 * sum, 6 * sum]);
  });

  test('without overlap a run is one submit, recorded when it is asked for', async () => {
    const { run } = await openPlan(gpu, false);
    const counts = watch();
    for (const times of [1, 2, 3]) {
      expect(await run()).toBe(times * sum);
      expect(counts()).toEqual({ recorded: 40, submits: 1 });
    }
  });

  test('a CPU adapter gets one submit, recorded ahead', async () => {
    const { run } = await openPlan(software, true);
    const counts = watch();
    expect([await run(), await run(), await run()]).toEqual([sum, 2 * sum, 3 * sum]);
    expect(counts()).toEqual({ recorded: 4 * 40, submits: 3 });
  });

  test('a plan whose grids change is recorded when it runs', async () => {
    let grid: Grid = [1, 1, 1];
    const { run } = await openPlan(gpu, true, () => grid);
    expect(await run()).toBe(sum);
    grid = [0, 1, 1];
    expect(await run()).toBe(sum);
    grid = [1, 1, 1];
    expect(await run()).toBe(2 * sum);
  });

  test('a timeline sees each submit, also of what was recorded ahead', async ({ skip }) => {
    if (!gpu.info.features.timestamps) skip('this adapter has no timestamp-query');
    const { run } = await openPlan(gpu, true);
    expect(await run()).toBe(sum);
    const timeline = Timeline.start(gpu);
    expect(await run()).toBe(2 * sum);
    const { submits } = await timeline.stop();
    expect(submits.map(({ label }) => label)).toEqual(['test', 'test']);
    for (const { gpu: span } of submits) expect(span?.endMs).toBeGreaterThanOrEqual(span?.startMs ?? Infinity);
    expect(await run()).toBe(3 * sum);
  });

  test('a refused copy behind them leaves nothing lent, and the next run works', async () => {
    const { submits, y, run } = await openPlan(gpu, true);
    const before = gpu.pool.leaks();
    const refused = await gpu.enqueueRead('past the end', submits.take(), [{ buffer: y, byteOffset: 8, bytes: 64 }]);
    await expect(refused.data).rejects.toMatchObject({ code: 'gpu-validation' });
    expect(gpu.pool.leaks()).toEqual(before);
    // All but the last of the refused run's submits were done.
    expect(await run()).toBe(sum + 28);
  });
});
