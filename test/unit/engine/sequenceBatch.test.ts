import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SequenceBatch } from '../../../src/engine/sequenceBatch.ts';
import { SlotTable } from '../../../src/engine/slotTable.ts';
import type { Decoder } from '../../../src/nn/decoder.ts';

/** A decoder that counts: the token behind position p is p + 1. A step takes `stepMs` of a clock that only it moves. */
function countingDecoder(stepMs: number) {
  const submits: number[] = [];
  const flying = { now: 0, most: 0 };
  let busyUntil = 0;
  const later = (tokens: number[], ms: number) => {
    flying.most = Math.max(flying.most, ++flying.now);
    // One submit behind the other.
    busyUntil = Math.max(busyUntil, performance.now()) + ms;
    return {
      data: new Promise<ArrayBuffer>((resolve) => {
        setTimeout(() => {
          flying.now--;
          resolve(Uint32Array.from(tokens).buffer);
        }, busyUntil - performance.now());
      }),
    };
  };
  const decoder = {
    slots: 2,
    capacity: 1000,
    chunkRows: 4,
    prefixReusable: true,
    positionBytes: 1,
    setPromptLength: () => undefined,
    setSampling: () => undefined,
    settle: () => Promise.resolve(),
    prefillChunk: () => Promise.resolve(),
    readToken: (_slot: number, position: number) => Promise.resolve(later([position], stepMs)),
    decode: (sequences: readonly { position: number }[], count: number) => {
      submits.push(count);
      const tokens = sequences.flatMap(({ position }) => Array.from({ length: count }, (_, i) => position + 1 + i));
      return Promise.resolve(later(tokens, stepMs * count));
    },
  };
  return { decoder: decoder as unknown as Decoder, submits, flying };
}

async function generate(stepMs: number, overlap: boolean) {
  const { decoder, submits, flying } = countingDecoder(stepMs);
  const table = new SlotTable(undefined);
  table.attach(decoder);
  const batch = new SequenceBatch(decoder, table, { overlap });
  const tokens = [0, 1, 2];
  await batch.join({
    tokens,
    maxLength: 103,
    options: {},
    eosTokenIds: new Set(),
    onToken: () => false,
    onEnd: () => undefined,
  });
  while (batch.tasks.length > 0) {
    const turn = batch.turn();
    const ended = { yet: false };
    void turn.finally(() => (ended.yet = true));
    while (!ended.yet) await vi.advanceTimersToNextTimerAsync();
    await turn;
  }
  expect(tokens).toEqual(Array.from({ length: 103 }, (_, index) => index));
  return { submits, mostFlying: flying.most };
}

describe('SequenceBatch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('puts steps together until a submit takes 16 ms, eight at most, and keeps two in flight', async () => {
    const fast = await generate(0.5, true);
    expect(Math.max(...fast.submits)).toBe(8);
    expect(fast.submits.length).toBeLessThan(20);
    expect(fast.mostFlying).toBe(2);
    const slow = await generate(100, true);
    expect(new Set(slow.submits)).toEqual(new Set([1]));
    expect(slow.mostFlying).toBe(2);
  });

  it('without overlap every token is waited for', async () => {
    const { submits, mostFlying } = await generate(0.5, false);
    expect(submits).toEqual(Array.from({ length: 99 }, () => 1));
    expect(mostFlying).toBe(1);
  });
});
