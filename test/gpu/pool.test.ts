import { describe, expect, test } from 'vitest';
import { EngineError } from '../../src/core/errors.ts';
import { BufferPool, uniformUsage } from '../../src/gpu/pool.ts';
import { openGpu, testTiers } from '../support/gpu.ts';

// The pool knows no tiers: the weakest device shows it all.
describe.each(testTiers.slice(0, 1))('buffer pool (%s)', async (tier) => {
  const { device } = await openGpu(tier);
  const request = (bytes: number, owner = 'activations', label = 'x') => ({ bytes, owner, label });

  test('a released buffer serves the next request of its class and usage', async () => {
    const pool = new BufferPool(device);
    const first = await pool.acquire(request(1000));
    pool.release(first);
    expect(await pool.acquire(request(1010)), 'the same class').toBe(first);
    const other = await pool.acquire(request(5000));
    const uniform = await pool.acquire({ ...request(1000), usage: uniformUsage });
    expect(new Set([first, other, uniform]).size).toBe(3);
    expect(pool.ledger()).toMatchObject({ hits: 1, misses: 3, liveBuffers: 3 });
    for (const buffer of [first, other, uniform]) pool.release(buffer);
  });

  test('the ledger tells bytes by owner, what is pooled, and the peak', async () => {
    const pool = new BufferPool(device);
    const kv = await pool.acquire(request(1024, 'kv'));
    const a = await pool.acquire(request(2048, 'activations'));
    const b = await pool.acquire(request(1024, 'activations'));
    expect(pool.ledger()).toMatchObject({
      byOwner: { kv: 1024, activations: 3072 },
      inUseBytes: 4096,
      pooledBytes: 0,
      peakBytes: 4096,
    });
    pool.release(a);
    pool.release(kv);
    expect(pool.ledger()).toMatchObject({
      byOwner: { activations: 1024 },
      inUseBytes: 1024,
      pooledBytes: 3072,
      peakBytes: 4096,
      liveBuffers: 1,
    });
    expect(pool.ledger().byOwner, 'nobody with nothing').not.toHaveProperty('kv');
    expect(pool.trim()).toBe(3072);
    expect(pool.ledger()).toMatchObject({ pooledBytes: 0, inUseBytes: 1024, peakBytes: 4096 });
    pool.release(b);
  });

  test('a budget refuses what does not fit, takes nothing, and goes on', async () => {
    const pool = new BufferPool(device, { budgetBytes: 10_000 });
    const held = await pool.acquire(request(8192));
    const before = pool.ledger();
    const refused = pool.acquire(request(4096, 'kv', 'cache'));
    await expect(refused).rejects.toMatchObject({ name: 'EngineError', code: 'out-of-memory' });
    await expect(refused).rejects.toThrow(/'cache'.*4096 bytes.*10000.*leaves 1808/);
    expect(pool.ledger()).toEqual(before);
    expect(() => pool.checkFits(1808, 'a bit')).not.toThrow();
    expect(() => pool.checkFits(1809, 'a bit')).toThrow(EngineError);
    pool.release(held);
    pool.release(await pool.acquire(request(4096)));
  });

  test('what is kept for reuse makes room before a budget refuses', async () => {
    const pool = new BufferPool(device, { budgetBytes: 10_000 });
    pool.release(await pool.acquire(request(8192)));
    const other = await pool.acquire(request(4096));
    expect(pool.ledger()).toMatchObject({ pooledBytes: 0, inUseBytes: 4096 });
    pool.release(other);
  });

  test('releasing twice, or a stranger, is an error and changes nothing', async () => {
    const pool = new BufferPool(device);
    const buffer = await pool.acquire(request(512, 'kv', 'twice'));
    pool.release(buffer);
    const before = pool.ledger();
    expect(() => pool.release(buffer)).toThrow(/'twice' was released twice/);
    expect(() => pool.release(device.createBuffer({ size: 16, usage: uniformUsage }))).toThrow(EngineError);
    expect(pool.ledger()).toEqual(before);
  });

  test('leaks names what is still lent, and whose it is', async () => {
    const pool = new BufferPool(device);
    const buffer = await pool.acquire(request(512, 'kv', 'layer 3'));
    expect(pool.leaks()).toEqual(['kv: layer 3 (512 bytes)']);
    pool.release(buffer);
    expect(pool.leaks()).toEqual([]);
  });

  test('an exact buffer has its size and is destroyed when released', async () => {
    const pool = new BufferPool(device);
    const exact = await pool.acquire({ ...request(1004, 'weights'), exact: true });
    expect(exact.size).toBe(1004);
    pool.release(exact);
    expect(pool.ledger()).toMatchObject({ pooledBytes: 0, inUseBytes: 0, liveBuffers: 0 });
    expect(await isDestroyed(device, exact)).toBe(true);
  });

  test('with recycling off every release destroys; a cap keeps only so much', async () => {
    const never = new BufferPool(device, { recycles: false });
    const buffer = await never.acquire(request(512));
    never.release(buffer);
    expect(await isDestroyed(device, buffer)).toBe(true);
    expect(never.ledger()).toMatchObject({ pooledBytes: 0, hits: 0 });

    const capped = new BufferPool(device, { maxPooledBytes: 1024 });
    const [a, b] = [await capped.acquire(request(1024)), await capped.acquire(request(1024))];
    capped.release(a);
    capped.release(b);
    expect(capped.ledger().pooledBytes).toBe(1024);
    expect([await isDestroyed(device, a), await isDestroyed(device, b)]).toEqual([false, true]);
  });

  test('destroy takes lent and pooled buffers along', async () => {
    const pool = new BufferPool(device);
    const lent = await pool.acquire(request(512));
    pool.release(await pool.acquire(request(4096)));
    pool.destroy();
    expect(await isDestroyed(device, lent)).toBe(true);
    expect(pool.ledger()).toMatchObject({ inUseBytes: 0, pooledBytes: 0, liveBuffers: 0, byOwner: {} });
  });
});

/** A destroyed buffer cannot be used in a submit. */
async function isDestroyed(device: GPUDevice, buffer: GPUBuffer): Promise<boolean> {
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer);
  device.queue.submit([encoder.finish()]);
  return (await device.popErrorScope()) !== null;
}
