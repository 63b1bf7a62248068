import { createEngine, EngineError } from '../../../src/index.ts';

/** Stops an answer after eight tokens; the model answers the next question as if nothing had happened. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('deepseek', { source: new URL('models/reasoner/', document.baseURI).href });
    const controller = new AbortController();
    let tokens = 0;
    try {
      for await (const part of model.generate('What is 905 + 186?', { signal: controller.signal })) {
        print(part.text);
        if (++tokens === 8) controller.abort();
      }
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'aborted') throw error;
      print('\nStopped.\n');
    }
    for await (const part of model.generate('What is 7 + 5?')) print(part.text);
  } finally {
    await engine.dispose();
  }
}
