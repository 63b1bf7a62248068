import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type {
  BrandFeatures,
  BrandScores,
  ClipFeatures,
  ClipModality,
  ClipScores,
  Engine,
} from '../../src/engine/api.ts';
import { LocalBrandkit } from '../../src/engine/localBrandkit.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf, readJsonFile } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';
import { hashedCheckpoint, hashedNumbers } from '../support/hashedNumbers.ts';

// What PyTorch computes in float64 (networks/README.md): whole networks from features to scores.

const folder = fileURLToPath(new URL('networks/', import.meta.url));

interface Golden<C> {
  readonly config: Readonly<Record<string, number>>;
  readonly parameters: number;
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly C[];
}
type Numbers<T> = { readonly [K in keyof T]: readonly number[] };
type ClipCase = { readonly steps: number; readonly there: readonly ClipModality[] } & Numbers<ClipScores>;
type BrandCase = { readonly colors: number; readonly sentences: number } & Numbers<BrandScores>;

const golden = <C>(name: string): Golden<C> => ({
  ...(readJsonFile(`${folder}${name}/case.json`) as Golden<C>),
  config: readJsonFile(`${folder}${name}/config.json`) as Golden<C>['config'],
});

/** Small checkpoints lie in files; those of the published sizes are made by the same rule as in PyTorch. */
const sourceOf = (name: string, { config, tensors }: Golden<unknown>): File[] =>
  name.endsWith('small')
    ? filesOf(`${folder}${name}`, (file) => file !== 'case.json')
    : hashedCheckpoint(config, tensors);

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

const tolerances = { f32: 5e-5, f16: 1e-2 } as const;

function hold(outputs: Readonly<Record<string, Output>>, precision: 'f32' | 'f16', name: string): void {
  const errors = Object.fromEntries(Object.entries(outputs).map(([output, { error }]) => [output, error]));
  console.log(`${name} ${precision}: ${JSON.stringify(errors)}`);
  for (const [output, error] of Object.entries(errors))
    expect(error, `${name} ${output}, ${precision}`).toBeLessThan(tolerances[precision]);
}

async function checkClip(engine: Engine, name: string, precision: 'f32' | 'f16'): Promise<void> {
  const { config, parameters, cases, tensors } = golden<ClipCase>(name);
  const model = await engine.load('viral-clipper', {
    source: sourceOf(name, { config, parameters, cases, tensors }),
    precision,
  });
  expect(model.parameters).toBe(parameters);
  const outputs = { virality: new Output(), start: new Output(), end: new Output() };
  for (const [index, { steps, there, ...want }] of cases.entries()) {
    const data = (modality: ClipModality) =>
      there.includes(modality)
        ? hashedNumbers(`input.${index}.${modality}`, steps * (config[`${modality}_size`] ?? 0))
        : undefined;
    const silence = (modality: ClipModality) => new Float32Array(steps * (config[`${modality}_size`] ?? 0));
    const [text, engagement] = [data('text'), data('engagement')];
    const features: ClipFeatures = {
      visual: data('visual') ?? silence('visual'),
      audio: data('audio') ?? silence('audio'),
      ...(text ? { text } : {}),
      ...(engagement ? { engagement } : {}),
    };
    const got = await model.score(features);
    for (const key of ['virality', 'start', 'end'] as const) outputs[key].add(got[key], want[key]);
  }
  hold(outputs, precision, name);
  await model.dispose();
}

async function checkBrand(engine: Engine, name: string, precision: 'f32' | 'f16'): Promise<void> {
  const { config, parameters, cases, tensors } = golden<BrandCase>(name);
  const model = await engine.load('brandkit', {
    source: sourceOf(name, { config, parameters, cases, tensors }),
    precision,
  });
  expect(model.parameters).toBe(parameters);
  if (!(model instanceof LocalBrandkit)) throw new Error('Not in this thread.');
  const outputs = {
    profile: new Output(),
    consistency: new Output(),
    tone: new Output(),
    sentiment: new Output(),
    style: new Output(),
  };
  for (const [index, { colors, sentences, ...want }] of cases.entries()) {
    const data = (kind: string, rows: number, size: string): Float32Array =>
      hashedNumbers(`input.${index}.${kind}`, rows * (config[size] ?? 0));
    const features: BrandFeatures = {
      colors: data('colors', colors, 'color_size'),
      typography: data('typography', 1, 'typography_size'),
      layout: data('layout', 1, 'layout_size'),
      text: data('text', sentences, 'text_size'),
    };
    const got = await model.scoreFeatures(features);
    for (const key of ['profile', 'consistency', 'tone', 'sentiment', 'style'] as const) {
      const value = got[key];
      outputs[key].add(typeof value === 'number' ? [value] : value, want[key]);
    }
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
