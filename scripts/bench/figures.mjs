// The figures to reach, and whether a report reaches them.
import { median, pairedRatio } from './statistics.mjs';

/** @typedef {import('./runBench.mjs').Report} Report */
/** @typedef {import('../../bench/src/protocol.ts').Measurement} Measurement */
/** @typedef {import('../../bench/src/protocol.ts').BenchPrecision} BenchPrecision */
/** @typedef {{ case: string, target: string, reached: string, verdict: 'met' | 'missed' | 'not measured' }} Figure */

/** Sections of the cases of one kind and precision. @param {Report} report @param {string} kind @param {BenchPrecision} precision */
function sectionsOf(report, kind, precision) {
  return report.cases
    .filter(({ benchCase }) => benchCase.kind === kind && 'precision' in benchCase && benchCase.precision === precision)
    .flatMap(({ result }) => result?.sections ?? []);
}

/** Time that the work takes at least, by the device's ceilings; and which of them it is. @param {Report} report @param {Pick<Measurement, 'flops' | 'bytes'>} work @param {BenchPrecision} precision */
export function boundOf(report, work, precision) {
  const { ceilings } = report;
  if (!ceilings) return undefined;
  const fma = precision === 'f32' ? ceilings.fmaF32 : (ceilings.fmaF16 ?? ceilings.fmaF32);
  const [memoryMs, arithmeticMs] = [(1000 * work.bytes) / ceilings.streamBytes, (1000 * work.flops) / fma];
  return memoryMs >= arithmeticMs
    ? { ms: memoryMs, name: 'stream' }
    : { ms: arithmeticMs, name: precision === 'f32' || ceilings.fmaF16 === undefined ? 'FMA f32' : 'FMA f16' };
}

/** @param {number} value */
export const percent = (value) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`;

/** @param {string} name @param {string} target @param {number | undefined} value @param {(value: number) => boolean} met @param {(value: number) => string} show @returns {Figure} */
const figure = (name, target, value, met, show) => ({
  case: name,
  target,
  reached: value === undefined || Number.isNaN(value) ? '–' : show(value),
  verdict: value === undefined || Number.isNaN(value) ? 'not measured' : met(value) ? 'met' : 'missed',
});

/** @param {Report} report @param {string} network @param {BenchPrecision} precision @param {number} seq */
function trunkMeasurement(report, network, precision, seq) {
  const section = sectionsOf(report, 'trunk', precision).find(({ name }) => name === `${network} ${precision}`);
  return section?.measurements.find(({ size, halftoneMs }) => size === seq && halftoneMs.length > 0);
}

/** @param {Report} report @param {BenchPrecision} precision @param {number} seq @param {number} target @returns {Figure[]} */
const ratioFigures = (report, precision, seq, target) =>
  ['brandkit', 'viral-clipper', 'deepseek'].map((network) => {
    const found = trunkMeasurement(report, network, precision, seq);
    const ratio = found && pairedRatio(found.halftoneMs, found.peerMs)?.median;
    return figure(
      `${network} ${precision}, seq ${seq}, against onnxruntime-web`,
      `≥ ${target}×`,
      ratio,
      (value) => value >= target,
      (value) => `${value.toFixed(1)}×`,
    );
  });

/** @param {string} name @param {number} target @param {number | undefined} share @param {string} of @returns {Figure} */
const shareFigure = (name, target, share, of) =>
  figure(name, `≥ ${percent(target)} of the ${of}`, share, (value) => value >= target, percent);

/** Bytes a second over the stream rate. @param {Report} report @param {Measurement | undefined} found @param {readonly number[]} [samples] */
const streamShare = ({ ceilings }, found, samples = found?.halftoneMs ?? []) =>
  ceilings && found && samples.length > 0 ? (1000 * found.bytes) / median(samples) / ceilings.streamBytes : undefined;

/** One forward at a time, and among several asked for at once. @param {Report} report @param {BenchPrecision} precision @param {number} target @returns {Figure[]} */
function wholeForward(report, precision, target) {
  const found = trunkMeasurement(report, 'deepseek', precision, 1);
  const name = `deepseek ${precision}, seq 1`;
  return [
    shareFigure(`${name}, one at a time`, target, streamShare(report, found), 'stream rate'),
    shareFigure(`${name}, eight at once`, target, streamShare(report, found, found?.overlappedMs ?? []), 'stream rate'),
    ...(found?.gpuMs?.length
      ? [shareFigure(`${name}, by the GPU's clock`, target, streamShare(report, found, found.gpuMs), 'stream rate')]
      : []),
  ];
}

/** @param {Report} report @param {string} section @param {BenchPrecision} precision @param {number} [size] */
const operation = (report, section, precision, size) =>
  sectionsOf(report, 'operations', precision)
    .find(({ name }) => name.startsWith(section))
    ?.measurements.find((measurement) => size === undefined || measurement.size === size);

/** An operation that memory bounds: by the wall, where a browser's recording is in it, and by the GPU's clock, where there is one. @param {Report} report @param {string} name @param {number} target @param {Measurement | undefined} found @returns {Figure[]} */
function streamFigures(report, name, target, found) {
  const wall = shareFigure(name, target, streamShare(report, found), 'stream rate');
  if (!found?.gpuMs?.length) return [wall];
  const share = streamShare(report, found, found.gpuMs);
  return [wall, shareFigure(`${name}, by the GPU's clock`, target, share, 'stream rate')];
}

/** By the wall, or by what else `samples` gives of the measurement. @param {Report} report @param {BenchPrecision} precision @param {number} rate operations a second @param {(found: Measurement) => readonly number[]} [samples] */
function flopShare(report, precision, rate, samples = ({ halftoneMs }) => halftoneMs) {
  const found = trunkMeasurement(report, 'deepseek', precision, 512);
  const times = found ? samples(found) : [];
  return found && times.length > 0 ? (1000 * found.flops) / median(times) / rate : undefined;
}

/** deepseek at seq 512 by the wall, and by the GPU's clock where there is one. @param {Report} report @param {string} name @param {number} target @param {number | undefined} rate @param {string} of @returns {Figure[]} */
function manyRows(report, name, target, rate, of) {
  const wall = shareFigure(name, target, rate && flopShare(report, 'f16', rate), of);
  const clock = rate && flopShare(report, 'f16', rate, ({ gpuMs = [] }) => gpuMs);
  return clock ? [wall, shareFigure(`${name}, by the GPU's clock`, target, clock, of)] : [wall];
}

/** @param {Report} report @returns {Figure[]} */
function softwareFigures(report) {
  const fma = report.ceilings?.fmaF32;
  return [
    ...ratioFigures(report, 'f32', 1, 8),
    ...ratioFigures(report, 'f32', 128, 6),
    shareFigure(
      'vector product f32 on ≥ 100 MB',
      0.6,
      streamShare(report, operation(report, 'vector product', 'f32')),
      'stream rate',
    ),
    ...wholeForward(report, 'f32', 0.5),
    shareFigure('deepseek f32, seq 512', 0.4, fma && flopShare(report, 'f32', fma), 'FMA rate'),
  ];
}

/** @param {Report} report @returns {Figure[]} */
function gpuFigures(report) {
  const vector = /** @type {const} */ (['f16', 'int8', 'int4']).flatMap((precision) =>
    streamFigures(
      report,
      `vector product ${precision} on ≥ 100 MB`,
      0.8,
      operation(report, 'vector product', precision),
    ),
  );
  const whole = /** @type {const} */ ([
    ['f16', 0.45],
    ['int8', 0.35],
    ['int4', 0.25],
  ]).flatMap(([precision, target]) => wholeForward(report, precision, target));
  const fma = report.ceilings?.fmaF16;
  const tensor = report.torch?.tensorFlops;
  return [
    ...ratioFigures(report, 'f16', 1, 2),
    ...ratioFigures(report, 'f16', 128, 1.5),
    ...vector,
    ...whole,
    ...manyRows(report, 'deepseek f16, seq 512', 0.35, fma, 'packed-f16 rate'),
    ...manyRows(report, 'deepseek f16, seq 512, matrix units', 0.15, tensor, 'tensor rate that PyTorch reaches'),
    ...streamFigures(
      report,
      'attention at 4,096 keys, one query, f16',
      0.6,
      operation(report, 'attention, one query', 'f16', 4096),
    ),
    figure(
      'dependent dispatch inside a pass',
      '≤ 4 µs',
      report.ceilings && report.ceilings.dispatchMs * 1000,
      (value) => value <= 4,
      (value) => `${value.toFixed(2)} µs`,
    ),
  ];
}

/** @param {Report} report @returns {Figure[]} */
export const figuresOf = (report) => (report.adapter.software ? softwareFigures(report) : gpuFigures(report));
