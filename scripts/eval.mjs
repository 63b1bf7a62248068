/// <reference path="./lib/globals.d.ts" />
// Measures a model that ships with the demo: exact match of the number after `</think>`, in the browser engine.
//   node scripts/eval.mjs reasoner [--problems FILE] [--precision f16] [--limit N]
// FILE: JSON lines {"question": …, "answer": …}. The last line printed is `exact-match 0.983 (983/1000)`.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { answeredNumber } from './lib/answers.mjs';
import { repositoryRoot } from './lib/processes.mjs';
import { setup } from './setup.mjs';

/**
 * @typedef {{ question: string, answer: number | string }} Problem
 * @typedef {'auto' | 'f32' | 'f16' | 'int8' | 'int4'} Precision
 */

/** A thousand answers on a software adapter take minutes; this ends a run that hangs. */
const longestMs = 4 * 3_600_000;
/** Progress is printed after this many answers. */
const progressEvery = 50;
const heldOut = 1000;
/** @type {readonly Precision[]} */
const precisions = ['auto', 'f32', 'f16', 'int8', 'int4'];

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      problems: { type: 'string' },
      precision: { type: 'string', default: 'f16' },
      limit: { type: 'string' },
    },
  });
  const [model = 'reasoner'] = positionals;
  if (!existsSync(join(repositoryRoot, 'demo/public/models', model, 'config.json'))) {
    throw new Error(`There is no model '${model}' in demo/public/models.`);
  }
  const precision = precisions.find((known) => known === values.precision);
  if (!precision) throw new Error(`--precision ${values.precision} is unknown; there are ${precisions.join(', ')}.`);
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
    throw new Error(`--limit ${values.limit} is no count.`);
  const file = values.problems === undefined ? undefined : resolve(values.problems);
  return { model, precision, limit, file };
}

/**
 * @param {string} file
 * @param {number | undefined} limit
 * @returns {Problem[]}
 */
function readProblems(file, limit) {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '');
  const problems = lines.slice(0, limit).map(({ line, number }) => {
    const { question, answer } = JSON.parse(line);
    if (typeof question === 'string' && Number.isFinite(Number(answer))) return { question, answer };
    throw new Error(`${file}:${number} is no {"question": text, "answer": number}.`);
  });
  if (problems.length === 0) throw new Error(`${file} holds no problem.`);
  return problems;
}

/**
 * @param {readonly Problem[]} problems
 * @returns {{ take: (answer: { index: number, text: string }) => void, counts: { right: number, done: number } }}
 */
function scorer(problems) {
  const counts = { right: 0, done: 0 };
  const started = performance.now();
  const take = (/** @type {{ index: number, text: string }} */ { index, text }) => {
    const problem = problems[index];
    if (!problem) return;
    const got = answeredNumber(text);
    counts.done++;
    if (got === Number(problem.answer)) counts.right++;
    else
      process.stdout.write(
        `wrong: ${problem.question}  expected ${problem.answer}, got ${got ?? 'no number'}: ${JSON.stringify(text)}\n`,
      );
    if (counts.done % progressEvery !== 0) return;
    const perSecond = counts.done / ((performance.now() - started) / 1000);
    process.stdout.write(
      `${counts.done}/${problems.length}: ${counts.right} right, ${perSecond.toFixed(1)} problems/s\n`,
    );
  };
  return { take, counts };
}

/**
 * @param {{ model: string, precision: Precision, problems: readonly Problem[], chromium: string, url: string }} options
 */
async function measure({ model, precision, problems, chromium, url }) {
  const { openPage, within } = await import('./lib/headless.mjs');
  const { page, problems: pageProblems, close } = await openPage(chromium, url);
  const { take, counts } = scorer(problems);
  try {
    await page.exposeFunction('halftoneTake', take);
    await page.waitForFunction('window.halftoneEval !== undefined');
    const run = page.evaluate(
      ({ source, questions, wanted }) =>
        window.halftoneEval.run(source, questions, wanted, (answer) => void window.halftoneTake?.(answer)),
      { source: `models/${model}/`, questions: problems.map(({ question }) => question), wanted: precision },
    );
    const { precision: used, tokens, seconds } = await within(run, longestMs, 'The evaluation');
    process.stdout.write(
      `precision ${used}: ${tokens} tokens in ${seconds.toFixed(0)} s, ${(tokens / seconds).toFixed(1)} tokens/s\n`,
    );
  } catch (error) {
    throw new Error([error instanceof Error ? error.message : String(error), ...pageProblems].join('\n  page: '), {
      cause: error,
    });
  } finally {
    await close();
  }
  if (counts.done !== problems.length) throw new Error(`Only ${counts.done} of ${problems.length} answers came.`);
  return counts.right;
}

async function evaluate() {
  const { model, precision, limit, file } = readOptions();
  const chosen = file ?? join(repositoryRoot, 'scripts/train', model, 'heldout.jsonl');
  const problems = readProblems(chosen, limit ?? (file ? undefined : heldOut));
  const chromium = await setup({ browser: true });
  if (!chromium) return;
  const { buildAndServe } = await import('./lib/demo.mjs');
  // A folder of its own, so that a demo that is being served stays whole.
  const server = await buildAndServe({ pages: ['eval.html'], outDir: '../node_modules/.cache/halftone-eval' });
  try {
    const right = await measure({ model, precision, problems, chromium, url: `${server.url}eval.html` });
    process.stdout.write(`exact-match ${(right / problems.length).toFixed(3)} (${right}/${problems.length})\n`);
  } finally {
    await server.close();
  }
}

try {
  await evaluate();
} catch (error) {
  process.stderr.write(`npm run eval failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
