import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, GenerateOptions } from '../../src/engine/api.ts';
import { openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));
const question = 'What is 417 + 286?';

describe.skipIf(testTiers.length === 0)('calls of generate', async () => {
  const engine = await openEngine(testTiers.at(-1) ?? 'baseline');
  const model = await engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 256 });
  const answer = async (options: GenerateOptions = {}, asked: DeepSeekModel = model): Promise<string> =>
    (await asked.generate(question, options).result).text;
  const whole = await answer();

  test('an abort is heard within two tokens, and the model goes on', async () => {
    const controller = new AbortController();
    let after = 0;
    const generation = model.generate(question, { signal: controller.signal });
    const reading = (async () => {
      for await (const _part of generation) {
        if (controller.signal.aborted) after++;
        else controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    await expect(generation.result).rejects.toMatchObject({ code: 'aborted' });
    expect(after).toBeLessThanOrEqual(2);
    expect(await answer()).toBe(whole);
  });

  test('leaving the loop stops the generation, and the model goes on', async () => {
    for await (const part of model.generate(question)) if (part.text.length > 0) break;
    expect(await answer()).toBe(whole);
  });

  test('calls at the same time queue, and each gets what it would have got alone', async () => {
    const other = 'What is 85 - 29?';
    const alone = (await model.generate(other).result).text;
    const together = await Promise.all([answer(), model.generate(other).result, answer()]);
    expect([together[0], together[1].text, together[2]]).toEqual([whole, alone, whole]);
  });

  test('a stop sequence ends the answer and is not part of it, wherever tokens are cut', async () => {
    const stop = whole.slice(20, 24);
    const generation = model.generate(question, { stop: [stop] });
    const parts: string[] = [];
    for await (const part of generation) parts.push(part.text);
    const result = await generation.result;
    expect(result.text).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(parts.join('')).toBe(result.text);
    expect(result.finishReason).toBe('stop');
  });

  test('maxTokens is exact, and the finish says so', async () => {
    for (const maxTokens of [1, 2, 7]) {
      const result = await model.generate(question, { maxTokens }).result;
      expect(result.usage.completionTokens).toBe(maxTokens);
      expect(result.finishReason).toBe('length');
      expect(whole.startsWith(result.text)).toBe(true);
    }
  });

  test('a full context ends the answer', async () => {
    const small = await engine.load('deepseek', { source: filesOf(reasoner), precision: 'f32', contextLength: 24 });
    const result = await small.generate(question).result;
    expect(result.finishReason).toBe('length');
    expect(result.usage.promptTokens + result.usage.completionTokens).toBe(24);
    const long = small.generate('What is 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13?');
    await expect(long.result).rejects.toMatchObject({ code: 'input-too-long' });
    expect(whole.startsWith(await answer({ maxTokens: 4 }, small))).toBe(true);
    await small.dispose();
  });

  test('sampling: the same seed gives the same text, other seeds differ, top-k of one is greedy', async () => {
    const settings = { temperature: 3, maxTokens: 30 };
    const texts = await Promise.all([1, 1, 2, 3, 4].map((seed) => answer({ ...settings, seed })));
    expect(texts[0]).toBe(texts[1]);
    expect(new Set(texts).size).toBeGreaterThan(2);
    expect(await answer({ temperature: 3, topK: 1, seed: 9 })).toBe(whole);
    expect(await answer({ temperature: 3, topP: 1e-6, seed: 9 })).toBe(whole);
    expect(await answer({ temperature: 3, minP: 1, seed: 9 })).toBe(whole);
  });

  test.each<[string, object, RegExp]>([
    ['unknown-option', { maxTokns: 4 }, /maxTokns/],
    ['invalid-option', { temperature: -1 }, /temperature is -1/],
    ['invalid-option', { topP: 0 }, /topP is 0/],
    ['invalid-option', { maxTokens: 1.5 }, /maxTokens is 1.5/],
    ['invalid-option', { stop: [''] }, /stop/],
  ])('%s: %j', async (code, options, names) => {
    const { result } = model.generate(question, options);
    await expect(result).rejects.toMatchObject({ code });
    await expect(result).rejects.toThrow(names);
    expect(await answer({ maxTokens: 3 })).toBe((await model.generate(question, { maxTokens: 3 }).result).text);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['empty-input', () => model.generate([]).result],
    ['empty-input', () => model.logits([])],
    ['invalid-token', () => model.logits([1, 1024])],
    ['invalid-token', () => model.logits([-1])],
    ['input-too-long', () => model.logits(Array<number>(257).fill(1))],
    ['invalid-option', () => model.generate([{ role: 'robot' as 'user', content: 'Hello' }]).result],
  ])('%s', async (code, call) => {
    await expect(call()).rejects.toMatchObject({ code });
  });

  test('a checkpoint without a tokenizer says so, and still gives logits', async () => {
    const bare = filesOf(reasoner, (name) => !name.startsWith('tokenizer'));
    const mute = await engine.load('deepseek', { source: bare, precision: 'f32', contextLength: 64 });
    await expect(mute.generate(question).result).rejects.toMatchObject({ code: 'tokenizer-missing' });
    expect((await mute.logits([1, 2, 3])).length).toBe(3 * 1024);
    await mute.dispose();
  });
});
