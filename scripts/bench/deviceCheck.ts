// The engine on this machine's GPU through Dawn in Node, in every tier: goldens of trunks and language models, the default
// model's answers, and the published DeepSeek trunk, timed and held against its f32 output. Runs in the repository's root, which
// has the goldens; one JSON line a result.
//   node scripts/bench/sweep.mjs --check [--tier NAME] [--precision NAME] [--what trunk|language|reasoner|deepseek|profile|languageProfile|ablation|tuning|batch] [--answers N] [--tune-ms N] [--seqs 1,16]
// `tuning` measures kernels for N ms a warm-up (2,000), prints what was chosen, and runs the tuned engine beside one with rules alone.
import { parseArgs } from 'node:util';
import { readdirSync, readFileSync } from 'node:fs';
import type { Engine, EngineEvent, Precision } from '../../src/engine/api.ts';
import { createLocalEngine } from '../../src/engine/createLocalEngine.ts';
import { relativeError } from '../../test/support/relativeError.ts';
import { filesOf, readF32, readJsonFile } from '../../test/support/files.ts';
import type { FeatureOptions } from '../../src/gpu/device.ts';
import { answeredNumber } from '../eval/answers.mjs';
import { checkBatchSizes } from './batchCheck.ts';
import { checkAblation, checkLanguageProfile } from './profileCheck.ts';
import { checkTuning } from './tuningCheck.ts';

const { values: wanted } = parseArgs({
  options: {
    tier: { type: 'string' },
    precision: { type: 'string' },
    what: { type: 'string' },
    answers: { type: 'string', default: '40' },
    'tune-ms': { type: 'string', default: '2000' },
    seqs: { type: 'string', default: '1,16,128,512' },
  },
});
const isWanted = (name: string, only: string | undefined): boolean => only === undefined || name === only;

const tiers = {
  baseline: { f16: false, subgroups: false },
  f16: { subgroups: false },
  strongest: {},
} as const;
const precisions: readonly Exclude<Precision, 'auto'>[] = ['f32', 'f16', 'int8', 'int4'];
type Print = (line: Readonly<Record<string, unknown>>) => void;
const print: Print = (line) => void process.stdout.write(`${JSON.stringify(line)}\n`);

const dawn = (await import('webgpu')) as unknown as { create(flags: string[]): GPU; globals: object };
Object.assign(globalThis, dawn.globals);
const gpu = dawn.create([
  'backend=vulkan',
  'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia',
  'disable-dawn-features=timestamp_quantization',
]);
// Dawn dies with this object, which nothing else refers to.
Object.assign(globalThis, { halftoneGpu: gpu });

/** `warm`: as a warm-up leaves the model. */
async function trunkGoldens(engine: Engine, precision: Precision, warm = false): Promise<number> {
  const folder = 'test/goldens/trunk/odd';
  const source = filesOf(folder, (file) => file.startsWith('config') || file.startsWith('model'));
  const model = await engine.load('deepseek', { source, precision });
  let worst = 0;
  if (warm) await model.warmUp();
  for (const id of ['case_0', 'case_0m', 'case_1', 'case_2', 'case_2m']) {
    const prefix = `${folder}/${id}`;
    const { shape, mask } = readJsonFile(`${prefix}.json`) as {
      shape: [number, number, number];
      mask: number[] | null;
    };
    const x = readF32(`${prefix}.x.f32`);
    const options = mask ? { mask: new Uint8Array(readFileSync(`${prefix}.mask.u8`)), maskShape: mask } : {};
    worst = Math.max(worst, relativeError(await model.forward(x, shape, options), readF32(`${prefix}.y.f32`), x));
  }
  await model.dispose();
  return worst;
}

async function languageGoldens(engine: Engine, precision: Precision, warm = false): Promise<number> {
  let worst = 0;
  for (const name of readdirSync('test/goldens/llm')) {
    const folder = `test/goldens/llm/${name}`;
    const source = filesOf(folder, (file) => !file.startsWith('case'));
    const model = await engine.load('deepseek', { source, precision });
    if (warm) await model.warmUp();
    const golden = readJsonFile(`${folder}/case.json`) as { tokenIds: number[]; logits: string };
    const bytes = Uint8Array.from(Buffer.from(golden.logits, 'base64'));
    const want = new Float32Array(bytes.buffer);
    worst = Math.max(worst, relativeError(await model.logits(golden.tokenIds), want, new Float32Array(want.length)));
    await model.dispose();
  }
  return worst;
}

/** Problems that are asked one after the other, too; and that wait for the model at once. */
const mostAlone = 40;
const queued = 200;

/** Right answers of `count` held-out problems asked together, the first also alone, with tokens a second. */
async function answers(engine: Engine, precision: Precision, count: number): Promise<Record<string, unknown>> {
  const model = await engine.load('deepseek', { source: filesOf('demo/public/models/reasoner'), precision });
  await model.warmUp();
  const lines = readFileSync('scripts/train/reasoner/heldout.jsonl', 'utf8').split('\n').slice(0, count);
  const problems = lines.map((line) => JSON.parse(line) as { question: string; answer: string });
  const ask = async ({ question, answer }: (typeof problems)[number]) => {
    const { text, usage } = await model.generate([{ role: 'user', content: question }]).result;
    return { text, tokens: usage.completionTokens, right: answeredNumber(text) === Number(answer) };
  };
  type Answer = Awaited<ReturnType<typeof ask>>;
  const start = performance.now();
  const alone: Answer[] = [];
  // One after the other takes long: the first of them must do.
  for (const problem of problems.slice(0, mostAlone)) alone.push(await ask(problem));
  const middle = performance.now();
  const together: Answer[] = [];
  for (let first = 0; first < problems.length; first += queued)
    together.push(...(await Promise.all(problems.slice(first, first + queued).map(ask))));
  const end = performance.now();
  const tokensOf = (answersGiven: readonly Answer[]): number => answersGiven.reduce((sum, one) => sum + one.tokens, 0);
  await model.dispose();
  return {
    right: together.filter(({ right }) => right).length,
    of: together.length,
    sameTogether: alone.filter(({ text }, index) => text === together[index]?.text).length,
    ofAlone: alone.length,
    tokensPerSecond: Math.round((tokensOf(alone) * 1000) / (middle - start)),
    togetherTokensPerSecond: Math.round((tokensOf(together) * 1000) / (end - middle)),
  };
}

const hidden = 2048;
const inputOf = (seq: number): Float32Array =>
  Float32Array.from({ length: seq * hidden }, (_, index) => Math.sin(index * 0.37) + 0.3 * Math.sin(index * 1.7));
const references = new Map<number, Float32Array>();

/** Wall milliseconds of a forward, the median of several, and the error against the first f32 output. */
async function publishedTrunk(engine: Engine, precision: Precision): Promise<Record<string, unknown>> {
  const model = await engine.load('deepseek', { source: { init: 'random', seed: 1 }, precision });
  const results: Record<string, unknown> = {};
  for (const seq of [1, 16, 128, 512]) {
    const x = inputOf(seq);
    const y = await model.forward(x, [1, seq, hidden]);
    if (!references.has(seq)) references.set(seq, y);
    const times: number[] = [];
    for (let run = 0; run < (seq > 100 ? 7 : 21); run++) {
      const start = performance.now();
      await model.forward(x, [1, seq, hidden]);
      times.push(performance.now() - start);
    }
    const ms = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    const start = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => model.forward(x, [1, seq, hidden])));
    const overlappedMs = (performance.now() - start) / 8;
    results[`seq${seq}`] = {
      ms: Number(ms.toFixed(3)),
      overlappedMs: Number(overlappedMs.toFixed(3)),
      error: relativeError(y, references.get(seq) ?? y, x),
    };
  }
  const warm = await model.warmUp();
  results['gpuTimeMs'] = (await model.metrics()).gpuTimeMs;
  results['warmUp'] = warm;
  await model.dispose();
  return results;
}

async function tuning(tier: string, features: FeatureOptions, precision: Precision): Promise<Record<string, unknown>> {
  const start = performance.now();
  await checkTuning({
    engine: { worker: false, gpu, features },
    precision,
    budgetMs: Number(wanted['tune-ms']),
    inputOf,
    seqs: wanted.seqs.split(',').map(Number).filter(Boolean),
    hidden,
    reasoner: reasoner(),
    goldens: async (engine) => ({
      trunk: await trunkGoldens(engine, precision, true),
      language: await languageGoldens(engine, precision, true),
    }),
    print: (line) => print({ tier, precision, ...line }),
  });
  return { seconds: Math.round((performance.now() - start) / 1000) };
}

/** µs a layer by kernel and product of the published DeepSeek trunk; GPU and wall time of forwards behind each other. */
async function profiles(engine: Engine, precision: Precision): Promise<Record<string, unknown>> {
  const model = await engine.load('deepseek', { source: { init: 'random', seed: 1 }, precision });
  const results: Record<string, unknown> = {};
  for (const seq of [1, 16, 128, 512]) {
    const { runs, ceilings } = await model.profile({ seq });
    results['ceilings'] = ceilings;
    const [run] = runs;
    if (!run) continue;
    const layers = run.layers.length;
    const micros: Record<string, number> = {};
    for (const { kernel, label, ms } of run.kernels) {
      const name = `${label.replace(/^layers\.\d+\./, '')} ${kernel}`;
      micros[name] = (micros[name] ?? 0) + (ms * 1000) / layers;
    }
    const { plain } = run;
    results[`seq${seq}`] = {
      gpuMs: plain.gpuBusyMs / plain.runs,
      wallMs: plain.wallMs / plain.runs,
      micros: Object.fromEntries(Object.entries(micros).map(([name, us]) => [name, Number(us.toFixed(2))])),
    };
  }
  await model.dispose();
  return results;
}

const reasoner = (): File[] => filesOf('demo/public/models/reasoner');

/** Profiles and ablations print lines of their own. */
async function lines(tier: string, precision: Precision, check: (print: Print) => Promise<void>) {
  const start = performance.now();
  await check((line) => print({ tier, precision, ...line }));
  return { seconds: Math.round((performance.now() - start) / 1000) };
}

for (const [tier, features] of Object.entries(tiers)) {
  if (!isWanted(tier, wanted.tier)) continue;
  const degraded: EngineEvent[] = [];
  const onEvent = (event: EngineEvent): void => void (event.type === 'degraded' && degraded.push(event));
  const options = { worker: false, gpu, features, onEvent };
  // The start with its self-test (kernels not compiled before on this device) and without.
  const times: number[] = [performance.now()];
  const engine = await createLocalEngine(options);
  times.push(performance.now());
  await (await createLocalEngine(options, undefined, { selfTest: false })).dispose();
  times.push(performance.now());
  const [startMs, untestedStartMs] = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
  print({ tier, adapter: engine.info.adapter, is: engine.info.tier, startMs, untestedStartMs, degraded });
  for (const precision of precisions.filter((name) => isWanted(name, wanted.precision))) {
    const attempts = {
      trunk: async () => ({ error: await trunkGoldens(engine, precision) }),
      language: async () => ({ error: await languageGoldens(engine, precision) }),
      reasoner: () => answers(engine, precision, Number(wanted.answers)),
      deepseek: () => publishedTrunk(engine, precision),
      profile: () => profiles(engine, precision),
      tuning: () => tuning(tier, features, precision),
      batch: () => checkBatchSizes(engine, precision, reasoner()),
      languageProfile: () =>
        lines(tier, precision, (show) => checkLanguageProfile(engine, precision, reasoner(), show)),
      ablation: () => lines(tier, precision, (show) => checkAblation(engine, precision, reasoner(), show)),
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      if (!isWanted(what, wanted.what)) continue;
      try {
        print({ tier, precision, what, ...(await attempt()) });
      } catch (error) {
        print({ tier, precision, what, failed: String(error) });
      }
    }
  }
  await engine.dispose();
}
// Dawn keeps the process alive.
process.exit(0);
