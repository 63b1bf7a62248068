import { describe, expect, test } from 'vitest';
import { EngineError } from '../../src/core/errors.ts';
import type { BrandFeatures, BrandkitModel, ClipFeatures, Engine, ViralClipperModel } from '../../src/engine/api.ts';
import { resolveFlags } from '../../src/engine/flags.ts';
import { LocalBrandkit } from '../../src/engine/localBrandkit.ts';
import { openModel, startRuntime } from '../../src/engine/runtime.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { openGpu, testTiers } from '../support/gpu.ts';
import { hashedCheckpoint } from '../support/hashedNumbers.ts';
import { losableGpu } from '../support/losableGpu.ts';
import { brandFeatures, clipFeatures, filesOfGolden, networkGolden } from '../support/networkGoldens.ts';

const tier = testTiers[0] ?? 'baseline';
const clip = networkGolden('clip-small');
const brand = networkGolden('brand-small');

const loadClip = (engine: Engine, files = filesOfGolden(clip)): Promise<ViralClipperModel> =>
  engine.load('viral-clipper', { source: files, precision: 'f32' });

async function loadBrand(engine: Engine, files = filesOfGolden(brand)): Promise<LocalBrandkit> {
  const model = await engine.load('brandkit', { source: files, precision: 'f32' });
  if (model instanceof LocalBrandkit) return model;
  throw new Error('Not in this thread.');
}

const without = (tensors: typeof clip.tensors, pattern: RegExp): typeof clip.tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => !pattern.test(name)));

const firstOf = (parts: AsyncIterable<unknown>): Promise<unknown> => parts[Symbol.asyncIterator]().next();

async function errorOf(work: () => unknown): Promise<EngineError> {
  const error: unknown = await (async () => work())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw new Error(`Expected an EngineError, got ${String(error)}.`);
  expect(error.message.endsWith(error.remedy) && error.remedy.length > 10, `remedy of: ${error.message}`).toBe(true);
  return error;
}

const width = { visual: 37, audio: 21, text: 30, engagement: 5 };
const steps = (count: number): ClipFeatures => ({
  visual: new Float32Array(count * width.visual),
  audio: new Float32Array(count * width.audio),
});

describe.skipIf(testTiers.length === 0)('ViralClipper refuses', async () => {
  const engine = await openEngine(tier);

  test('features that cannot be scored are told apart, and nothing is taken', async () => {
    const model = await loadClip(engine);
    await model.score(clipFeatures(clip, 0));
    await expectNoLeak(engine, async () => {
      const bad: readonly (readonly [unknown, EngineError['code'], RegExp])[] = [
        [undefined, 'invalid-shape', /undefined/],
        [{ audio: new Float32Array(21) }, 'invalid-shape', /visual is missing/],
        [{ ...steps(2), audio: [1, 2, 3] }, 'invalid-shape', /audio is no Float32Array/],
        [{ ...steps(2), visual: new Float32Array(75) }, 'invalid-shape', /75 values.*37/],
        [{ ...steps(2), audio: new Float32Array(3 * 21) }, 'invalid-shape', /audio has 3 steps, but visual has 2/],
        [{ ...steps(2), text: new Float32Array(30) }, 'invalid-shape', /text has 1 steps/],
        [{ ...steps(2), engagement: new Float32Array(0) }, 'invalid-shape', /engagement has 0 steps/],
        [steps(0), 'empty-input', /no steps/],
        [steps(25), 'input-too-long', /25 steps.*24/],
        [{ ...steps(2), audio: new Float32Array(42).fill(Number.NaN, 22) }, 'non-finite-input', /audio\[1, 1\] is NaN/],
      ];
      for (const [features, code, names] of bad) {
        const error = await errorOf(() => model.score(features as ClipFeatures));
        expect([error.code, error.message]).toEqual([code, expect.stringMatching(names)]);
      }
      expect((await errorOf(() => model.score(steps(2), { steps: 2 } as object))).code).toBe('unknown-option');
      expect((await errorOf(() => model.score(steps(2), { signal: AbortSignal.abort() }))).code).toBe('aborted');
    });
    const { virality } = await model.score(clipFeatures(clip, 0));
    expectClose(virality, clip.cases[0]?.virality ?? [], { relative: 1e-4, absolute: 1e-5 });
    await model.dispose();
  });

  test('a checkpoint of the trunk alone, or with a part of what is around it, runs forward and names what it lacks', async () => {
    await expectNoLeak(engine, async () => {
      for (const [lacks, names] of [
        [/^(?!layers\.)/, /encoder\.visual_proj\.0\.weight.*segment_head\.3\.bias/],
        [
          /^encoder\.pos|head\.3\.bias$/,
          /lacks encoder\.pos_encoding, virality_head\.3\.bias, segment_head\.3\.bias\./,
        ],
      ] as const) {
        const model = await loadClip(engine, hashedCheckpoint(clip.config, without(clip.tensors, lacks)));
        for (const work of [() => model.score(steps(1)), () => firstOf(model.clip('video.webm'))]) {
          const error = await errorOf(work);
          expect([error.code, error.message]).toEqual(['weights-missing', expect.stringMatching(names)]);
        }
        expect((await model.forward(new Float32Array(2 * 40), [1, 2, 40])).every(Number.isFinite)).toBe(true);
        await model.dispose();
      }
    });
  });

  test('a tensor of another shape, or a config that cannot be, is refused at load', async () => {
    await expectNoLeak(engine, async () => {
      const bent = hashedCheckpoint(clip.config, { ...clip.tensors, 'encoder.audio_proj.0.weight': [40, 22] });
      const shape = await errorOf(() => loadClip(engine, bent));
      expect([shape.code, shape.message]).toEqual(['tensor-shape', expect.stringMatching(/audio_proj.*\[40, 22\]/)]);
      for (const change of [{ fusion_heads: 3 }, { fusion_heads: 10 }, { audio_size: 0 }, { head_hidden_size: 1.5 }]) {
        const error = await errorOf(() =>
          loadClip(engine, hashedCheckpoint({ ...clip.config, ...change }, clip.tensors)),
        );
        expect([error.code, error.message]).toEqual([
          'config-invalid',
          expect.stringMatching(
            Object.keys(change).join() === 'fusion_heads' ? /head/ : new RegExp(Object.keys(change).join()),
          ),
        ]);
      }
    });
  });
});

describe.skipIf(testTiers.length === 0)('ViralClipper', async () => {
  const engine = await openEngine(tier);

  test('forward of the whole checkpoint is that of its trunk', async () => {
    const x = Float32Array.from(randomNumbers(2 * 3 * 40, 1));
    const whole = await loadClip(engine);
    const trunk = await loadClip(engine, hashedCheckpoint(clip.config, without(clip.tensors, /^(?!layers\.)/)));
    expect(await whole.forward(x, [2, 3, 40])).toEqual(await trunk.forward(x, [2, 3, 40]));
    expect(whole.parameters - trunk.parameters).toBe(
      Object.entries(clip.tensors)
        .filter(([name]) => !name.startsWith('layers.'))
        .reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0),
    );
    await Promise.all([whole.dispose(), trunk.dispose()]);
  });

  test('what is not given counts as silence', async () => {
    const model = await loadClip(engine);
    const { visual, audio } = clipFeatures(clip, 3);
    const silent = { text: new Float32Array(7 * width.text), engagement: new Float32Array(7 * width.engagement) };
    expect(await model.score({ visual, audio })).toEqual(await model.score({ visual, audio, ...silent }));
    await model.dispose();
  });

  test('windows scored together, of other lengths and more than are kept, are what each is alone', async () => {
    const gpu = await openGpu(tier);
    const opened = await openModel('viral-clipper', filesOfGolden(clip));
    const runtime = await startRuntime(gpu, opened, { format: 'f32', flags: resolveFlags({}), context: 24 });
    if (runtime.kind !== 'clipper') throw new Error('No clipper.');
    const windows = [7, 5, 24, 7, 1, 7, 5, 2, 7, 23].map((count, seed): ClipFeatures => ({
      visual: Float32Array.from(randomNumbers(count * width.visual, seed)),
      audio: Float32Array.from(randomNumbers(count * width.audio, seed + 100)),
      text: Float32Array.from(randomNumbers(count * width.text, seed + 200)),
    }));
    const together = await runtime.network.score(windows);
    for (const [index, window] of windows.entries()) {
      const [alone] = await runtime.network.score([window]);
      for (const key of ['virality', 'start', 'end'] as const)
        // Another kernel serves three rows and fewer: the same sums in another order.
        expectClose(
          together[index]?.[key] ?? [],
          alone?.[key] ?? [],
          { relative: 1e-5, absolute: 1e-5 },
          `${index} ${key}`,
        );
    }
    expect(await runtime.network.score([])).toEqual([]);
    runtime.dispose();
    expect(gpu.pool.leaks()).toEqual([]);
  });

  test('warmUp and metrics know the network', async () => {
    await expectNoLeak(engine, async () => {
      const model = await loadClip(engine);
      expect((await model.warmUp()).totalMs).toBeGreaterThan(0);
      await model.score(steps(7));
      const { flops, parameters } = await model.metrics();
      expect(parameters).toBe(clip.parameters);
      // Two operations for each weight of a matrix and each of 7 steps, and three more tokens a step in the fusion.
      expect(flops).toBeGreaterThan(2 * 7 * 0.8 * clip.parameters);
      await model.dispose();
    });
  });

  test('a lost device: scores are what they were', async () => {
    const { gpu, lose } = losableGpu();
    const losable = await openEngine(tier, { gpu });
    const model = await loadClip(losable);
    const before = await model.score(clipFeatures(clip, 0));
    lose();
    expect(await model.score(clipFeatures(clip, 0))).toEqual(before);
    await model.dispose();
    expect((await losable.memory()).byOwner).toEqual({});
  });

  test.each([
    ['int8', 0.1],
    ['int4', 0.5],
  ] as const)(
    '%s: the weights around the trunk are quantised too',
    async (precision, tolerance) => {
      await expectNoLeak(engine, async () => {
        const model = await engine.load('viral-clipper', { source: filesOfGolden(clip), precision });
        const { start } = await model.score(clipFeatures(clip, 1));
        const want = clip.cases[1]?.start ?? [];
        const mean = want.reduce((a, b) => a + b, 0) / want.length;
        const error = Math.hypot(...want.map((value, i) => value - (start[i] ?? Number.NaN)));
        // Of the outputs' spread, in a network only 40 wide: 4.1e-2 and 2.4e-1 on lavapipe.
        expect(error / Math.hypot(...want.map((value) => value - mean))).toBeLessThan(tolerance);
        await model.dispose();
      });
    },
    300_000,
  );
});

describe.skipIf(testTiers.length === 0)('Brandkit', async () => {
  const engine = await openEngine(tier);
  const good: BrandFeatures = {
    colors: new Float32Array(3 * 8),
    typography: new Float32Array(9),
    layout: new Float32Array(19),
    text: new Float32Array(2 * 30),
  };

  test('features that cannot be scored are told apart, and nothing is taken', async () => {
    const model = await loadBrand(engine);
    await model.scoreFeatures(good);
    await expectNoLeak(engine, async () => {
      const bad: readonly (readonly [unknown, EngineError['code'], RegExp])[] = [
        [null, 'invalid-shape', /null/],
        [{ ...good, text: undefined }, 'invalid-shape', /text is missing/],
        [{ ...good, colors: new Float32Array(9) }, 'invalid-shape', /colors has 9 values/],
        [{ ...good, typography: new Float32Array(18) }, 'invalid-shape', /typography has 18 values.*must have 9/],
        [{ ...good, layout: new Float32Array(0) }, 'invalid-shape', /layout has 0 values.*must have 19/],
        [{ ...good, text: new Float32Array(31) }, 'invalid-shape', /text has 31 values/],
        [{ ...good, text: new Float32Array(20 * 30) }, 'input-too-long', /25 tokens.*at most 24/],
        [
          { ...good, layout: new Float32Array(19).fill(Infinity, 18) },
          'non-finite-input',
          /layout\[0, 18\] is Infinity/,
        ],
      ];
      for (const [features, code, names] of bad) {
        const error = await errorOf(() => model.scoreFeatures(features as BrandFeatures));
        expect([error.code, error.message]).toEqual([code, expect.stringMatching(names)]);
      }
      expect((await errorOf(() => model.scoreFeatures(good, AbortSignal.abort()))).code).toBe('aborted');
    });
    const got = await model.scoreFeatures(brandFeatures(brand, 0));
    expectClose(got.profile, brand.cases[0]?.profile ?? [], { relative: 1e-4, absolute: 1e-5 });
    await model.dispose();
  });

  test('without colours and without text there is still a brand', async () => {
    const model = await loadBrand(engine);
    const none = { ...good, colors: new Float32Array(0), text: new Float32Array(0) };
    const got = await model.scoreFeatures(none);
    expect(got.consistency).toBeGreaterThan(0);
    expect(got.tone.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    // No text is one sentence of zeros.
    expect(await model.scoreFeatures({ ...none, text: new Float32Array(30) })).toEqual(got);
    await model.dispose();
  });

  test('a checkpoint of the trunk alone names what it lacks', async () => {
    const model = await loadBrand(engine, hashedCheckpoint(brand.config, without(brand.tensors, /^(?!layers\.)/)));
    const whole: BrandkitModel = model;
    for (const work of [() => model.scoreFeatures(good), () => whole.analyze({ text: 'Hello.' })]) {
      const error = await errorOf(work);
      expect([error.code, error.message]).toEqual([
        'weights-missing',
        expect.stringMatching(/cross_attention\.q_proj/),
      ]);
    }
    await model.dispose();
  });

  test('more brands than plans are kept, a warm-up and a budget that is too small: nothing leaks', async () => {
    await expectNoLeak(engine, async () => {
      const model = await loadBrand(engine);
      expect((await model.warmUp()).totalMs).toBeGreaterThan(0);
      for (let index = 0; index < brand.cases.length; index++) await model.scoreFeatures(brandFeatures(brand, index));
      expect((await model.metrics()).flops).toBeGreaterThan(0);
      await model.dispose();
    });
    const small = await openEngine(tier, { memoryBudgetBytes: 100_000 });
    expect((await errorOf(() => loadBrand(small))).code).toBe('out-of-memory');
    expect((await small.memory()).byOwner).toEqual({});
  });

  test('a lost device: scores are what they were', async () => {
    const { gpu, lose } = losableGpu();
    const losable = await openEngine(tier, { gpu });
    const model = await loadBrand(losable);
    const before = await model.scoreFeatures(brandFeatures(brand, 2));
    lose();
    expect(await model.scoreFeatures(brandFeatures(brand, 2))).toEqual(before);
    await model.dispose();
  });
});
