import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { repositoryRoot } from '../../scripts/lib/processes.mjs';
import { serve } from '../../scripts/lib/serve.mjs';

// Kernels chosen by measuring in the built library: the engine's worker keeps what it measured in IndexedDB.

type Library = typeof import('../../src/index.ts');

let server: Awaited<ReturnType<typeof serve>> | undefined;

test.beforeAll(async () => {
  await access(join(repositoryRoot, 'dist/halftone.js'));
  server = await serve({
    folders: {
      '/dist/': join(repositoryRoot, 'dist'),
      '/goldens/': join(repositoryRoot, 'test/goldens/trunk'),
      '/': join(repositoryRoot, 'test/fixtureApp/blank'),
    },
  });
});
test.afterAll(async () => {
  await server?.close();
});

test('a warm-up measures kernels once; the next visit finds the result, in the worker and on the page', async ({
  page,
}) => {
  const visit = async (worker: boolean, tune: boolean) => {
    await page.goto(`${server?.url}`);
    return page.evaluate(
      async ({ worker, tune }) => {
        const library = '/dist/halftone.js';
        const { createEngine } = (await import(library)) as Library;
        // More than everything takes: what a slow machine reaches in a tight budget is none of this test's business.
        const optimizations = { kernelOptimization: { tune, tuneBudgetMs: 90_000 } };
        const warnings: string[] = [];
        const engine = await createEngine({
          worker,
          optimizations,
          onEvent: (event) => event.type === 'warning' && warnings.push(event.message),
        });
        const model = await engine.load('deepseek', { source: 'goldens/odd', precision: 'f32' });
        const floats = async (path: string): Promise<Float32Array> =>
          new Float32Array(await (await fetch(path)).arrayBuffer());
        const times = await model.warmUp();
        const { kernelChoices } = await model.metrics();
        const { shape } = (await (await fetch('goldens/odd/case_1.json')).json()) as {
          shape: [number, number, number];
        };
        const [x, want] = [await floats('goldens/odd/case_1.x.f32'), await floats('goldens/odd/case_1.y.f32')];
        const y = await model.forward(x, shape);
        let error = 0;
        let added = 0;
        for (let i = 0; i < want.length; i++) {
          error += ((y[i] ?? Number.NaN) - (want[i] ?? 0)) ** 2;
          added += ((want[i] ?? 0) - (x[i] ?? 0)) ** 2;
        }
        await engine.dispose();
        return { times, kernelChoices, warnings, error: Math.sqrt(error / added) };
      },
      { worker, tune },
    );
  };
  const chosen = (choices: Awaited<ReturnType<typeof visit>>['kernelChoices'], from: string): string[] =>
    choices.filter((one) => one.from === from).map(({ key, chosen }) => `${key}: ${chosen}`);

  const first = await visit(true, true);
  const measured = chosen(first.kernelChoices, 'tuned');
  expect(measured.length).toBeGreaterThan(0);
  expect(first.warnings).toEqual([]);
  for (const worker of [true, false]) {
    const later = await visit(worker, false);
    expect(later.times.tuneMs).toBeLessThan(first.times.tuneMs);
    expect(chosen(later.kernelChoices, 'remembered')).toEqual(measured);
    expect(chosen(later.kernelChoices, 'tuned')).toEqual([]);
    // The reference's tolerance for f32.
    for (const { error } of [first, later]) expect(error).toBeLessThan(5e-5);
  }
});
