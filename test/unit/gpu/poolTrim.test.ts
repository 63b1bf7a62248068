import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BufferPool, type PoolOptions } from '../../../src/gpu/pool.ts';

/** A device of buffers that know whether they live. */
function device(): { readonly device: GPUDevice; readonly destroyed: string[] } {
  const destroyed: string[] = [];
  const createBuffer = ({ label = '', size }: GPUBufferDescriptor) => ({
    label,
    size,
    destroy: () => destroyed.push(label),
  });
  const scopes = { pushErrorScope: () => undefined, popErrorScope: () => Promise.resolve(null) };
  return { device: { createBuffer, ...scopes } as unknown as GPUDevice, destroyed };
}

async function poolWith(options: PoolOptions, labels: readonly string[]) {
  const { device: fake, destroyed } = device();
  const pool = new BufferPool(fake, options);
  const take = (label: string) => pool.acquire({ bytes: 1000, owner: 'activations', label });
  const buffers = await Promise.all(labels.map(take));
  return { pool, destroyed, buffers, take };
}

describe('trimAfterMs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives back what nobody has asked for so long, and nothing earlier', async () => {
    const { pool, destroyed, buffers } = await poolWith({ trimAfterMs: 1000 }, ['a', 'b']);
    const [a, b] = buffers;
    if (a) pool.release(a);
    await vi.advanceTimersByTimeAsync(600);
    if (b) pool.release(b);
    await vi.advanceTimersByTimeAsync(399);
    expect(destroyed).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(destroyed).toEqual(['a']);
    expect(pool.ledger()).toMatchObject({ inUseBytes: 0, pooledBytes: 1024 });
    await vi.advanceTimersByTimeAsync(600);
    expect(destroyed).toEqual(['a', 'b']);
    expect(pool.ledger().pooledBytes).toBe(0);
    expect(vi.getTimerCount(), 'nothing is waited for').toBe(0);
  });

  it('leaves what is in use, and begins anew with the next release', async () => {
    const { pool, destroyed, buffers, take } = await poolWith({ trimAfterMs: 1000 }, ['a']);
    for (const buffer of buffers) pool.release(buffer);
    await vi.advanceTimersByTimeAsync(500);
    const again = await take('again');
    expect(again, 'recycled').toBe(buffers[0]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(destroyed).toEqual([]);
    pool.release(again);
    await vi.advanceTimersByTimeAsync(999);
    expect(destroyed).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(destroyed).toEqual(['a']);
    expect(pool.ledger()).toMatchObject({ hits: 1, misses: 1, pooledBytes: 0 });
  });

  it('never, unless it is given; and no timer outlives the pool', async () => {
    const kept = await poolWith({}, ['a']);
    for (const buffer of kept.buffers) kept.pool.release(buffer);
    await vi.advanceTimersByTimeAsync(1e9);
    expect(kept.destroyed).toEqual([]);
    const trimmed = await poolWith({ trimAfterMs: 1000 }, ['a']);
    for (const buffer of trimmed.buffers) trimmed.pool.release(buffer);
    trimmed.pool.destroy();
    expect(vi.getTimerCount()).toBe(0);
  });
});
