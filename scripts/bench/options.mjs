// Options of `npm run bench`. Depends on nothing but Node.
import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]
  --cases LIST       trunks, operations, decode, growth, ceilings (all); and latency: where a single forward's time goes
  --variants LIST    brandkit, viral-clipper, deepseek (all; on a CPU adapter deepseek runs without the peer)
  --precisions LIST  f32, f16, int8, int4 (as the adapter allows)
  --seq LIST         sequence lengths of the trunks (1,16,128,512)
  --kv LIST          tokens in the cache while decoding (16,512,4096)
  --runs N           pairs of runs behind each median (15; on a CPU adapter 3)
  --limit SECONDS    a measurement that would take longer is left out (30; on a CPU adapter 60)
  --minutes N        no case starts later than this (8)
  --peer on|off      onnxruntime-web takes part (on; with 'on' given, also where memory or time speak against it)
  --ort jspi|asyncify  its build (jspi)
  --torch FILE       results of scripts/bench/torchPeer.py, merged into the tables
  --json FILE        writes all samples
  --markdown FILE    writes the tables beside printing them
  --cpu-profile FILE  writes a CPU profile of the page in the last case, for Chromium's developer tools
  --pack DIR         writes the bench as an archive for a Linux machine without a network, and measures nothing
  --part MB          size of the archive's parts, at most (38)`;

const caseNames = ['trunks', 'operations', 'decode', 'growth'];
const variantNames = ['brandkit', 'viral-clipper', 'deepseek'];
const precisionNames = ['f32', 'f16', 'int8', 'int4'];

/**
 * @typedef {object} BenchOptions
 * @property {readonly string[]} cases
 * @property {readonly string[]} variants
 * @property {readonly string[] | undefined} precisions undefined: as the adapter allows
 * @property {readonly number[]} seqs
 * @property {readonly number[]} kv
 * @property {number | undefined} runs
 * @property {number | undefined} limitSeconds
 * @property {number} minutes
 * @property {boolean | undefined} peer undefined: where memory and time allow
 * @property {'jspi' | 'asyncify'} ortBuild
 * @property {string | undefined} torch
 * @property {string | undefined} json
 * @property {string | undefined} markdown
 * @property {string | undefined} cpuProfile
 * @property {string | undefined} pack
 * @property {number} partBytes
 * @property {boolean} help
 */

/** @param {string} name @param {string} value @param {readonly string[]} known */
function words(name, value, known) {
  const list = value.split(',').map((word) => word.trim());
  const unknown = list.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Error(`--${name} ${unknown} is unknown; there are ${known.join(', ')}.`);
  return list;
}

/** @param {string} name @param {string} value */
function number(name, value) {
  const parsed = Number(value);
  if (!(Number.isFinite(parsed) && parsed > 0)) throw new Error(`--${name} ${value} is no number over 0.`);
  return parsed;
}

/** @param {string} name @param {string} value */
const numbers = (name, value) =>
  value
    .split(',')
    .map((part) => {
      const parsed = number(name, part);
      if (!Number.isInteger(parsed)) throw new Error(`--${name} ${part} is no whole number.`);
      return parsed;
    })
    .sort((a, b) => a - b);

/** @param {readonly string[]} args @returns {BenchOptions} */
export function readOptions(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { ...text, default: [...caseNames, 'ceilings'].join(',') },
      variants: { ...text, default: variantNames.join(',') },
      precisions: text,
      seq: { ...text, default: '1,16,128,512' },
      kv: { ...text, default: '16,512,4096' },
      runs: text,
      limit: text,
      minutes: { ...text, default: '8' },
      peer: text,
      ort: { ...text, default: 'jspi' },
      torch: text,
      json: text,
      markdown: text,
      'cpu-profile': text,
      pack: text,
      part: { ...text, default: '38' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const peer = values.peer === undefined ? undefined : words('peer', values.peer, ['on', 'off'])[0] === 'on';
  return {
    cases: words('cases', values.cases, [...caseNames, 'latency', 'ceilings']),
    variants: words('variants', values.variants, [...variantNames, 'tiny']),
    precisions: values.precisions === undefined ? undefined : words('precisions', values.precisions, precisionNames),
    seqs: numbers('seq', values.seq),
    kv: numbers('kv', values.kv),
    runs: values.runs === undefined ? undefined : numbers('runs', values.runs)[0],
    limitSeconds: values.limit === undefined ? undefined : number('limit', values.limit),
    minutes: number('minutes', values.minutes),
    peer,
    ortBuild: words('ort', values.ort, ['jspi', 'asyncify'])[0] === 'asyncify' ? 'asyncify' : 'jspi',
    torch: values.torch,
    json: values.json,
    markdown: values.markdown,
    cpuProfile: values['cpu-profile'],
    pack: values.pack,
    partBytes: number('part', values.part) * 1e6,
    help: values.help,
  };
}
