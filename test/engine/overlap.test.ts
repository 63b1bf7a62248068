import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Engine, Model } from '../../src/engine/api.ts';
import { randomNumbers } from '../support/compare.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { losableGpu } from '../support/losableGpu.ts';

// Forwards that are asked for together: the GPU gets the next one while the result of the one before is on its way.

const folder = fileURLToPath(new URL('../goldens/trunk/tiny', import.meta.url));
const { shape } = readJsonFile(`${folder}/case_0.json`) as { shape: [number, number, number] };
const golden = readF32(`${folder}/case_0.x.f32`);
/** Different ones, so that a mix-up shows. */
const inputs = [1, 0.5, -0.25, 2].map((factor) => golden.map((value) => value * factor));

const load = (engine: Engine): Promise<Model> =>
  engine.load('deepseek', {
    source: filesOf(folder, (file) => file.startsWith('config') || file.startsWith('model')),
    precision: 'f32',
  });

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));

/** Most readbacks that were waited for at the same time. */
function watchReadbacks(): () => number {
  const { prototype } = GPUBuffer;
  const original = Object.getOwnPropertyDescriptor(prototype, 'mapAsync');
  if (!original) throw new Error('GPUBuffer has no mapAsync.');
  let waiting = 0;
  let most = 0;
  const plain = original.value as GPUBuffer['mapAsync'];
  prototype.mapAsync = async function mapAsync(this: GPUBuffer, ...args): Promise<undefined> {
    most = Math.max(most, ++waiting);
    try {
      return await plain.apply(this, args);
    } finally {
      waiting--;
    }
  };
  onTestFinished(() => void Object.defineProperty(prototype, 'mapAsync', original));
  return () => most;
}

/** Aborts when the first readback is asked for. */
function abortAtReadback(stop: AbortController): void {
  const { prototype } = GPUBuffer;
  const original = Object.getOwnPropertyDescriptor(prototype, 'mapAsync');
  if (!original) throw new Error('GPUBuffer has no mapAsync.');
  const plain = original.value as GPUBuffer['mapAsync'];
  prototype.mapAsync = function mapAsync(this: GPUBuffer, ...args): Promise<undefined> {
    stop.abort();
    return plain.apply(this, args);
  };
  onTestFinished(() => void Object.defineProperty(prototype, 'mapAsync', original));
}

// None of this depends on the tier.
describe.each(testTiers.slice(0, 1))('forwards together (%s)', (tier) => {
  test.each([
    [true, 2],
    [false, 1],
  ])('computeOverlap %s: each gives what it gives alone, and %i are in flight', async (computeOverlap, inFlight) => {
    const engine = await openEngine(tier, { optimizations: { computeOverlap } });
    await expectNoLeak(engine, async () => {
      const model = await load(engine);
      const alone: Float32Array[] = [];
      for (const x of inputs) alone.push(await model.forward(x, shape));
      const most = watchReadbacks();
      expect(await Promise.all(inputs.map((x) => model.forward(x, shape)))).toEqual(alone);
      expect(most()).toBe(inFlight);
      await model.dispose();
    });
  });

  test('a model that is disposed gives what was asked for before, and then takes no more', async () => {
    const engine = await openEngine(tier);
    await expectNoLeak(engine, async () => {
      const model = await load(engine);
      const [x = golden] = inputs;
      const alone = await model.forward(x, shape);
      const together = [model.forward(x, shape), model.forward(x, shape)];
      const disposed = model.dispose();
      await expect(model.forward(x, shape)).rejects.toMatchObject({ code: 'disposed' });
      expect(await Promise.all(together)).toEqual([alone, alone]);
      await disposed;
    });
  });

  test('a device lost under two forwards: both give their results on the next one', async () => {
    const { gpu, lose, devices } = losableGpu();
    const engine = await openEngine(tier, { gpu });
    const model = await load(engine);
    const alone: Float32Array[] = [];
    for (const x of inputs) alone.push(await model.forward(x, shape));
    const together = inputs.map((x) => model.forward(x, shape));
    lose();
    expect(await Promise.all(together)).toEqual(alone);
    expect(devices()).toBe(2);
    await model.dispose();
  });

  test('an abort of one leaves the others alone', async () => {
    const engine = await openEngine(tier);
    await expectNoLeak(engine, async () => {
      const model = await load(engine);
      const [x = golden, y = golden] = inputs;
      const alone = await model.forward(y, shape);
      const stop = new AbortController();
      const [aborted, other] = [model.forward(x, shape, { signal: stop.signal }), model.forward(y, shape)];
      stop.abort();
      await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
      expect(await other).toEqual(alone);
      await model.dispose();
    });
  });

  describe('of a decoder', () => {
    const loadDecoder = (engine: Engine): Promise<Model> =>
      engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 256 });
    // Two items of three chunks each on a CPU adapter.
    const rows: [number, number, number] = [2, 150, 256];
    const longer = [3, 4].map((seed) => Float32Array.from(randomNumbers(rows[0] * rows[1] * rows[2], seed)));

    test.each([
      [true, 2],
      [false, 2],
    ])(
      'computeOverlap %s: each gives what it gives alone, and %i chunks are in flight',
      async (computeOverlap, most) => {
        const engine = await openEngine(tier, { optimizations: { computeOverlap } });
        await expectNoLeak(engine, async () => {
          const model = await loadDecoder(engine);
          const alone: Float32Array[] = [];
          for (const x of longer) alone.push(await model.forward(x, rows));
          const inFlight = watchReadbacks();
          expect(await Promise.all(longer.map((x) => model.forward(x, rows)))).toEqual(alone);
          expect(inFlight()).toBeGreaterThanOrEqual(most);
          await model.dispose();
        });
      },
    );

    test('an abort between chunks leaves nothing behind, and the next gives what it gives alone', async () => {
      const engine = await openEngine(tier);
      await expectNoLeak(engine, async () => {
        const model = await loadDecoder(engine);
        const [x = golden, y = golden] = longer;
        const alone = await model.forward(y, rows);
        const stop = new AbortController();
        const [aborted, other] = [model.forward(x, rows, { signal: stop.signal }), model.forward(y, rows)];
        abortAtReadback(stop);
        await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
        expect(await other).toEqual(alone);
        await model.dispose();
      });
    });
  });
});
