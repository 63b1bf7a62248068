import { createEngine, type Precision } from '../../src/index.ts';

export interface EvalAnswer {
  /** Position in the list of questions. */
  readonly index: number;
  readonly text: string;
}

/** What scripts/eval/languageModel.mjs asks of this page: `window.halftoneEval`. */
export interface HalftoneEval {
  /**
   * Answers each question greedily, one after the other, with nothing of the ones before in its context.
   * @param source URL prefix of the checkpoint, relative to the page
   * @param onAnswer gets each answer as it is complete
   */
  run(
    source: string,
    questions: readonly string[],
    precision: Precision,
    onAnswer: (answer: EvalAnswer) => void,
  ): Promise<{ readonly precision: Precision; readonly tokens: number; readonly seconds: number }>;
}

window.halftoneEval = {
  async run(source, questions, precision, onAnswer) {
    const engine = await createEngine();
    try {
      const model = await engine.load('deepseek', { source: new URL(source, document.baseURI).href, precision });
      await model.warmUp();
      const started = performance.now();
      let tokens = 0;
      for (const [index, question] of questions.entries()) {
        let text = '';
        for await (const part of model.generate([{ role: 'user', content: question }], { temperature: 0 })) {
          text += part.text;
          tokens++;
        }
        onAnswer({ index, text });
      }
      return { precision: model.precision, tokens, seconds: (performance.now() - started) / 1000 };
    } finally {
      await engine.dispose();
    }
  },
};
