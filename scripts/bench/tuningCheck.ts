// Tuned kernels beside the rules' on this machine's GPU: what was chosen and what it won, then whole forwards in turns.
import type { DeepSeekModel, Engine, EngineEvent, EngineOptions, Precision } from '../../src/engine/api.ts';
import { createLocalEngine } from '../../src/engine/createLocalEngine.ts';
import type { TuneStore } from '../../src/engine/tune/tuneStore.ts';
import { relativeError } from '../../test/support/relativeError.ts';

export interface TuningCheckOptions {
  readonly engine: EngineOptions;
  readonly precision: Precision;
  readonly budgetMs: number;
  readonly inputOf: (seq: number) => Float32Array;
  /** Of the published trunk; none: it is left out. */
  readonly seqs: readonly number[];
  readonly hidden: number;
  /** The language model's files. */
  readonly reasoner: File[];
  /** Held against goldens, with tuned kernels. */
  readonly goldens: (engine: Engine) => Promise<Record<string, number>>;
  readonly print: (line: Readonly<Record<string, unknown>>) => void;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
const rounded = (value: number): number => Number(value.toPrecision(4));

/** Prints a line for each: what tuning found and how long it took, forwards, tokens, goldens, and that all is remembered. */
export async function checkTuning(options: TuningCheckOptions): Promise<void> {
  const values = new Map<string, unknown>();
  const store: TuneStore = {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(void values.set(key, value)),
  };
  const warnings: string[] = [];
  const onEvent = (event: EngineEvent): void => void (event.type === 'warning' && warnings.push(event.message));
  const tune = { kernelOptimization: { tune: true, tuneBudgetMs: options.budgetMs } };
  const rules = await createLocalEngine({ ...options.engine, optimizations: { kernelOptimization: false } });
  const tuned = await createLocalEngine({ ...options.engine, onEvent, optimizations: tune }, undefined, { store });
  const again = await createLocalEngine({ ...options.engine, optimizations: tune }, undefined, { store });
  try {
    if (options.seqs.length > 0) await checkTrunk(rules, tuned, options);
    await checkReasoner(rules, tuned, options);
    options.print({ tuning: 'goldens', ...(await options.goldens(tuned)), warnings });
    const model = await again.load('deepseek', { source: options.reasoner, precision: options.precision });
    const { tuneMs } = await model.warmUp();
    const froms = new Set((await model.metrics()).kernelChoices.map(({ from }) => from));
    options.print({ tuning: 'second engine', tuneMs: rounded(tuneMs), froms: [...froms] });
    await model.dispose();
  } finally {
    for (const engine of [rules, tuned, again]) await engine.dispose();
  }
}

/** Warms up until nothing is left to measure, at most six times: the milliseconds of each. */
async function warmUps(model: DeepSeekModel, print: TuningCheckOptions['print'], what: string): Promise<void> {
  const tuneMs: number[] = [];
  let totalMs = 0;
  for (let count = 0; count < 6 && (tuneMs.at(-1) ?? Infinity) > 50; count++) {
    const times = await model.warmUp();
    tuneMs.push(rounded(times.tuneMs));
    totalMs += times.totalMs;
  }
  print({ tuning: what, tuneMs, totalMs: rounded(totalMs) });
  for (const one of (await model.metrics()).kernelChoices)
    print({ tuning: what, ...one, speedup: rounded(one.speedup) });
}

async function checkTrunk(rules: Engine, tuned: Engine, options: TuningCheckOptions): Promise<void> {
  const { precision, hidden, inputOf, seqs, print } = options;
  const source = { init: 'random', seed: 1 } as const;
  const models = [
    await rules.load('deepseek', { source, precision }),
    await tuned.load('deepseek', { source, precision }),
  ] as const;
  await models[0].warmUp();
  await warmUps(models[1], print, 'trunk');
  for (const seq of seqs) {
    const x = inputOf(seq);
    const [ruled, measured] = [
      await models[0].forward(x, [1, seq, hidden]),
      await models[1].forward(x, [1, seq, hidden]),
    ];
    const times: [number[], number[]] = [[], []];
    // In turns, eight forwards overlapping, so that the way to the GPU and back hides nothing.
    for (let round = 0; round < 9; round++) {
      for (const [index, model] of models.entries()) {
        const start = performance.now();
        await Promise.all(Array.from({ length: 8 }, () => model.forward(x, [1, seq, hidden])));
        times[index]?.push((performance.now() - start) / 8);
      }
    }
    const [rulesMs, tunedMs] = [median(times[0]), median(times[1])];
    print({
      tuning: `forward of ${seq}`,
      ratio: rounded(rulesMs / tunedMs),
      rulesMs: rounded(rulesMs),
      tunedMs: rounded(tunedMs),
      difference: rounded(relativeError(measured, ruled, x)),
    });
  }
  for (const model of models) await model.dispose();
}

async function checkReasoner(rules: Engine, tuned: Engine, options: TuningCheckOptions): Promise<void> {
  const { precision, reasoner, print } = options;
  const models = [
    await rules.load('deepseek', { source: reasoner, precision }),
    await tuned.load('deepseek', { source: reasoner, precision }),
  ] as const;
  await models[0].warmUp();
  await warmUps(models[1], print, 'reasoner');
  const rates: [number[], number[]] = [[], []];
  const texts: [Set<string>, Set<string>] = [new Set(), new Set()];
  for (let round = 0; round < 7; round++) {
    for (const [index, model] of models.entries()) {
      const { text, timings } = await model.generate('What is 417 + 286?').result;
      rates[index]?.push(timings.tokensPerSecond);
      texts[index]?.add(text);
    }
  }
  const [rulesRate, tunedRate] = [median(rates[0]), median(rates[1])];
  const answers = texts.map((all) => [...all].map((text) => text.split('</think>').at(-1)?.trim()));
  print({ tuning: 'tokens a second', ratio: rounded(tunedRate / rulesRate), rulesRate, tunedRate, answers });
  for (const model of models) await model.dispose();
}
