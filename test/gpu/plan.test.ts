import { describe, expect, test, vi } from 'vitest';
import type { Grid } from '../../src/gpu/kernel.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { Profiler } from '../../src/gpu/profiler.ts';
import { add } from '../support/addKernel.ts';
import { openGpu, testTiers, upload } from '../support/gpu.ts';

describe.each(testTiers.slice(0, 1))('plan (%s)', async (tier) => {
  const gpu = await openGpu(tier);
  const words = async (buffer: GPUBuffer): Promise<number[]> => [
    ...new Uint32Array(await gpu.read(buffer, 0, buffer.size)),
  ];

  test('many dispatches are one pass, run in order, each with its own params', async () => {
    const y = upload(gpu, new Uint32Array(200));
    const amounts = Array.from({ length: 20 }, (_, i) => i + 1);
    const plan = await buildPlan(
      gpu,
      amounts.map((amount) => add(y, amount)),
      'test',
    );
    expect(plan.dispatches).toBe(20);
    expect(plan.flops).toBe(20 * 200);
    expect(plan.bytes).toBe(20 * 1600);
    let passes: readonly GPUComputePassEncoder[] = [];
    let pipelinesSet = 0;
    await gpu.submit('test', (encoder) => {
      const begin = vi.spyOn(encoder, 'beginComputePass').mockImplementation((descriptor) => {
        const pass = GPUCommandEncoder.prototype.beginComputePass.call(encoder, descriptor);
        vi.spyOn(pass, 'setPipeline').mockImplementation((pipeline) => {
          pipelinesSet++;
          GPUComputePassEncoder.prototype.setPipeline.call(pass, pipeline);
        });
        return pass;
      });
      plan.encode(encoder);
      passes = begin.mock.results.map(({ value }) => value as GPUComputePassEncoder);
    });
    expect(passes).toHaveLength(1);
    expect(pipelinesSet, 'dispatches of one kernel share it').toBe(1);
    expect(await words(y)).toEqual(Array<number>(200).fill(210));
    plan.dispose();
  });

  test('can be recorded again and again', async () => {
    const y = upload(gpu, new Uint32Array(4));
    const plan = await buildPlan(gpu, [add(y, 3)], 'test');
    for (let i = 0; i < 3; i++) await gpu.submit('test', (encoder) => plan.encode(encoder));
    expect(await words(y)).toEqual([9, 9, 9, 9]);
    plan.dispose();
  });

  test('can be recorded in parts, each in a submit of its own', async () => {
    const y = upload(gpu, new Uint32Array(4));
    const plan = await buildPlan(gpu, [add(y, 1), add(y, 10), add(y, 100)], 'test');
    const part = (from: number, to?: number): Promise<void> =>
      gpu.submit('test', (encoder) => {
        const pass = encoder.beginComputePass();
        plan.record(pass, from, to);
        pass.end();
      });
    await part(0, 2);
    expect((await words(y))[0]).toBe(11);
    await part(2);
    expect((await words(y))[0]).toBe(111);
    plan.dispose();
  });

  test('a grid given as a function is asked anew at each recording', async () => {
    const y = upload(gpu, new Uint32Array(256));
    let grid: Grid = [1, 1, 1];
    const plan = await buildPlan(gpu, [add(y, 1, { workgroups: () => grid })], 'test');
    await gpu.submit('test', (encoder) => plan.encode(encoder));
    grid = [3, 1, 1];
    await gpu.submit('test', (encoder) => plan.encode(encoder));
    const got = await words(y);
    expect([got[0], got[63], got[64], got[191], got[192]]).toEqual([2, 2, 1, 1, 0]);
    plan.dispose();
  });

  test('a plan gives back what it took; a refused one too', async () => {
    const y = upload(gpu, new Uint32Array(4));
    const plan = await buildPlan(gpu, [add(y, 3)], 'test');
    expect(gpu.pool.ledger().byOwner).toHaveProperty('plans');
    plan.dispose();
    const wrongUsage = gpu.device.createBuffer({ size: 16, usage: 0x08 });
    await expect(buildPlan(gpu, [add(wrongUsage, 1)], 'wrong')).rejects.toMatchObject({ code: 'gpu-validation' });
    expect(gpu.pool.leaks()).toEqual([]);
  });

  test('a profile has a time for each dispatch, by kernel and label', async ({ skip }) => {
    if (!gpu.info.features.timestamps) skip('this adapter has no timestamp-query');
    const y = upload(gpu, new Uint32Array(4096));
    const plan = await buildPlan(gpu, [add(y, 1, { label: 'first' }), add(y, 1, { label: 'second' })], 'test');
    const profiler = new Profiler(gpu, plan.dispatches);
    await gpu.submit('test', (encoder) => plan.encode(encoder, profiler));
    const times = await profiler.times();
    expect(times.map(({ kernel, label }) => [kernel, label])).toEqual([
      ['test_add', 'first'],
      ['test_add', 'second'],
    ]);
    for (const { ms } of times) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms, 'milliseconds, not nanoseconds').toBeLessThan(10_000);
    }
    expect(times.some(({ ms }) => ms > 0)).toBe(true);
    expect((await words(y))[0], 'a profiled run computes the same').toBe(2);
    plan.dispose();
    expect(gpu.pool.leaks()).toEqual([]);
  });

  test('more dispatches than a profiler has room for still run, the rest without times', async ({ skip }) => {
    if (!gpu.info.features.timestamps) skip('this adapter has no timestamp-query');
    const y = upload(gpu, new Uint32Array(4));
    const plan = await buildPlan(gpu, [add(y, 1), add(y, 1), add(y, 1)], 'test');
    const profiler = new Profiler(gpu, 2);
    await gpu.submit('test', (encoder) => plan.encode(encoder, profiler));
    expect(await profiler.times()).toHaveLength(2);
    expect((await words(y))[0]).toBe(3);
    plan.dispose();
  });
});
