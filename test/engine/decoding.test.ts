import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, Engine } from '../../src/engine/api.ts';
import { openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { type DeviceCalls, watchedGpu } from '../support/watchedGpu.ts';

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));
const question = 'What is 417 + 286?';

const load = (engine: Engine, precision: 'f32' | 'f16' | 'int8'): Promise<DeepSeekModel> =>
  engine.load('deepseek', { source: filesOf(reasoner), precision, contextLength: 256 });

/** What takes memory or makes objects that could have been made before; encoders and submits are how work is handed over. */
const made = ({ submit: _submit, dispatch: _dispatch, wait: _wait, ...calls }: DeviceCalls) => ({ ...calls });

describe.each(testTiers)('decoding in tier %s', async (tier) => {
  test.each(['f32', 'int8'] as const)(
    'in %s takes and makes nothing, from the 20th token to the end',
    async (precision) => {
      const { gpu, calls, mostReading, reset } = watchedGpu();
      const engine = await openEngine(tier, { gpu });
      const model = await load(engine, precision);
      let tokens = 0;
      let before: object | undefined;
      const state = async () => {
        const { misses, peakBytes } = await engine.memory();
        return { calls: made(calls), misses, peakBytes, waits: calls.wait };
      };
      for await (const _ of model.generate(question)) {
        tokens++;
        if (tokens !== 20) continue;
        before = await state();
        reset();
      }
      expect(tokens).toBeGreaterThan(40);
      expect(await state(), 'calls of the device, new buffers, the peak').toEqual(before);
      expect(mostReading(), 'submits that are read behind').toBe(2);
      await model.dispose();
    },
  );
});

describe.skipIf(testTiers.length === 0)('computeOverlap', () => {
  const tier = testTiers.at(-1) ?? 'baseline';

  test.each([true, false])(
    '%s: how many results are on their way, and how often loading waits',
    async (computeOverlap) => {
      const { gpu, calls, mostReading, reset } = watchedGpu();
      const engine = await openEngine(tier, { gpu, optimizations: { computeOverlap } });
      const before = calls.wait;
      const model = await load(engine, 'f32');
      // Ten megabytes of weights: two marks and the end, or once for each of 56 tensors and more.
      if (computeOverlap) expect(calls.wait - before).toBeLessThan(10);
      else expect(calls.wait - before).toBeGreaterThan(40);
      reset();
      await model.generate(question, { maxTokens: 12 }).result;
      expect(mostReading(), 'submits of decode steps').toBe(computeOverlap ? 2 : 1);
      await model.dispose();
      const trunk = await engine.load('brandkit', { source: { init: 'random', seed: 1 }, precision: 'f32' });
      const x = new Float32Array(4 * 512).fill(0.5);
      await trunk.forward(x, [1, 4, 512]);
      reset();
      await Promise.all([1, 2, 3].map(() => trunk.forward(x, [1, 4, 512])));
      expect(mostReading(), 'forwards asked for together').toBe(computeOverlap ? 2 : 1);
      await trunk.dispose();
    },
  );
});
