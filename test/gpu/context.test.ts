import { describe, expect, test } from 'vitest';
import { defineKernel } from '../../src/gpu/kernel.ts';
import { add, addKernel } from '../support/addKernel.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import { openGpu, runCalls, testTiers, upload } from '../support/gpu.ts';

const words = async (gpu: Awaited<ReturnType<typeof openGpu>>, buffer: GPUBuffer): Promise<number[]> => [
  ...new Uint32Array(await gpu.read(buffer, 0, buffer.size)),
];

// None of this depends on the tier.
describe.each(testTiers.slice(0, 1))('context (%s)', async (tier) => {
  const gpu = await openGpu(tier);

  /** The device still computes. */
  async function expectAlive(): Promise<void> {
    const y = upload(gpu, Uint32Array.of(1, 2, 3, 4));
    await runCalls(gpu, [add(y, 10)]);
    expect(await words(gpu, y)).toEqual([11, 12, 13, 14]);
    expect(gpu.lost).toBeUndefined();
  }

  test('a buffer that no device can give is an EngineError; nothing stays taken and work goes on', async () => {
    const before = gpu.pool.ledger();
    await expect(gpu.pool.acquire({ bytes: 2 ** 45, owner: 'weights', label: 'impossible' })).rejects.toMatchObject({
      name: 'EngineError',
      message: expect.stringContaining("'impossible'") as string,
    });
    expect(gpu.pool.ledger()).toMatchObject({
      inUseBytes: before.inUseBytes,
      liveBuffers: before.liveBuffers,
      byOwner: before.byOwner,
    });
    await expectAlive();
  });

  test('an invalid submit is gpu-validation with its label, and work goes on', async () => {
    const y = upload(gpu, new Uint32Array(4));
    const submitted = gpu.submit('a copy past the end', (encoder) => encoder.copyBufferToBuffer(y, 0, y, 8, 64));
    await expect(submitted).rejects.toMatchObject({ code: 'gpu-validation' });
    await expect(submitted).rejects.toThrow(/a copy past the end/);
    await expectAlive();
  });

  test('a record that throws gives its error, leaves no scope open and no buffer lent', async () => {
    const y = upload(gpu, new Uint32Array(4));
    const throws = (): never => {
      throw new RangeError('my own');
    };
    await expect(gpu.enqueueRead('x', throws, [{ buffer: y, byteOffset: 0, bytes: 16 }])).rejects.toThrow('my own');
    expect(gpu.pool.leaks()).toEqual([]);
    await expectAlive();
  });

  test('a read whose submit is refused leaves nothing lent, and the next read works in the same staging buffer', async () => {
    const y = upload(gpu, Uint32Array.of(9, 8, 7, 6));
    await words(gpu, y);
    const misses = gpu.pool.ledger().misses;
    const refused = await gpu.enqueueRead('past the end', () => undefined, [{ buffer: y, byteOffset: 8, bytes: 64 }]);
    await expect(refused.data).rejects.toMatchObject({ code: 'gpu-validation' });
    expect(gpu.pool.leaks()).toEqual([]);
    expect(await words(gpu, y)).toEqual([9, 8, 7, 6]);
    expect(gpu.pool.ledger().misses).toBe(misses);
  });

  test('the same variant is compiled once, also when asked for at the same time; another override is another', async () => {
    const own = await openGpu(tier);
    const [a, b] = await Promise.all([add(own.none, 1), add(own.none, 2)].map((call) => own.pipelines.get(call)));
    expect(a).toBe(b);
    expect(own.pipelines.stats.compiled).toBe(1);
    expect(await own.pipelines.get(add(own.none, 1, { overrides: { WORKGROUP_SIZE: 32 } }))).not.toBe(a);
    expect(own.pipelines.stats.compiled).toBe(2);
    expect(own.pipelines.stats.compileMs).toBeGreaterThan(0);
  });

  test('a broken kernel is gpu-validation with the name, the place and the words of the compiler', async () => {
    const broken = defineKernel({
      ...addKernel,
      name: 'broken',
      wgsl: ['@compute @workgroup_size(1) fn main() { let a = missing_thing; }'],
    });
    const compiled = gpu.pipelines.get({ kernel: broken, choice: {}, overrides: {} });
    await expect(compiled).rejects.toMatchObject({ code: 'gpu-validation' });
    await expect(compiled).rejects.toThrow(/broken .*1:\d+ .*missing_thing/s);
    await expectAlive();
  });

  test('two reads in flight each give the data of their own moment', async () => {
    const y = upload(gpu, Uint32Array.of(5, 6, 7, 8));
    const plan = await buildPlan(gpu, [add(y, 100)], 'test');
    const slice = { buffer: y, byteOffset: 4, bytes: 8 };
    const first = await gpu.enqueueRead('first', (encoder) => plan.encode(encoder), [slice]);
    const second = await gpu.enqueueRead('second', (encoder) => plan.encode(encoder), [slice]);
    // A step behind both does not change what they read.
    await gpu.submit('third', (encoder) => plan.encode(encoder));
    const [two, one] = await Promise.all([second.data, first.data]);
    expect([...new Uint32Array(one)]).toEqual([106, 107]);
    expect([...new Uint32Array(two)]).toEqual([206, 207]);
    expect(await words(gpu, y)).toEqual([305, 306, 307, 308]);
    plan.dispose();
    expect(gpu.pool.leaks()).toEqual([]);
  });

  test('a read that is not aligned is refused before anything is taken', async () => {
    await expect(gpu.read(gpu.none, 2, 8)).rejects.toThrow(/not aligned/);
    expect(gpu.pool.leaks()).toEqual([]);
  });

  test('after the device is destroyed every call says device-lost', async () => {
    const own = await openGpu(tier);
    own.device.destroy();
    await own.device.lost;
    expect(own.lost).toMatchObject({ code: 'device-lost' });
    await expect(own.submit('late', () => undefined)).rejects.toMatchObject({ code: 'device-lost' });
    await expect(own.read(own.none, 0, 16)).rejects.toMatchObject({ code: 'device-lost' });
  });
});
