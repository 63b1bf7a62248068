import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, Engine, GeneratedPart } from '../../src/engine/api.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));
const questions = [
  'What is 417 + 286?',
  'Sam has 12 apples and buys 30 more. How many apples does Sam have?',
  'What is 85 - 29?',
  'What is 9 * 8?',
];

const load = (engine: Engine): Promise<DeepSeekModel> =>
  engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 512 });

async function answersAlone(model: DeepSeekModel): Promise<string[]> {
  const answers: string[] = [];
  for (const question of questions) answers.push((await model.generate(question).result).text);
  return answers;
}

const tier = testTiers.at(-1) ?? 'baseline';

describe.skipIf(testTiers.length === 0)('concurrent generations of one model', () => {
  test('each gets what it gets alone, and their parts come side by side', async () => {
    const engine = await openEngine(tier);
    await expectNoLeak(engine, async () => {
      const model = await load(engine);
      const alone = await answersAlone(model);
      const order: number[] = [];
      const read = async (question: string, index: number): Promise<string> => {
        const parts: GeneratedPart[] = [];
        for await (const part of model.generate(question)) {
          parts.push(part);
          order.push(index);
        }
        return parts.map(({ text }) => text).join('');
      };
      expect(await Promise.all(questions.map(read))).toEqual(alone);
      // The last one begins before the first one has ended.
      expect(order.indexOf(3)).toBeLessThan(order.lastIndexOf(0));
      await model.dispose();
    });
  });

  test('a seeded draw does not depend on who else asks', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    const options = { temperature: 1.2, topK: 40, seed: 7, maxTokens: 30 };
    const alone = (await model.generate('What is 3 + 4?', options).result).text;
    const [together] = await Promise.all([
      model.generate('What is 3 + 4?', options).result,
      model.generate('What is 50 + 4?', { temperature: 1.5, topP: 0.9, seed: 1, maxTokens: 20 }).result,
      model.generate('What is 9 - 4?', { maxTokens: 10 }).result,
    ]);
    expect(together.text).toBe(alone);
    await model.dispose();
  });

  test('more than there are places: all are answered, in the order in which they came', async () => {
    const engine = await openEngine(tier, { optimizations: { dynamicBatching: { maxBatch: 2 } } });
    const model = await load(engine);
    const ended: number[] = [];
    const texts = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const { text } = await model.generate('What is 2 + 2?', { maxTokens: 6 }).result;
        ended.push(index);
        return text;
      }),
    );
    expect(new Set(texts).size).toBe(1);
    expect(ended).toEqual([0, 1, 2, 3, 4]);
    await model.dispose();
  });

  test('one is aborted, one is left, one fails: the others do not notice', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    const alone = await answersAlone(model);
    const stop = new AbortController();
    const aborted = model.generate(questions[1] ?? '', { signal: stop.signal });
    const outcome = aborted.result.then(
      () => 'ended',
      (error: { code: string }) => error.code,
    );
    const left = (async () => {
      for await (const part of model.generate(questions[3] ?? '')) if (part.text !== '') return 'left';
      return 'ended';
    })();
    const tooLong = model.generate('word '.repeat(600)).result.then(
      () => 'ended',
      (error: { code: string }) => error.code,
    );
    const parts: string[] = [];
    for await (const { text } of model.generate(questions[0] ?? '')) {
      parts.push(text);
      if (parts.length === 3) stop.abort();
    }
    expect(parts.join('')).toBe(alone[0]);
    expect(await Promise.all([outcome, left, tooLong])).toEqual(['aborted', 'left', 'input-too-long']);
    await model.dispose();
  });

  test('logits in between get their turn and the right values', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    const alone = await answersAlone(model);
    const want = await model.logits([1, 2, 3]);
    const first = model.generate(questions[0] ?? '').result;
    const logits = model.logits([1, 2, 3]);
    const second = model.generate(questions[2] ?? '').result;
    expect([(await first).text, (await second).text]).toEqual([alone[0], alone[2]]);
    expect(await logits).toEqual(want);
    await model.dispose();
  });
});

describe.skipIf(testTiers.length === 0)('the places of a batch', () => {
  test('without memory for another sequence they take turns', async () => {
    const engine = await openEngine(tier, { optimizations: { dynamicBatching: { memoryThresholdBytes: 1 } } });
    const model = await load(engine);
    const before = (await engine.memory()).byOwner['kv'];
    const texts = await Promise.all(questions.slice(2).map(async (q) => (await model.generate(q).result).text));
    expect(texts.map((text) => /-?\d+/.exec(text.split('</think>')[1] ?? '')?.[0])).toEqual(['56', '72']);
    expect((await engine.memory()).byOwner['kv']).toBe(before);
    await model.dispose();
  });

  test('requests with a common beginning compute it once', async () => {
    const engine = await openEngine(tier);
    const model = await load(engine);
    const system = 'You are careful with numbers. '.repeat(6);
    const ask = (content: string) =>
      model.generate(
        [
          { role: 'system', content: system },
          { role: 'user', content },
        ],
        { maxTokens: 4 },
      ).result;
    expect((await ask('What is 1 + 1?')).usage.cachedTokens).toBe(0);
    const both = await Promise.all([ask('What is 2 + 3?'), ask('What is 8 - 3?')]);
    for (const { usage } of both) expect(usage.cachedTokens).toBeGreaterThan(20);
    expect((await model.metrics()).cache).toMatchObject({ hits: 2, misses: 1 });
    await model.dispose();
  });

  test('too many that wait are refused, by name', async () => {
    const engine = await openEngine(tier, { optimizations: { dynamicBatching: false } });
    const model = await load(engine);
    const codes = await Promise.all(
      Array.from({ length: 300 }, async () => {
        try {
          await model.generate('What is 2 + 2?', { maxTokens: 1 }).result;
          return 'ended';
        } catch (error) {
          return (error as { code: string }).code;
        }
      }),
    );
    expect(codes.filter((code) => code === 'ended')).toHaveLength(codes.indexOf('queue-full'));
    expect(codes).toContain('queue-full');
    expect((await model.generate('What is 2 + 2?', { maxTokens: 1 }).result).usage.completionTokens).toBe(1);
    await model.dispose();
  });

  test('one that is given up while it waits is told at once, and leaves its place to others', async () => {
    const engine = await openEngine(tier, { optimizations: { dynamicBatching: false } });
    const model = await load(engine);
    const ended: string[] = [];
    const stop = new AbortController();
    const first = async (): Promise<void> => {
      let parts = 0;
      for await (const _ of model.generate('What is 2 + 2?', { maxTokens: 24 })) if (++parts === 3) stop.abort();
      ended.push('first');
    };
    const ask = (name: string, signal?: AbortSignal): Promise<unknown> =>
      model.generate('What is 2 + 2?', { maxTokens: 2, signal }).result.then(
        () => ended.push(name),
        (error: { code: string }) => ended.push(`${name} ${error.code}`),
      );
    await Promise.all([first(), ask('given up', stop.signal), ask('second'), ask('third')]);
    // The first one has not ended when the other is told.
    expect(ended).toEqual(['given up aborted', 'first', 'second', 'third']);
    await model.dispose();
  });
});
