import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../src/engine/api.ts';
import { openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { losableGpu } from '../support/losableGpu.ts';

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));

describe.skipIf(testTiers.length === 0)('a lost device', () => {
  const tier = testTiers[0] ?? 'baseline';

  test('in the middle of an answer: the same iteration goes on and ends as it would have', async () => {
    const { gpu, lose, devices } = losableGpu();
    const events: EngineEvent['type'][] = [];
    const engine = await openEngine(tier, { gpu, onEvent: (event) => events.push(event.type) });
    const model = await engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32' });
    const whole = await model.generate('What is 417 + 286?').result;
    const parts: string[] = [];
    for await (const part of model.generate('What is 417 + 286?')) {
      parts.push(part.text);
      if (parts.length === 8) lose();
    }
    expect(parts.join('')).toBe(whole.text);
    expect(devices()).toBe(2);
    expect(events).toEqual(['device-lost', 'recovered']);
    await model.dispose();
    expect((await engine.memory()).byOwner).toEqual({});
  });

  test.each(['f16', 'int8', 'int4'] as const)(
    'between two forwards in %s: the second one gives what the first gave',
    async (precision) => {
      const { gpu, lose } = losableGpu();
      const engine = await openEngine(tier, { gpu });
      const model = await engine.load('brandkit', { source: { init: 'random', seed: 3 }, precision });
      const x = new Float32Array(4 * 512).map((_, index) => Math.sin(index));
      const before = await model.forward(x, [1, 4, 512]);
      lose();
      expect(await model.forward(x, [1, 4, 512])).toEqual(before);
      await model.dispose();
    },
  );

  test('a GPU makes the sums of its matrices for fused LayerNorms again', async () => {
    const { gpu, lose } = losableGpu('a GPU');
    const engine = await openEngine(tier, { gpu });
    const model = await engine.load('brandkit', { source: { init: 'random', seed: 3 }, precision: 'int8' });
    const x = new Float32Array(512).map((_, index) => Math.sin(index));
    const before = await model.forward(x, [1, 1, 512]);
    lose();
    expect(await model.forward(x, [1, 1, 512])).toEqual(before);
    await model.dispose();
  });
});
