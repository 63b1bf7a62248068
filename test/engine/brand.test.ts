import { describe, expect, test, vi } from 'vitest';
import { EngineError, type EngineErrorCode } from '../../src/core/errors.ts';
import type { BrandInput, BrandkitModel, BrandProgress, Engine, EngineOptions } from '../../src/engine/api.ts';
import { contentHash } from '../../src/engine/contentHash.ts';
import { Memo, type MemoView } from '../../src/engine/memo.ts';
import { brandTones } from '../../src/variants/brandTones.ts';
import { brandCheckpoint } from '../support/brandCheckpoint.ts';
import { checkDesignTokens } from '../support/designTokens.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { testTiers } from '../support/gpu.ts';
import { element, snapshot, textRun } from '../support/snapshot.ts';

const page = snapshot(
  [
    element('header', [0, 0, 1280, 120], { background: 'rgb(20, 33, 61)', paddings: [24, 24, 24, 24] }),
    element('button', [40, 200, 160, 48], { background: 'rgb(252, 163, 17)', button: true, radius: 8 }),
  ],
  [
    textRun('Numbers you can trust.', [40, 40, 400, 40], { heading: 1, sizePx: 32, color: 'rgb(255, 255, 255)' }),
    textRun('We audit quarterly and report in full.', [40, 300, 500, 24], { block: 1 }),
  ],
);

const reject = async (work: Promise<unknown>): Promise<EngineError> => {
  const error: unknown = await work.then(
    () => new Error('It resolved.'),
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw error;
};
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

const loadSmall = (engine: Engine, config?: object): Promise<BrandkitModel> =>
  engine.load('brandkit', { source: brandCheckpoint(config), precision: 'f32' });

describe.each(testTiers)('analyze in tier %s', async (tier) => {
  const engine = await openEngine(tier);

  test('a page and a text become a brand kit, with progress, and nothing stays taken', async () => {
    await expectNoLeak(engine, async () => {
      const model = await loadSmall(engine);
      const phases: BrandProgress[] = [];
      const kit = await model.analyze(
        { page, text: 'Calm and clear.' },
        { onProgress: (progress) => phases.push(progress) },
      );
      expect(phases.map(({ phase }) => phase)).toEqual(['features', 'network', 'done']);
      expect(phases.at(-1)?.fraction).toBe(1);
      expect(kit.palette.map(({ role }) => role)).toEqual(expect.arrayContaining(['background', 'text', 'primary']));
      expect(Object.keys(kit.tone.scores)).toEqual([...brandTones]);
      expect(sum(Object.values(kit.tone.scores))).toBeCloseTo(1, 5);
      expect(kit.tone.scores[kit.tone.label]).toBe(Math.max(...Object.values(kit.tone.scores)));
      expect(kit.consistency).toBeGreaterThan(0);
      expect(kit.consistency).toBeLessThan(1);
      expect([kit.profile.length, kit.sentiment.length, kit.style.length]).toEqual([512, 32, 64]);
      expect(kit.cached).toBe(false);
      checkDesignTokens(kit.toDesignTokens());
      expect(kit.toCss()).toContain('--color-primary: #fca311;');
      await model.dispose();
    });
  });
});

// The rest is the same in every tier.
describe.skipIf(testTiers.length === 0)('analyze', async () => {
  const tier = testTiers[0] ?? 'baseline';
  const engine = await openEngine(tier);
  const load = async (options?: EngineOptions, config?: object): Promise<BrandkitModel> =>
    loadSmall(options ? await openEngine(tier, options) : engine, config);

  test('the same content is remembered, other content is not, and hits are counted', async () => {
    const model = await load();
    const first = await model.analyze({ page, text: 'One.' });
    const phases: string[] = [];
    const again = await model.analyze(
      { page: structuredClone(page), text: 'One.' },
      { onProgress: ({ phase }) => phases.push(phase) },
    );
    expect(again.cached).toBe(true);
    expect(phases).toEqual(['done']);
    expect({ ...again, cached: false }).toEqual({ ...first });
    // What a caller does to a result does not reach the next one.
    again.profile.fill(0);
    expect((await model.analyze({ page, text: 'One.' })).profile).toEqual(first.profile);
    expect((await model.analyze({ page, text: 'Two.' })).cached).toBe(false);
    expect((await model.metrics()).cache).toMatchObject({ hits: 2, misses: 2, entries: 2 });
    const other = await load(undefined, { num_heads: 1 });
    expect((await other.analyze({ page, text: 'One.' })).cached).toBe(false);
    await Promise.all([model.dispose(), other.dispose()]);
  });

  test('without the flag nothing is remembered; with one entry, only the last', async () => {
    const off = await load({ optimizations: { caching: false } });
    await off.analyze({ text: 'One.' });
    expect((await off.analyze({ text: 'One.' })).cached).toBe(false);
    expect((await off.metrics()).cache).toEqual({ hits: 0, misses: 0, entries: 0, bytes: 0 });
    const one = await load({ optimizations: { caching: { maxEntries: 1 } } });
    for (const text of ['One.', 'Two.']) await one.analyze({ text });
    expect((await one.analyze({ text: 'Two.' })).cached).toBe(true);
    expect((await one.analyze({ text: 'One.' })).cached).toBe(false);
  });

  const shared = load();
  test.each<[string, EngineErrorCode, RegExp, unknown, object?]>([
    ['nothing', 'empty-input', /no image, no html and no text/, {}],
    ['blank text', 'empty-input', /no text/, { text: ' \n' }],
    ['css alone', 'empty-input', /css/, { css: 'p { color: red }' }],
    ['no object', 'invalid-option', /input is undefined/, undefined],
    ['an unknown part', 'unknown-option', /'video'/, { video: 'x' }],
    ['an unknown option', 'unknown-option', /'sginal'/, { text: 'One.' }, { sginal: 1 }],
    ['html that is no string', 'invalid-option', /html is 5/, { html: 5 }],
    ['an image that is a number', 'invalid-option', /image is 5/, { image: 5 }],
    ['html without a document', 'not-supported', /document/, { html: '<p>Hello</p>' }],
    ['an image without a browser', 'not-supported', /browser/, { image: new Blob(['x'], { type: 'image/png' }) }],
    [
      'an SVG without a document',
      'not-supported',
      /SVG/,
      { image: new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']) },
    ],
  ])('%s is told apart', async (_what, code, message, input, options) => {
    const model = await shared;
    await expectNoLeak(engine, async () => {
      const error = await reject(model.analyze(input as BrandInput, options));
      expect(error.code, error.message).toBe(code);
      expect(error.message).toMatch(message);
    });
    expect((await model.analyze({ text: 'It goes on.' })).profile.every(Number.isFinite)).toBe(true);
  });

  test('a trunk-only checkpoint is told first; an aborted and a disposed call say so', async () => {
    const trunk = await engine.load('brandkit', { source: { init: 'random', seed: 1 }, precision: 'f32' });
    expect((await reject(trunk.analyze({ html: 5 } as unknown as BrandInput))).code).toBe('weights-missing');
    await trunk.dispose();
    const model = await load();
    expect((await reject(model.analyze({ text: 'One.' }, { signal: AbortSignal.abort() }))).code).toBe('aborted');
    const stop = new AbortController();
    const stopping = model.analyze(
      { text: 'One.' },
      { signal: stop.signal, onProgress: ({ phase }) => phase === 'network' && stop.abort() },
    );
    expect((await reject(stopping)).code).toBe('aborted');
    expect((await model.analyze({ text: 'One.' })).cached).toBe(false);
    await model.dispose();
    expect((await reject(model.analyze({ text: 'One.' }))).code).toBe('disposed');
  });

  test('more sentences than the network has room for are left out, not refused', async () => {
    const model = await load();
    const text = Array.from({ length: 300 }, (_, index) => `Sentence number ${index}.`).join(' ');
    expect((await model.analyze({ page, text })).consistency).toBeGreaterThan(0);
    await model.dispose();
  });
});

describe('memo', () => {
  const kept = (memo: MemoView<string>, keys: readonly string[]): boolean[] =>
    keys.map((key) => memo.find(key) !== undefined);
  /** What a key takes beside its value. */
  const keyBytes = 64;

  test('the one not used for longest goes first, by entries and by bytes', () => {
    const memo = new Memo<string>({ maxEntries: 2, maxBytes: 100 + 2 * keyBytes });
    const view = memo.of({});
    view.keep('a', 'A', 10);
    view.keep('b', 'B', 10);
    view.find('a');
    view.keep('c', 'C', 10);
    expect(kept(view, ['a', 'b', 'c'])).toEqual([true, false, true]);
    view.keep('d', 'D', 95);
    expect(kept(view, ['a', 'c', 'd'])).toEqual([false, false, true]);
    view.keep('e', 'E', 101 + keyBytes);
    expect(kept(view, ['d', 'e'])).toEqual([true, false]);
    expect(memo.stats).toEqual({ hits: 5, misses: 4, entries: 1, bytes: 95 + keyBytes });
    memo.clear();
    expect(memo.stats).toMatchObject({ entries: 0, bytes: 0 });
  });

  test('of other weights nothing is found, and what the earlier ones made comes too late', () => {
    const memo = new Memo<string>({ maxEntries: 8, maxBytes: 1000 });
    const [weights, others] = [{}, {}];
    const before = memo.of(weights);
    before.keep('a', 'A', 1);
    const after = memo.of(others);
    expect(after.find('a')).toBeUndefined();
    before.keep('b', 'B', 1);
    expect([before.find('a'), after.find('b')]).toEqual([undefined, undefined]);
    after.keep('b', 'C', 1);
    expect(memo.of(others).find('b')).toBe('C');
  });

  test('a key is the SHA-256 of names, lengths and content', async () => {
    const hash = contentHash({ html: 'ab', css: 'c' });
    expect(await hash).toMatch(/^[\da-f]{64}$/);
    expect(await contentHash({ html: 'ab', css: 'c', text: undefined })).toBe(await hash);
    const { subtle } = crypto;
    vi.stubGlobal('crypto', { subtle: undefined });
    expect(await contentHash({ html: 'ab', css: 'c' }), 'without the browser').toBe(await hash);
    vi.unstubAllGlobals();
    expect(crypto.subtle).toBe(subtle);
    for (const other of [
      { html: 'a', css: 'bc' },
      { css: 'ab', html: 'c' },
      { html: new Blob(['ab']), css: 'c' },
      { html: new Float32Array(1), css: 'c' },
    ])
      expect(await contentHash(other)).not.toBe(await hash);
  });
});
