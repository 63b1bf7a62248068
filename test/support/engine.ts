import { afterAll, expect } from 'vitest';
import type { Engine, EngineOptions } from '../../src/engine/api.ts';
import { createLocalEngine } from '../../src/engine/createLocalEngine.ts';
import type { TuneSurroundings } from '../../src/engine/tune/tuneModel.ts';
import { testGpu, type TestTier, tierSwitches } from './gpu.ts';

export { relativeError } from './relativeError.ts';

const engines: Engine[] = [];

/** An engine of the tier on Dawn in Node; disposed at the end of the file. Without the self-test, which compiles long on a CPU. */
export async function openEngine(
  tier: TestTier,
  options: EngineOptions = {},
  tuning: TuneSurroundings = { selfTest: false },
): Promise<Engine> {
  if (!testGpu) throw new Error('No GPU.');
  const all = { worker: false, gpu: testGpu, features: tierSwitches[tier], ...options };
  const engine = await createLocalEngine(all, undefined, tuning);
  engines.push(engine);
  return engine;
}

afterAll(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});

/** Runs `work`, which must give every byte back that it took from the ledger (what the pool keeps aside does not count). */
export async function expectNoLeak(engine: Engine, work: () => Promise<void>): Promise<void> {
  const before = await engine.memory();
  await work();
  const after = await engine.memory();
  expect(after.byOwner, 'bytes by owner').toEqual(before.byOwner);
  expect(after.liveBuffers, 'buffers').toBe(before.liveBuffers);
}
