import { access } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { repositoryRoot } from '../../scripts/lib/processes.mjs';
import { serve } from '../../scripts/lib/serve.mjs';

// The built library as a page without a bundler gets it: dist/ side by side on a server, checkpoints by URL.

type Library = typeof import('../../src/index.ts');
interface GoldenCase {
  readonly name: string;
  readonly id: string;
  readonly shape: [number, number, number];
  readonly mask: number[] | null;
}

const goldens = join(repositoryRoot, 'test/goldens/trunk');
const cases: readonly GoldenCase[] = [
  ['tiny', 'case_0'],
  ['tiny', 'case_0m'],
  ['odd', 'case_0m'],
  ['odd', 'case_1'],
  ['odd', 'case_2m'],
].map(([name = '', id = '']) => {
  const json = JSON.parse(readFileSync(join(goldens, name, `${id}.json`), 'utf8')) as Omit<GoldenCase, 'name' | 'id'>;
  return { ...json, name, id };
});

/** Of the public reference implementation's goldens, with the tolerances that came with them. */
const tolerances = { f32: 5e-5, f16: 2e-3 } as const;

let server: Awaited<ReturnType<typeof serve>> | undefined;

test.beforeAll(async () => {
  await access(join(repositoryRoot, 'dist/halftone.js'));
  server = await serve({
    folders: {
      '/dist/': join(repositoryRoot, 'dist'),
      '/goldens/': goldens,
      '/demo/': join(repositoryRoot, 'demo/public'),
      '/': join(repositoryRoot, 'test/fixtureApp/blank'),
    },
  });
});
test.afterAll(async () => {
  await server?.close();
});

/** Errors of the cases in one precision, ‖y − ref‖ / ‖ref − x‖, worked out in the page. */
const runCases = (page: Page, precision: 'f32' | 'f16'): Promise<number[]> =>
  page.evaluate(
    async ({ cases, precision }) => {
      const library = '/dist/halftone.js';
      const { createEngine } = (await import(library)) as Library;
      const floats = async (path: string): Promise<Float32Array> =>
        new Float32Array(await (await fetch(path)).arrayBuffer());
      const engine = await createEngine();
      const errors: number[] = [];
      for (const { name, id, shape, mask } of cases) {
        const model = await engine.load('viral-clipper', { source: `goldens/${name}`, precision });
        const prefix = `goldens/${name}/${id}`;
        const x = await floats(`${prefix}.x.f32`);
        const want = await floats(`${prefix}.y.f32`);
        const options = mask
          ? { mask: new Uint8Array(await (await fetch(`${prefix}.mask.u8`)).arrayBuffer()), maskShape: mask }
          : {};
        const y = await model.forward(x, shape, options);
        let error = 0;
        let added = 0;
        for (let i = 0; i < want.length; i++) {
          error += ((y[i] ?? Number.NaN) - (want[i] ?? 0)) ** 2;
          added += ((want[i] ?? 0) - (x[i] ?? 0)) ** 2;
        }
        errors.push(Math.sqrt(error / added));
        await model.dispose();
      }
      await engine.dispose();
      return errors;
    },
    { cases, precision },
  );

for (const precision of ['f32', 'f16'] as const) {
  test(`dist/ in a plain page agrees with the reference in ${precision}, with and without masks`, async ({ page }) => {
    await page.goto(`${server?.url}`);
    const errors = await runCases(page, precision);
    cases.forEach(({ name, id }, index) => {
      expect(errors[index], `${name} ${id}`).toBeLessThan(tolerances[precision]);
    });
  });
}

test('errors cross the worker with code, remedy and cause, and the engine goes on', async ({ page }) => {
  await page.goto(`${server?.url}`);
  const told = await page.evaluate(async () => {
    const library = '/dist/halftone.js';
    const { createEngine, EngineError } = (await import(library)) as Library;
    const engine = await createEngine();
    const rejection = async (work: () => Promise<unknown>): Promise<string> => {
      try {
        await work();
        return 'nothing was thrown';
      } catch (error) {
        if (!(error instanceof EngineError)) return `not an EngineError: ${String(error)}`;
        return error.message.endsWith(error.remedy) ? error.code : `no remedy in: ${error.message}`;
      }
    };
    const model = await engine.load('deepseek', { source: 'goldens/tiny', precision: 'f32' });
    const x = new Float32Array(2 * 64).fill(0.5);
    const gone = new AbortController();
    gone.abort();
    const codes = [
      await rejection(() => engine.load('deepseek', { source: 'goldens/nowhere' })),
      await rejection(() => model.forward(new Float32Array(3), [1, 2, 64])),
      await rejection(() => model.forward(x.slice().fill(Number.NaN), [1, 2, 64])),
      await rejection(() => model.forward(x, [1, 2, 64], { mask: new Uint8Array(3) })),
      await rejection(() => model.forward(x, [1, 2, 64], { signal: gone.signal })),
      await rejection(() => model.generate('Hello').result),
      await rejection(() => createEngine({ levle: 'default' } as object)),
    ];
    const moved = x.slice();
    const y = await model.forward(moved, [1, 2, 64], { transfer: true });
    const finite = y.every(Number.isFinite) && moved.length === 0;
    await engine.dispose();
    return { codes, finite };
  });
  expect(told).toEqual({
    codes: [
      'source-not-found',
      'invalid-shape',
      'non-finite-input',
      'mask-mismatch',
      'aborted',
      'weights-missing',
      'unknown-option',
    ],
    finite: true,
  });
});

test('findBatchSize through the worker: measured sizes, an abort, an error by its code', async ({ page }) => {
  await page.goto(`${server?.url}`);
  const told = await page.evaluate(async () => {
    const library = '/dist/halftone.js';
    const { createEngine, EngineError } = (await import(library)) as Library;
    const engine = await createEngine();
    const model = await engine.load('brandkit', { source: 'goldens/tiny', precision: 'f32' });
    const codeOf = (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'nothing was thrown',
        (error: unknown) => (error instanceof EngineError ? error.code : String(error)),
      );
    const before = (await engine.memory()).byOwner;
    const { batchSize, item, throughput } = await model.findBatchSize({ seq: 4 });
    const stop = new AbortController();
    const stopped = codeOf(model.findBatchSize({ seq: 4, signal: stop.signal }));
    stop.abort();
    const codes = [await stopped, await codeOf(model.findBatchSize({ seq: 65 }))];
    const after = (await engine.memory()).byOwner;
    await engine.dispose();
    const sizes = throughput.map((row) => row.batchSize);
    return { item, codes, before, after, first: sizes[0], measured: sizes.includes(batchSize) };
  });
  expect(told).toMatchObject({ item: 'sequence', codes: ['aborted', 'input-too-long'], first: 1, measured: true });
  expect(told.after).toEqual(told.before);
});

test('the same video with another threshold: its windows are not scored again', async ({ page }) => {
  await page.goto(`${server?.url}`);
  const told = await page.evaluate(async () => {
    const library = '/dist/halftone.js';
    const { createEngine } = (await import(library)) as Library;
    const engine = await createEngine();
    const model = await engine.load('viral-clipper', { source: 'demo/models/viral-clipper', precision: 'f32' });
    const scoresAt = async (threshold: number): Promise<number[]> => {
      const virality: number[] = [];
      for await (const event of model.clip('demo/samples/highlights.webm', { threshold }))
        if (event.type === 'scores') virality.push(...event.virality);
      return virality;
    };
    const first = await scoresAt(0.8);
    const { misses } = (await model.metrics()).cache;
    const second = await scoresAt(0.3);
    const { cache } = await model.metrics();
    await engine.dispose();
    return { steps: first.length, same: first.every((value, index) => value === second[index]), misses, cache };
  });
  expect(told.steps).toBeGreaterThan(20);
  expect(told.same).toBe(true);
  expect(told.misses).toBeGreaterThan(0);
  expect(told.cache).toMatchObject({ hits: told.misses, misses: told.misses, entries: told.misses });
});
