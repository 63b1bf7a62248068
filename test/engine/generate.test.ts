import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DeepSeekModel, GeneratedPart, GenerateOptions } from '../../src/engine/api.ts';
import { expectNoLeak, openEngine } from '../support/engine.ts';
import { filesOf } from '../support/files.ts';
import { testTiers } from '../support/gpu.ts';

const reasoner = fileURLToPath(new URL('../../demo/public/models/reasoner', import.meta.url));

async function ask(
  model: DeepSeekModel,
  question: string,
  options: GenerateOptions = {},
): Promise<{ parts: GeneratedPart[]; text: string }> {
  const parts: GeneratedPart[] = [];
  for await (const part of model.generate(question, options)) parts.push(part);
  return { parts, text: parts.map((part) => part.text).join('') };
}

const answerOf = (text: string): string | undefined => /-?\d+/.exec(text.split('</think>')[1] ?? '')?.[0];

describe.each(testTiers)('the default model in tier %s', async (tier) => {
  const engine = await openEngine(tier);
  const load = (precision: 'f32' | 'f16'): Promise<DeepSeekModel> =>
    engine.load('deepseek', { source: filesOf(reasoner), precision });

  test('thinks aloud and answers, part by part', async () => {
    await expectNoLeak(engine, async () => {
      const model = await load('f16');
      const generation = model.generate('What is 417 + 286?');
      const parts: GeneratedPart[] = [];
      for await (const part of generation) parts.push(part);
      const result = await generation.result;
      expect(result.text).toBe(parts.map((part) => part.text).join(''));
      expect(result.text).toMatch(/^\s*<think>[^]*<\/think>/);
      expect(answerOf(result.text)).toBe('703');
      expect(result.finishReason).toBe('stop');
      expect(parts.length).toBeGreaterThan(5);
      expect(result.usage.completionTokens).toBeGreaterThanOrEqual(parts.length - 1);
      expect(result.timings.tokensPerSecond).toBeGreaterThan(0);
      await model.dispose();
    });
  });

  test('the same tokens with and without overlap, cache and fusion, and in every chunk size', async () => {
    const messages = [
      { role: 'user', content: 'What is 85 - 29?' },
      { role: 'assistant', content: '56' },
      { role: 'user', content: 'Sam has 12 apples and buys 30 more. How many apples does Sam have?' },
    ] as const;
    const texts = new Set<string>();
    const switches = [
      {},
      { computeOverlap: false },
      { caching: false },
      { ultraFusion: false },
      { memoryPooling: false },
    ];
    for (const optimizations of switches) {
      const other = await openEngine(tier, { optimizations });
      const model = await other.load('deepseek', { source: filesOf(reasoner), precision: 'f32' });
      await ask(model, 'What is 7 + 5?', { maxTokens: 5 });
      const generation = model.generate(messages);
      texts.add((await generation.result).text);
      await other.dispose();
    }
    expect(texts.size).toBe(1);
    expect(answerOf([...texts][0] ?? '')).toBe('42');
  });
});
