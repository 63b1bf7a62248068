import { createEngine } from '../../../src/index.ts';

/** Loads a checkpoint from a URL and streams its answer to one question. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('deepseek', { source: new URL('models/reasoner/', document.baseURI).href });
    const answer = model.generate([{ role: 'user', content: 'What is 417 + 286?' }]);
    for await (const part of answer) print(part.text);

    const { usage, timings } = await answer.result;
    print(`\n${usage.completionTokens} tokens, ${timings.tokensPerSecond.toFixed(1)} tokens/s`);
  } finally {
    await engine.dispose();
  }
}
