import { createEngine } from '../../../src/index.ts';

/** The published Brandkit trunk with seeded weights: hidden states in, hidden states out. */
export async function run(print: (text: string) => void): Promise<void> {
  const engine = await createEngine();
  try {
    const model = await engine.load('brandkit', { source: { init: 'random', seed: 1 } });
    print(`${model.parameters.toLocaleString('en-US')} parameters\n`);

    const [batch, seq, hidden] = [1, 16, 512] as const;
    const hiddenStates = Float32Array.from({ length: batch * seq * hidden }, (_, index) => Math.sin(index));
    // 1 = may attend: here every position sees the first eight only.
    const mask = Uint8Array.from({ length: seq * seq }, (_, index) => (index % seq < 8 ? 1 : 0));
    const output = await model.forward(hiddenStates, [batch, seq, hidden], { mask, maskShape: [1, 1, seq, seq] });
    print(`first values: ${[...output.subarray(0, 4)].map((value) => value.toFixed(4)).join(', ')}`);
  } finally {
    await engine.dispose();
  }
}
