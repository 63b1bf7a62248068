/// <reference path="../lib/globals.d.ts" />
// Exact match of the number after `</think>`, of a language model that ships with the demo.
//   npm run eval -- reasoner [--problems FILE] [--precision f16] [--limit N]
// FILE: JSON lines {"question": …, "answer": …}. The last line printed is `exact-match 0.983 (983/1000)`.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../lib/processes.mjs';
import { answeredNumber } from './answers.mjs';
import { onEvalPage, readCount } from './evalPage.mjs';

/**
 * @typedef {{ question: string, answer: number | string }} Problem
 * @typedef {'auto' | 'f32' | 'f16' | 'int8' | 'int4'} Precision
 */

/** Progress is printed after this many answers. */
const progressEvery = 50;
const heldOut = 1000;
/** @type {readonly Precision[]} */
const precisions = ['auto', 'f32', 'f16', 'int8', 'int4'];

/** @param {readonly string[]} args */
function readOptions(args) {
  const { values, positionals } = parseArgs({
    args: [...args],
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
  const file = values.problems === undefined ? undefined : resolve(values.problems);
  return { model, precision, limit: readCount('limit', values.limit), file };
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

/** @param {readonly string[]} args of the command line, the model's name first */
export async function run(args) {
  const { model, precision, limit, file } = readOptions(args);
  const chosen = file ?? join(repositoryRoot, 'scripts/train', model, 'heldout.jsonl');
  const problems = readProblems(chosen, limit ?? (file ? undefined : heldOut));
  const { take, counts } = scorer(problems);
  const result = await onEvalPage({ html: 'eval.html', ready: 'window.halftoneEval !== undefined' }, async (page) => {
    await page.exposeFunction('halftoneTake', take);
    return page.evaluate(
      ({ source, questions, wanted }) =>
        window.halftoneEval.run(source, questions, wanted, (answer) => void window.halftoneTake?.(answer)),
      { source: `models/${model}/`, questions: problems.map(({ question }) => question), wanted: precision },
    );
  });
  if (!result) return;
  const { precision: used, tokens, seconds } = result;
  process.stdout.write(
    `precision ${used}: ${tokens} tokens in ${seconds.toFixed(0)} s, ${(tokens / seconds).toFixed(1)} tokens/s\n`,
  );
  if (counts.done !== problems.length) throw new Error(`Only ${counts.done} of ${problems.length} answers came.`);
  process.stdout.write(
    `exact-match ${(counts.right / problems.length).toFixed(3)} (${counts.right}/${problems.length})\n`,
  );
}
