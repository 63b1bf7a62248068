// Measures a model that ships with the demo, in the browser engine.
//   node scripts/eval.mjs [NAME] [options]
// NAME: an evaluation below, or a language model's folder in demo/public/models (default: reasoner). The last line printed is the figure.

/**
 * @typedef {{ run: (args: readonly string[]) => Promise<void> }} Evaluation run gets the whole command line, the name first
 */

const languageModel = () => import('./eval/languageModel.mjs');

/** @type {ReadonlyMap<string, () => Promise<Evaluation>>} */
const evaluations = new Map([
  ['reasoner', languageModel],
  ['clips', () => import('./eval/clips.mjs')],
  ['brands', () => import('./eval/brands.mjs')],
]);

try {
  const args = process.argv.slice(2);
  const { run } = await (evaluations.get(args[0] ?? '') ?? languageModel)();
  await run(args);
} catch (error) {
  process.stderr.write(`npm run eval failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
