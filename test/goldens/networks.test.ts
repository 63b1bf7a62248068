import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/api.ts';
import { LocalBrandkit } from '../../src/engine/localBrandkit.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { testTiers } from '../support/gpu.ts';
import { brandFeatures, clipFeatures, filesOfGolden, networkGolden } from '../support/networkGoldens.ts';

// Whole networks, from features to scores, against what PyTorch computes in float64 (networks/README.md).

type Precision = 'f32' | 'f16';

/**
 * Of the outputs' spread. Measured worst on lavapipe: 1.7e-6 in f32 and 2.8e-3 in f16, both at the published size; some thirty
 * results in a row keep 11 bits each.
 */
const tolerances = { f32: 1e-5, f16: 5e-3 } as const;

/** What one output was and should have been, over all cases. */
class Output {
  readonly #got: number[] = [];
  readonly #want: number[] = [];

  add(got: ArrayLike<number>, want: readonly number[]): void {
    expect(got.length).toBe(want.length);
    this.#got.push(...Array.from(got));
    this.#want.push(...want);
  }

  /** ‖got − want‖ / ‖want − its mean‖: what the inputs change counts, not what is always the same. */
  get error(): number {
    const mean = this.#want.reduce((a, b) => a + b, 0) / this.#want.length;
    const error = this.#want.reduce((sum, value, i) => sum + ((this.#got[i] ?? Number.NaN) - value) ** 2, 0);
    return Math.sqrt(error / this.#want.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  }
}

function hold(outputs: Readonly<Record<string, Output>>, precision: Precision, name: string): void {
  const errors = Object.entries(outputs).map(([output, { error }]) => [output, error] as const);
  console.log(
    `${name} ${precision}: ${errors.map(([output, error]) => `${output} ${error.toExponential(1)}`).join(', ')}`,
  );
  for (const [output, error] of errors) expect(error, `${name} ${output}`).toBeLessThan(tolerances[precision]);
}

async function checkClip(engine: Engine, name: 'clip-small' | 'clip-full', precision: Precision): Promise<void> {
  const golden = networkGolden(name);
  const model = await engine.load('viral-clipper', { source: filesOfGolden(golden), precision });
  expect(model.parameters).toBe(golden.parameters);
  const outputs = { virality: new Output(), start: new Output(), end: new Output() };
  for (const [index, want] of golden.cases.entries()) {
    const got = await model.score(clipFeatures(golden, index));
    for (const key of ['virality', 'start', 'end'] as const) outputs[key].add(got[key], want[key]);
  }
  hold(outputs, precision, name);
  await model.dispose();
}

async function checkBrand(engine: Engine, name: 'brand-small' | 'brand-full', precision: Precision): Promise<void> {
  const golden = networkGolden(name);
  const model = await engine.load('brandkit', { source: filesOfGolden(golden), precision });
  expect(model.parameters).toBe(golden.parameters);
  if (!(model instanceof LocalBrandkit)) throw new Error('Not in this thread.');
  const keys = ['profile', 'consistency', 'tone', 'sentiment', 'style'] as const;
  const outputs = Object.fromEntries(keys.map((key) => [key, new Output()]));
  for (const [index, want] of golden.cases.entries()) {
    const got = await model.scoreFeatures(brandFeatures(golden, index));
    for (const key of keys)
      outputs[key]?.add(
        [got[key]].flatMap((value) => (typeof value === 'number' ? [value] : [...value])),
        want[key],
      );
  }
  hold(outputs, precision, name);
  await model.dispose();
}

describe.each(testTiers)('networks around the trunk in tier %s', async (tier) => {
  const engine = await openEngine(tier);

  test.each(['f32', 'f16'] as const)('small checkpoints agree with PyTorch in %s', async (precision) => {
    await expectNoLeak(engine, async () => {
      await checkClip(engine, 'clip-small', precision);
      await checkBrand(engine, 'brand-small', precision);
    });
  });
});

const best = testTiers.at(-1);

describe.skipIf(!best)('the published sizes', async () => {
  test.each(['f32', 'f16'] as const)(
    'agree with PyTorch in %s',
    async (precision) => {
      const engine = await openEngine(best ?? 'baseline');
      await expectNoLeak(engine, async () => {
        await checkClip(engine, 'clip-full', precision);
        await checkBrand(engine, 'brand-full', precision);
      });
    },
    300_000,
  );
});
