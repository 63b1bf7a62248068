import { createEngine } from '../../../src/index.ts';

/** The log-likelihood of a short text, token by token: what an evaluation computes. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('deepseek', { source: new URL('models/reasoner/', document.baseURI).href });
    const tokenIds = [1, 5, 8, 13, 21];
    const logits = await model.logits(tokenIds);
    const vocab = logits.length / tokenIds.length;
    for (const [position, next] of tokenIds.slice(1).entries()) {
      // Row `position` predicts the token after it.
      const row = logits.subarray(position * vocab, (position + 1) * vocab);
      const most = row.reduce((first, second) => Math.max(first, second));
      const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
      const logLikelihood = (row[next] ?? Number.NaN) - most - Math.log(sum);
      print(`token ${next}: ${logLikelihood.toFixed(3)}\n`);
    }
  } finally {
    await engine.dispose();
  }
}
