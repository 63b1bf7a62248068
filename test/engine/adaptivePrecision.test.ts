import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Engine, EngineOptions, Model, ModelMetrics } from '../../src/engine/api.ts';
import { EngineError } from '../../src/core/errors.ts';
import { expectNoLeak, openEngine, relativeError } from '../support/engine.ts';
import { filesOf, readF32, readJsonFile } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';

const odd = fileURLToPath(new URL('../goldens/trunk/odd', import.meta.url));
const tied = fileURLToPath(new URL('../goldens/llm/llama-tied-bf16', import.meta.url));
const source = filesOf(odd, (file) => file.startsWith('config') || file.startsWith('model'));

type Adaptive = NonNullable<NonNullable<EngineOptions['optimizations']>['adaptivePrecision']>;

describe.skipIf(testTiers.length === 0)('adaptive precision', () => {
  const tier = testTiers[0] ?? 'baseline';
  const open = (adaptivePrecision: Adaptive, more: EngineOptions = {}): Promise<Engine> =>
    openEngine(tier, { ...more, optimizations: { adaptivePrecision } });

  /** What was chosen for the golden trunk in f16. */
  async function load(adaptive: Adaptive, use?: (model: Model) => Promise<void>): Promise<ModelMetrics> {
    const engine = await open(adaptive);
    const model = await engine.load('deepseek', { source, precision: 'f16' });
    const metrics = await model.metrics();
    await use?.(model);
    await model.dispose();
    expect((await engine.memory()).byOwner).toEqual({});
    return metrics;
  }

  /** The network's error with it. */
  async function errorOf(model: Model): Promise<number> {
    const { shape } = readJsonFile(`${odd}/case_0.json`) as { shape: [number, number, number] };
    const x = readF32(`${odd}/case_0.x.f32`);
    return relativeError(await model.forward(x, shape), readF32(`${odd}/case_0.y.f32`), x);
  }
  const formats = (metrics: ModelMetrics): Set<string> =>
    new Set(metrics.adaptivePrecision?.matrices.map(({ format }) => format));

  test('off: the plain precision, and nothing is told', async () => {
    const metrics = await load(false);
    expect(metrics.adaptivePrecision).toBeUndefined();
    expect(metrics.flags.adaptivePrecision).toBe(false);
    expect(metrics.memory.byOwner['weights']).toBe(metrics.sizeBytes.f16);
  });

  test('an error budget: errors as measured, formats within it, the bytes that the ledger has', async () => {
    const metrics = await load({ errorBudget: 0.03 }, async (model) => {
      // Between the goldens' bounds of int8 and int4 throughout.
      const error = await errorOf(model);
      expect(error).toBeGreaterThan(1e-2);
      expect(error).toBeLessThan(0.1);
    });
    const plan = metrics.adaptivePrecision;
    if (!plan) throw new Error('No plan.');
    expect(metrics.flags.adaptivePrecision).toBe(true);
    expect(plan.error).toBeLessThanOrEqual(0.03);
    expect(metrics.memory.byOwner['weights']).toBe(plan.bytes);
    expect(formats(metrics)).toEqual(new Set(['int8', 'int4']));
    for (const { errors, reason, format, error: own } of plan.matrices) {
      // Weights of these goldens are uniform: in float64 such have 0.0038 in int8 and 0.056 in int4.
      expect(errors.f16).toBeGreaterThan(1e-4);
      expect(errors.f16).toBeLessThan(3e-4);
      expect(errors.int8).toBeCloseTo(0.0038, 3);
      expect(errors.int4).toBeGreaterThan(0.05);
      expect(errors.int4).toBeLessThan(0.06);
      expect(own).toBe(errors[format]);
      expect(reason).not.toBe('');
    }
  });

  test('a memory budget between two precisions is filled with a mixture of them', async () => {
    const { int8, int4 } = (await load(false)).sizeBytes;
    const memoryBudgetBytes = Math.round((int8 + int4) / 2);
    const metrics = await load({ memoryBudgetBytes });
    expect(metrics.adaptivePrecision?.bytes).toBeLessThanOrEqual(memoryBudgetBytes);
    expect(metrics.memory.byOwner['weights']).toBeLessThanOrEqual(memoryBudgetBytes);
    expect(formats(metrics)).toEqual(new Set(['int8', 'int4']));
  });

  test('true: under what the engine may take, else an error of 1 %', async () => {
    const free = await load(true);
    expect(free.adaptivePrecision).toMatchObject({ errorBudget: 0.01 });
    expect(free.adaptivePrecision?.error).toBeLessThanOrEqual(0.01);
    const engine = await open(true, { memoryBudgetBytes: 9e6 });
    const model = await engine.load('brandkit', { source: { init: 'random', seed: 5 } });
    const { adaptivePrecision, memory } = await model.metrics();
    // 0.9 of 9 MB holds int4 and some int8, where f16 would be 21 MB.
    expect(adaptivePrecision?.memoryBudgetBytes).toBe(8_100_000);
    expect(memory.byOwner['weights']).toBe(adaptivePrecision?.bytes);
    expect(new Set(adaptivePrecision?.matrices.map(({ format }) => format))).toEqual(new Set(['int8', 'int4']));
    await model.dispose();
  });

  test("a memory budget that int4 does not fit is 'out-of-memory', and nothing stays taken", async () => {
    const engine = await open({ memoryBudgetBytes: 10_000 });
    await expectNoLeak(engine, async () => {
      const error = await engine.load('deepseek', { source }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ code: 'out-of-memory' });
    });
  });

  test('tied embeddings are one matrix, never below int8; the model answers', async () => {
    const engine = await open({ errorBudget: 0.5 });
    const files = filesOf(tied, (file) => !file.startsWith('case'));
    const model = await engine.load('deepseek', { source: files, precision: 'f32' });
    const { adaptivePrecision } = await model.metrics();
    const formatOf = (id: string) => adaptivePrecision?.matrices.find((matrix) => matrix.id === id)?.format;
    expect(formatOf('embedding')).toBe('int8');
    expect(formatOf('layers.0.qkv')).toBe('int4');
    expect(formatOf('head')).toBeUndefined();
    expect((await model.logits([1, 2, 3])).every(Number.isFinite)).toBe(true);
    await model.dispose();
  });

  test.each<[Adaptive, RegExp]>([
    [{ errorBudget: -1 }, /errorBudget is -1/],
    [{ memoryBudgetBytes: 0 }, /memoryBudgetBytes is 0/],
    [{ budget: 1 } as Adaptive, /has no 'budget'/],
  ])('%j is refused', async (adaptive, message) => {
    await expect(open(adaptive)).rejects.toThrow(message);
  });
});
