import { describe, expect, test } from 'vitest';
import type { GpuContext } from '../../src/gpu/context.ts';
import { buildPlan } from '../../src/gpu/plan.ts';
import {
  sample,
  sampleScratchBytes,
  type SamplingSettings,
  settingsBytes,
  softmax,
  writeSettings,
} from '../../src/kernels/sampling.ts';
import * as reference from '../reference/sampling.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, runCalls, testTiers, type TestTier, upload } from '../support/gpu.ts';

const plain: SamplingSettings = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  seed: 1,
  eosTokenIds: [],
};
const greedy: SamplingSettings = { ...plain, temperature: 0 };

interface Drawn {
  readonly tokens: number[];
  readonly position: number;
  readonly done: number;
}

interface RunOptions {
  readonly steps?: number;
  readonly rows?: number;
  readonly history?: readonly number[];
  readonly software?: boolean;
}

/** Samples `steps` times from the same logits, in one submit; `history` is what the first step has processed. */
async function run(
  gpu: GpuContext,
  logits: ArrayLike<number>,
  settings: SamplingSettings,
  { steps = 1, rows = 1, history = [3], software = gpu.info.adapter.software }: RunOptions = {},
): Promise<Drawn> {
  const packed = new Uint8Array(settingsBytes);
  writeSettings(new DataView(packed.buffer), settings);
  const count = history.length + steps * rows;
  const tokens = upload(
    gpu,
    Uint32Array.from({ length: count }, (_, index) => history[index] ?? 0xffffffff),
  );
  const state = upload(gpu, Uint32Array.of(history.length - rows, 0, 0, 0));
  const vocab = logits.length;
  const calls = sample({
    label: 'test',
    device: { ...gpu.info, adapter: { ...gpu.info.adapter, software } },
    logits: upload(gpu, Float32Array.from(logits)),
    tokens,
    tokenStride: count,
    state,
    vocab,
    rows,
    settings: upload(gpu, packed),
    scratch: poisoned(gpu, sampleScratchBytes(vocab, 1)),
    none: gpu.none,
  });
  const plan = await buildPlan(gpu, calls, 'test');
  await gpu.submit('test', (encoder) => {
    for (let step = 0; step < steps; step++) plan.encode(encoder);
  });
  const got = new Uint32Array(await gpu.read(tokens, 0, count * 4));
  const [position = 0, done = 0] = new Uint32Array(await gpu.read(state, 0, 8));
  plan.dispose();
  const drawn = Array.from({ length: steps }, (_, step) => got[history.length + (step + 1) * rows - rows] ?? -1);
  return { tokens: drawn, position, done };
}

const logitsOf = (vocab: number, seed: number, scale = 3): number[] =>
  [...randomNumbers(vocab, seed, scale)].map(Math.fround);

const opened = new Map<TestTier, Promise<GpuContext>>();
function sharedGpu(tier: TestTier): Promise<GpuContext> {
  const gpu = opened.get(tier) ?? openGpu(tier);
  opened.set(tier, gpu);
  return gpu;
}

/** All draws lie in the reference's support, and what should come up 20 times or more does come up. */
function expectSupport(drawn: readonly number[], want: readonly number[], what: string): void {
  const seen = new Set(drawn);
  for (const token of seen)
    expect(want[token] ?? 0, `${what}: token ${token} is outside the support`).toBeGreaterThan(0);
  want.forEach((probability, token) => {
    if (probability * drawn.length >= 20) expect(seen.has(token), `${what}: token ${token} never came`).toBe(true);
  });
}

describe.each(testTiers)('%s', (tier) => {
  test.each([5, 97, 2049, 4097, 152_064])(
    'greedy takes the highest logit of %i, the lowest id among ties',
    async (vocab) => {
      const gpu = await sharedGpu(tier);
      const logits = logitsOf(vocab, vocab);
      expect((await run(gpu, logits, greedy)).tokens).toEqual([reference.argmax(logits)]);
      const high = [vocab - 1, Math.floor(vocab / 2), Math.floor(vocab / 3)];
      for (const id of high) logits[id] = 50;
      expect((await run(gpu, logits, greedy)).tokens).toEqual([Math.floor(vocab / 3)]);
      const negative = logits.map((value) => value - 1000);
      expect((await run(gpu, negative, greedy)).tokens).toEqual([Math.floor(vocab / 3)]);
    },
  );

  test('NaN and infinities give a token of the vocabulary, the highest number where there is one', async () => {
    const gpu = await sharedGpu(tier);
    for (const vocab of [5, 5000]) {
      const nothing = Array.from({ length: vocab }, () => Number.NaN);
      const some = nothing.map((_, id) => (id === 3 ? -7 : Number.NaN));
      for (const settings of [greedy, plain, { ...plain, topK: 2, topP: 0.9, minP: 0.1 }, { ...plain, topP: 0.5 }]) {
        expect((await run(gpu, nothing, settings)).tokens[0]).toBeLessThan(vocab);
        expect((await run(gpu, some, settings)).tokens).toEqual([3]);
        expect(
          (
            await run(
              gpu,
              some.map((v) => (v === -7 ? Infinity : -Infinity)),
              settings,
            )
          ).tokens,
        ).toEqual([3]);
      }
    }
  });

  test.each([12, 5000])('filters leave the support of the reference, vocabulary %i', async (vocab) => {
    const gpu = await sharedGpu(tier);
    const logits = logitsOf(vocab, 11, vocab > 100 ? 1.2 : 1);
    // Ties at the edge of top-k all stay in.
    const tied = logits.map((value) => Math.round(value * 4) / 4);
    const steps = 200;
    const cases: [number[], Partial<SamplingSettings>][] = [
      [logits, { topK: 4 }],
      [tied, { topK: 3 }],
      [logits, { topP: 0.6, temperature: 0.3 }],
      [logits, { topP: 0 }],
      [logits, { minP: 0.3 }],
      [logits, { topK: 6, topP: 0.7, minP: 0.2, temperature: 0.7 }],
      [logits, { topK: vocab + 5, topP: 0.05 }],
    ];
    for (const [index, [values, change]] of cases.entries()) {
      const settings = { ...plain, ...change, seed: index };
      const { tokens } = await run(gpu, values, settings, { steps });
      expectSupport(tokens, reference.probabilities(values, [], settings), JSON.stringify(change));
    }
  });

  test('a large vocabulary is filtered exactly too', async () => {
    const gpu = await sharedGpu(tier);
    const logits = logitsOf(152_064, 5, 2);
    for (const change of [{ topK: 5 }, { topP: 0.002 }, { minP: 0.4 }]) {
      const settings = { ...plain, ...change, temperature: 0.8 };
      const { tokens } = await run(gpu, logits, settings, { steps: 40 });
      expectSupport(tokens, reference.probabilities(logits, [], settings), JSON.stringify(change));
    }
  });
});

describe.each(testTiers)('%s', (tier) => {
  test('top-k 1 is greedy', async () => {
    const gpu = await sharedGpu(tier);
    for (const vocab of [7, 6000]) {
      const logits = logitsOf(vocab, 2);
      const { tokens } = await run(gpu, logits, { ...plain, topK: 1 }, { steps: 3 });
      expect(tokens).toEqual(Array.from({ length: 3 }, () => reference.argmax(logits)));
    }
  });

  test('draws follow the probabilities: chi-square over 2000 draws of 12 tokens', async () => {
    const gpu = await sharedGpu(tier);
    const logits = logitsOf(12, 8, 1);
    const settings = { ...plain, temperature: 1.5, seed: 42 };
    const { tokens } = await run(gpu, logits, settings, { steps: 2000 });
    const want = reference.probabilities(logits, [], settings);
    const chiSquare = want.reduce((sum, probability, token) => {
      const expected = probability * tokens.length;
      return sum + (tokens.filter((drawn) => drawn === token).length - expected) ** 2 / expected;
    }, 0);
    // 11 degrees of freedom: 31.3 is passed by chance once in a thousand seeds.
    expect(chiSquare).toBeLessThan(31.3);
  });

  test('the repetition penalty counts each token seen once', async () => {
    const gpu = await sharedGpu(tier);
    for (const vocab of [23, 4100]) {
      const logits = logitsOf(vocab, 9);
      const history = [1, reference.argmax(logits), 1, 2];
      const settings = { ...greedy, repetitionPenalty: 1.7 };
      const { tokens } = await run(gpu, logits, settings, { steps: 10, history });
      const want: number[] = [];
      for (let step = 0; step < 10; step++)
        want.push(reference.argmax(reference.penalize(logits, [...history, ...want], 1.7)));
      expect(tokens).toEqual(want);
    }
  });

  test('an end-of-sequence token sets the flag, repeats, and the position goes on', async () => {
    const gpu = await sharedGpu(tier);
    const logits = logitsOf(300, 4);
    const end = reference.argmax(logits);
    const going = await run(gpu, logits, { ...greedy, eosTokenIds: [end + 1] }, { steps: 3 });
    expect(going).toEqual({ tokens: [end, end, end], position: 3, done: 0 });
    const settings = { ...greedy, repetitionPenalty: 5, eosTokenIds: [299, end] };
    expect(await run(gpu, logits, settings, { steps: 3, history: [0, 1, 2, 3, 4] })).toEqual({
      tokens: [end, end, end],
      position: 7,
      done: 1,
    });
  });

  test('a step of several rows writes behind the last one', async () => {
    const gpu = await sharedGpu(tier);
    const logits = logitsOf(50, 6);
    const { tokens, position } = await run(gpu, logits, greedy, { rows: 4, history: [1, 2, 3, 4, 5, 6] });
    expect(tokens).toEqual([reference.argmax(logits)]);
    expect(position).toBe(6);
  });

  test('the same seed draws the same tokens, another one others', async () => {
    const gpu = await sharedGpu(tier);
    for (const settings of [plain, { ...plain, topK: 50 }, { ...plain, topP: 0.95 }]) {
      const logits = logitsOf(5000, 7, 0.5);
      const first = await run(gpu, logits, settings, { steps: 12 });
      expect(await run(gpu, logits, settings, { steps: 12 })).toEqual(first);
      expect(await run(gpu, logits, { ...settings, seed: 2 }, { steps: 12 })).not.toEqual(first);
    }
  });

  test.each([
    [1, 1],
    [3, 97],
    [70, 5],
    [2, 1030],
  ])('softmax of [%i, %i]', async (rows, dim) => {
    const gpu = await sharedGpu(tier);
    const x = [...randomNumbers(rows * dim, 3, 30)].map(Math.fround);
    const y = poisoned(gpu, rows * dim * 4);
    await runCalls(gpu, [
      softmax({ label: 'test', device: gpu.info, x: upload(gpu, Float32Array.from(x)), y, rows, dim }),
    ]);
    const want = Array.from({ length: rows }, (_, row) =>
      reference.softmax(x.slice(row * dim, (row + 1) * dim)),
    ).flat();
    // exp of differences up to 200 passes on their rounding, 200 · 2^-24.
    expectClose(await download(gpu, y, rows * dim), want, { relative: 5e-5, absolute: 1e-7 });
  });
});

// Compiling those takes a CPU adapter long: the strongest tier alone.
for (const tier of testTiers.slice(-1)) {
  test(`${tier}: the workgroups of a real GPU give the same tokens`, async () => {
    const gpu = await sharedGpu(tier);
    const logits = logitsOf(10_007, 12, 0.7);
    for (const settings of [greedy, plain, { ...plain, topK: 20, topP: 0.8 }, { ...plain, topP: 0.3 }]) {
      const wide = await run(gpu, logits, settings, { steps: 8, software: false });
      expect(wide).toEqual(await run(gpu, logits, settings, { steps: 8, software: true }));
    }
  });
}

test('more end-of-sequence tokens than there is room for are refused', () => {
  const eosTokenIds = Array.from({ length: 9 }, (_, id) => id);
  expect(() => writeSettings(new DataView(new ArrayBuffer(settingsBytes)), { ...plain, eosTokenIds })).toThrow(
    RangeError,
  );
});
