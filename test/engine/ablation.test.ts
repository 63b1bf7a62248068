import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Ablation, AblationProgress, Engine } from '../../src/engine/api.ts';
import { brandCheckpoint } from '../support/brandCheckpoint.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testGpu, testTiers } from '../support/gpu.ts';
import { smallClipper } from '../support/smallClipper.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const language = () => filesOf(folder('goldens/llm/llama-gqa'), (name) => !name.startsWith('case'));
const tier = testTiers.at(-1) ?? 'baseline';
const allFlags = [
  'ultraFusion',
  'computeOverlap',
  'memoryPooling',
  'caching',
  'dynamicBatching',
  'adaptivePrecision',
  'kernelOptimization',
] as const;

/** The GPU object, counting the devices that are alive. */
function countedGpu(): { readonly gpu: GPU; readonly alive: () => number; readonly most: () => number } {
  let alive = 0;
  let most = 0;
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await testGpu?.requestAdapter(options);
    if (!adapter) return null;
    const { features, limits, info } = adapter;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      most = Math.max(most, ++alive);
      void device.lost.then(() => alive--);
      return device;
    };
    return { features, limits, info, requestDevice } as GPUAdapter;
  };
  return { gpu: { requestAdapter } as GPU, alive: () => alive, most: () => most };
}

function expectWhole({ flags }: Ablation, engine: Engine, wanted: readonly string[] = allFlags): void {
  expect(flags.map(({ flag }) => flag)).toEqual(wanted);
  for (const result of flags) {
    expect(result.inForce, result.flag).toBe(engine.info.flags[result.flag]);
    expect(result.outputsAgree, `${result.flag}: ${result.difference}`).toBe(true);
    expect(result.ratio).toBeGreaterThan(0);
    for (const state of [result.on, result.off]) {
      expect(state.ms).toBeGreaterThan(0);
      expect(state.bytes).toBeGreaterThan(0);
      expect(state.peakBytes).toBeGreaterThanOrEqual(state.bytes);
    }
    for (const { ratio, range, onMs, offMs } of result.times) {
      expect(range[0]).toBeGreaterThan(0);
      expect(ratio).toBeGreaterThanOrEqual(range[0]);
      expect(ratio).toBeLessThanOrEqual(range[1]);
      expect(onMs + offMs).toBeGreaterThan(0);
    }
  }
}

describe.skipIf(testTiers.length === 0)('ablation', () => {
  test('a language model: each flag in both states, outputs agree, everything is given back', async () => {
    const { gpu, alive, most } = countedGpu();
    const engine = await openEngine(tier, { gpu });
    await expectNoLeak(engine, async () => {
      const progress: AblationProgress[] = [];
      const ablation = await engine.ablate(
        'deepseek',
        { source: language(), precision: 'f32', contextLength: 64 },
        { seq: 20, tokens: 6, rounds: 2, onProgress: (event) => progress.push(event) },
      );
      expect(ablation).toMatchObject({ variant: 'deepseek', precision: 'f32', seq: 20, tokens: 6, rounds: 2 });
      expectWhole(ablation, engine);
      for (const { times, paired } of ablation.flags) {
        expect(times.map(({ task }) => task)).toEqual(['firstToken', 'decode', 'repeatedFirstToken', 'generations']);
        expect(paired).toBe(true);
      }
      const of = (flag: string) => ablation.flags.find((result) => result.flag === flag);
      // A batch keeps keys for each of its sequences; without it there is one.
      expect(of('dynamicBatching')?.on.bytes).toBeGreaterThan(of('dynamicBatching')?.off.bytes ?? 0);
      // int8 and int4 for some matrices.
      expect(of('adaptivePrecision')?.on.bytes).toBeLessThan(of('adaptivePrecision')?.off.bytes ?? 0);
      expect(of('computeOverlap')?.difference).toBe(0);
      const fractions = progress.map(({ fraction }) => fraction);
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
      expect(progress.at(-1)).toEqual({ flag: undefined, phase: 'done', fraction: 1 });
    });
    // The engine's own and the two that were compared.
    expect(most()).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(alive()).toBe(1);
  });

  test('whole networks: forwards, and what is around their trunk', async () => {
    const engine = await openEngine(tier);
    const flags = ['caching', 'ultraFusion'] as const;
    const clipper = await engine.ablate('viral-clipper', { source: smallClipper(16) }, { rounds: 1, flags });
    expectWhole(clipper, engine, flags);
    expect(clipper).toMatchObject({ seq: 16, tokens: 0 });
    expect(clipper.flags[0]?.times.map(({ task }) => task)).toEqual([
      'forward',
      'repeatedForward',
      'forwards',
      'score',
      'repeatedScore',
    ]);
    const brand = await engine.ablate('brandkit', { source: brandCheckpoint() }, { rounds: 3, flags: ['caching'] });
    expectWhole(brand, engine, ['caching']);
    // What is remembered needs neither features nor the GPU.
    const again = brand.flags[0]?.times.find(({ task }) => task === 'repeatedAnalyze');
    expect(again?.ratio).toBeGreaterThan(1);
  });

  test('where memory has no room for two, they take turns', async () => {
    const load = { source: smallClipper(64), precision: 'f32' } as const;
    const free = await openEngine(tier);
    const alone = await free.ablate('viral-clipper', load, { rounds: 1, flags: ['ultraFusion'] });
    const peakBytes = Math.max(...alone.flags.flatMap(({ on, off }) => [on.peakBytes, off.peakBytes]));
    const tight = await openEngine(tier, { memoryBudgetBytes: Math.round(peakBytes * 1.3) });
    const ablation = await tight.ablate('viral-clipper', load, { rounds: 1, flags: ['ultraFusion', 'caching'] });
    expectWhole(ablation, tight, ['ultraFusion', 'caching']);
    for (const { paired } of ablation.flags) expect(paired).toBe(false);
  });

  test('an abort stops it, and everything is given back', async () => {
    const { gpu, alive } = countedGpu();
    const engine = await openEngine(tier, { gpu });
    const stop = new AbortController();
    const load = { source: language(), precision: 'f32', contextLength: 64 } as const;
    const running = engine.ablate('deepseek', load, {
      seq: 20,
      signal: stop.signal,
      onProgress: ({ phase, flag }) => {
        if (phase === 'measure' && flag === 'computeOverlap') stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(alive()).toBe(1);
  });

  test('disposing the engine stops it', async () => {
    const { gpu, alive } = countedGpu();
    const engine = await openEngine(tier, { gpu });
    const running = engine.ablate('viral-clipper', { source: smallClipper(16) }, { rounds: 1000 });
    setTimeout(() => void engine.dispose(), 200);
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(alive()).toBe(0);
  });

  test.each<[string, object]>([
    ['unknown-option', { round: 4 }],
    ['invalid-option', { rounds: 0 }],
    ['invalid-option', { flags: ['fusion'] }],
    ['invalid-option', { flags: 'caching' }],
  ])('%s: %j', async (code, options) => {
    const engine = await openEngine(tier);
    await expect(engine.ablate('brandkit', { source: brandCheckpoint() }, options)).rejects.toMatchObject({ code });
  });

  test('a source that is not there is told as load tells it', async () => {
    const engine = await openEngine(tier);
    await expect(engine.ablate('brandkit', { source: brandCheckpoint().slice(0, 1) })).rejects.toMatchObject({
      code: 'source-not-found',
    });
  });
});
