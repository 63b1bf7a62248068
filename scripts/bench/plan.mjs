// Which cases a run has, by its options and by what the adapter is.
import { networkOf, parameterCount } from './networks.mjs';

/** @typedef {import('../../bench/src/protocol.ts').BenchCase} BenchCase */
/** @typedef {import('../../bench/src/protocol.ts').AdapterReport} AdapterReport */
/** @typedef {import('../../bench/src/protocol.ts').Ceilings} Ceilings */
/** @typedef {import('../../bench/src/protocol.ts').BenchPrecision} BenchPrecision */
/** @typedef {import('./options.mjs').BenchOptions} BenchOptions */
/** @typedef {{ name: string, benchCase: BenchCase }} Planned */

/** @param {BenchOptions} options @param {AdapterReport} adapter @param {Ceilings | undefined} ceilings */
const common = (options, adapter, ceilings) => ({
  runs: options.runs ?? (adapter.software ? 3 : 15),
  limitMs: 1000 * (options.limitSeconds ?? (adapter.software ? 60 : 30)),
  peer: options.peer ?? true,
  ortBuild: options.ortBuild,
  peerSubgroups: true,
  ceilings,
});

/** f32 everywhere, and quantised weights; f16 where the device computes in it. @param {BenchOptions} options @param {AdapterReport} adapter */
function precisionsOf(options, adapter) {
  const all = /** @type {BenchPrecision[]} */ (options.precisions ?? ['f16', 'f32', 'int8', 'int4']);
  return all.filter(
    (precision) => precision !== 'f16' || adapter.features['f16'] === true || options.precisions !== undefined,
  );
}

/** The first case: its answer is part of the others. @param {BenchOptions} options @param {AdapterReport} adapter @returns {BenchCase} */
export const ceilingsCase = (options, adapter) => ({ kind: 'ceilings', ...common(options, adapter, undefined) });

/**
 * @param {BenchOptions} options
 * @param {AdapterReport} adapter
 * @param {Ceilings | undefined} ceilings
 * @returns {Planned[]}
 */
export function planCases(options, adapter, ceilings) {
  const shared = common(options, adapter, ceilings);
  const precisions = precisionsOf(options, adapter);
  const main = precisions[0] ?? 'f32';
  const wants = (/** @type {string} */ name) => options.cases.includes(name);
  /** @type {Planned[]} */
  const planned = [];
  const trunks = options.variants.flatMap((network) => precisions.map((precision) => ({ network, precision })));
  if (wants('trunks')) {
    for (const { network, precision } of trunks) {
      const { hidden, variant, maxSeq, ...rest } = networkOf(network);
      const parameters = parameterCount({ hidden, variant, maxSeq, ...rest });
      const seqs = options.seqs.filter((seq) => seq <= maxSeq);
      // Both engines' copies of 809 million weights are over what a machine without a GPU should give to a benchmark.
      const peer = shared.peer && !(adapter.software && network === 'deepseek' && options.peer === undefined);
      const benchCase = {
        ...shared,
        kind: /** @type {const} */ ('trunk'),
        network,
        variant,
        precision,
        hidden,
        parameters,
        seqs,
        peer,
      };
      planned.push({ name: `${network} ${precision}`, benchCase });
    }
  }
  if (wants('operations')) {
    for (const precision of precisions)
      planned.push({ name: `operations ${precision}`, benchCase: operationsCase(shared, adapter, precision) });
  }
  if (wants('decode')) {
    for (const precision of precisions) {
      if (adapter.software && precision !== main) continue;
      planned.push({ name: `decode ${precision}`, benchCase: decodeCase(shared, adapter, precision, options) });
    }
  }
  if (wants('latency')) {
    for (const { network, precision } of trunks)
      planned.push({
        name: `latency ${network} ${precision}`,
        benchCase: latencyCase(shared, adapter, precision, network, options),
      });
  }
  if (wants('growth')) planned.push({ name: `growth ${main}`, benchCase: growthCase(shared, adapter, main, options) });
  return planned;
}

/** @param {ReturnType<typeof common>} shared @param {AdapterReport} adapter @param {BenchPrecision} precision @returns {BenchCase} */
function operationsCase(shared, adapter, precision) {
  return {
    ...shared,
    kind: 'operations',
    precision,
    // On a GPU more than is asked for, so that matrices of all precisions, whole multiples of 512, are about as large.
    vectorBytes: adapter.software ? 100e6 : 128e6,
    productSizes: adapter.software ? [256] : [1024, 2048, 4096],
    attentionSeqs: adapter.software ? [128] : [512, 2048, 4096],
    decodeKeys: adapter.software ? [512] : [4096],
  };
}

/**
 * @param {ReturnType<typeof common>} shared
 * @param {AdapterReport} adapter
 * @param {BenchPrecision} precision
 * @param {BenchOptions} options
 * @returns {BenchCase}
 */
function decodeCase(shared, adapter, precision, options) {
  const network = options.variants.includes('tiny') ? 'tiny-lm' : 'deepseek-lm';
  const { hidden, heads, layers, vocab = 0, maxSeq } = networkOf(network);
  return {
    ...shared,
    kind: 'decode',
    network,
    precision,
    parameters: parameterCount(networkOf(network)),
    layers,
    heads,
    headDim: hidden / heads,
    vocab,
    kv: options.kv.filter((tokens) => tokens < maxSeq),
    tokens: adapter.software ? 8 : 64,
    runs: Math.min(shared.runs, 5),
    peer: shared.peer && !(adapter.software && network === 'deepseek-lm' && options.peer === undefined),
  };
}

/**
 * @param {ReturnType<typeof common>} shared
 * @param {AdapterReport} adapter
 * @param {BenchPrecision} precision
 * @param {BenchOptions} options
 * @returns {BenchCase}
 */
function growthCase(shared, adapter, precision, options) {
  const [network = 'brandkit'] = options.variants.filter((name) => name !== 'deepseek');
  const { hidden, variant, maxSeq } = networkOf(network);
  const upTo = Math.min(maxSeq, adapter.software ? 256 : 512);
  const doubling = (/** @type {number} */ from, /** @type {number} */ to) =>
    Array.from({ length: Math.floor(Math.log2(to / from)) + 1 }, (_, i) => from * 2 ** i);
  return {
    ...shared,
    kind: 'growth',
    network,
    variant,
    precision,
    hidden,
    parameters: parameterCount(networkOf(network)),
    seqs: doubling(16, upTo),
    batches: doubling(1, adapter.software ? 4 : 32),
    batchSeq: 16,
  };
}

/**
 * @param {ReturnType<typeof common>} shared
 * @param {AdapterReport} adapter
 * @param {BenchPrecision} precision
 * @param {string} network
 * @param {BenchOptions} options
 * @returns {BenchCase}
 */
function latencyCase(shared, adapter, precision, network, options) {
  const { hidden, variant } = networkOf(network);
  const runs = options.runs ?? (adapter.software ? 3 : 100);
  const parameters = parameterCount(networkOf(network));
  return { ...shared, kind: 'latency', network, variant, precision, hidden, parameters, runs };
}
