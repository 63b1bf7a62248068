import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../src/core/errors.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));
const source = { init: 'random', seed: 3 } as const;

describe.skipIf(testTiers.length === 0)('precision', async () => {
  const tier = testTiers[0] ?? 'baseline';
  const engine = await openEngine(tier);

  test('sizes are told for all precisions, and the one in use is what the ledger has', async () => {
    for (const precision of ['f32', 'f16', 'int8', 'int4'] as const) {
      await expectNoLeak(engine, async () => {
        const model = await engine.load('brandkit', { source, precision });
        const { sizeBytes, precision: used, memory } = await model.metrics();
        expect(used).toBe(precision);
        expect(model.precision).toBe(precision);
        expect(memory.byOwner['weights']).toBe(sizeBytes[precision]);
        // Bits a weight: 32, 16, 8.5 and 5, and the norms in f32.
        expect(sizeBytes.f32 / sizeBytes.f16).toBeCloseTo(2, 1);
        expect(sizeBytes.f32 / sizeBytes.int8).toBeCloseTo(32 / 8.5, 1);
        // Norms and their sums, eight bytes a row of W, are f32 in every precision: 2 % here, where a row in int4 is 320 bytes.
        expect(sizeBytes.f32 / sizeBytes.int4).toBeCloseTo((32 / 5) * 0.98, 1);
        await model.dispose();
      });
    }
  });

  // brandkit: 42 MB in f32, 21 in f16, 11.2 in int8, 6.6 in int4.
  test.each([
    [60e6, 'f32'],
    [40e6, 'f16'],
    [20e6, 'int8'],
    [9e6, 'int4'],
  ] as const)("'auto' under a budget of %d bytes is %s, and the model runs", async (memoryBudgetBytes, precision) => {
    const small = await openEngine(tier, { memoryBudgetBytes });
    const model = await small.load('brandkit', { source });
    expect(model.precision).toBe(precision);
    const y = await model.forward(new Float32Array(4 * 512).fill(0.5), [1, 4, 512]);
    expect(y.every(Number.isFinite)).toBe(true);
    expect((await small.memory()).peakBytes).toBeLessThanOrEqual(memoryBudgetBytes);
  });

  test("a budget that nothing fits is 'out-of-memory', and nothing stays taken", async () => {
    const small = await openEngine(tier, { memoryBudgetBytes: 3e6 });
    await expectNoLeak(small, async () => {
      const error = await small.load('brandkit', { source }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ code: 'out-of-memory' });
    });
  });

  test.each(['int8', 'int4'] as const)('the default model reasons in %s', async (precision) => {
    const model = await engine.load('deepseek', { source: filesOf(reasoner), precision });
    const { text } = await model.generate('What is 417 + 286?').result;
    expect(text.split('</think>').at(-1)?.trim()).toBe('703');
    await model.dispose();
  });
});
