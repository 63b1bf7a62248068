// A report as markdown: ratio first, medians, the outputs' difference, the share of the device's ceiling.
import { boundOf, figuresOf, percent } from './figures.mjs';
import { growthExponent, median, pairedRatio, quantile } from './statistics.mjs';

/** @typedef {import('./runBench.mjs').Report} Report */
/** @typedef {import('./runBench.mjs').CaseReport} CaseReport */
/** @typedef {import('../../bench/src/protocol.ts').Measurement} Measurement */
/** @typedef {import('../../bench/src/protocol.ts').BenchPrecision} BenchPrecision */

/** A markdown table; columns are as wide as their cells. @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
export function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(3, ...all.map((row) => (row[column] ?? '').length)));
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(header), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** @param {number} ms */
const milliseconds = (ms) => (ms >= 100 ? ms.toFixed(0) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(4));
/** @param {number} rate @param {string} unit */
function scaled(rate, unit) {
  const [size, prefix] = rate >= 1e12 ? [1e12, 'T'] : rate >= 1e9 ? [1e9, 'G'] : [1e6, 'M'];
  return `${(rate / size).toFixed(rate / size >= 100 ? 0 : 1)} ${prefix}${unit}`;
}
/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes >= 1e8 ? 0 : 1)} MB`;

const header = [
  'case',
  'ratio',
  'middle half',
  'Halftone ms',
  'onnxruntime-web ms',
  'difference',
  'rate',
  'of the ceiling',
  'note',
];

/** @param {Report} report @param {BenchPrecision} precision @param {Measurement} measurement @returns {string[]} */
function measurementRow(report, precision, measurement) {
  const { label, halftoneMs, peerMs, overlappedMs = [], error, flops, bytes } = measurement;
  const overlap = overlappedMs.length > 0 ? `${milliseconds(median(overlappedMs))} ms each, eight at once` : '';
  const bound = boundOf(report, { flops, bytes }, precision);
  const gpuMs = median(measurement.gpuMs ?? []);
  const share = bound && gpuMs > 0 ? `, ${percent(bound.ms / gpuMs)} ${bound.name}` : '';
  const onGpu = gpuMs > 0 ? `GPU's clock ${milliseconds(gpuMs)} ms${share}` : '';
  const note = [measurement.note ?? '', overlap, onGpu].filter(Boolean).join('; ');
  if (halftoneMs.length === 0) return [label, '–', '', '–', '–', '', '', '', note];
  const ms = median(halftoneMs);
  const ratio = pairedRatio(halftoneMs, peerMs);
  const rate = bound?.name === 'stream' ? scaled((1000 * bytes) / ms, 'B/s') : scaled((1000 * flops) / ms, 'FLOP/s');
  return [
    label,
    ratio ? `${ratio.median.toFixed(2)}×` : '–',
    ratio ? `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}` : '',
    milliseconds(ms),
    peerMs.length > 0 ? milliseconds(median(peerMs)) : '–',
    error ? error.relative.toExponential(1) : '',
    rate,
    bound ? `${percent(bound.ms / ms)} ${bound.name}` : '',
    note,
  ];
}

/** @param {CaseReport} report @returns {BenchPrecision} */
const precisionOf = ({ benchCase }) => ('precision' in benchCase ? benchCase.precision : 'f32');

/** What a case gives, or why it gives nothing. @param {Report} report @param {CaseReport} one */
function caseText(report, one) {
  const { name, result, failed, leftOut } = one;
  if (failed !== undefined) return `### ${name}\n\nFAILED: ${failed}`;
  if (leftOut !== undefined) return `### ${name}\n\nLeft out: ${leftOut}.`;
  if (!result) return '';
  if (result.unavailable !== undefined) return `### ${name}\n\nNot available: ${result.unavailable}`;
  if (one.benchCase.kind === 'latency')
    return result.sections.map((section) => latencyText(report, section)).join('\n\n');
  const parts = result.sections.map((section) => {
    const rows = section.measurements.map((measurement) => measurementRow(report, precisionOf(one), measurement));
    const growth = one.benchCase.kind === 'growth' ? `\n\n${growthText(section.measurements)}` : '';
    return `### ${section.name}\n\n${table(header, rows)}${growth}`;
  });
  if (one.remark !== undefined) parts.push(one.remark);
  if (result.peerUnavailable !== undefined) parts.push(`onnxruntime-web: ${result.peerUnavailable}`);
  if (one.benchCase.kind === 'decode') parts.push(tokenText(result.sections[0]?.measurements ?? []));
  return parts.join('\n\n');
}

/** @param {Report} report @param {import('../../bench/src/protocol.ts').CaseResult['sections'][number]} section */
function latencyText({ ceilings }, { name, measurements }) {
  const rows = measurements.map(({ label, halftoneMs, peerMs, bytes }) => {
    const ms = median(halftoneMs);
    const ratio = pairedRatio(halftoneMs, peerMs);
    const [low, high] = [0.25, 0.75].map((share) => milliseconds(quantile(halftoneMs, share)));
    return [
      label,
      milliseconds(ms),
      `${low} to ${high}`,
      ratio ? `${ratio.median.toFixed(2)}×` : '',
      ratio && ceilings ? percent((1000 * bytes) / ms / ceilings.streamBytes) : '',
    ];
  });
  return `### ${name}\n\n${table(['', 'ms', 'middle half', 'faster than the first', 'of the stream rate'], rows)}`;
}

/** @param {readonly Measurement[]} measurements */
function growthText(measurements) {
  const exponent = (/** @type {(measurement: Measurement) => number} */ of) =>
    growthExponent(
      measurements
        .filter(({ halftoneMs }) => halftoneMs.length > 0)
        .map((measurement) => ({ size: measurement.size, value: of(measurement) })),
    );
  const shown = (/** @type {number | undefined} */ value) => (value === undefined ? '–' : value.toFixed(2));
  const memory = measurements
    .filter(({ memoryBytes }) => memoryBytes !== undefined)
    .map(({ label, memoryBytes = 0 }) => `${label}: ${megabytes(memoryBytes)}`);
  return [
    `Grows as size to the power of: Halftone ${shown(exponent(({ halftoneMs }) => median(halftoneMs)))}, onnxruntime-web ${shown(exponent(({ peerMs }) => (peerMs.length > 0 ? median(peerMs) : 0)))}; memory over the weights ${shown(exponent(({ memoryBytes = 0 }) => memoryBytes))}.`,
    memory.length > 0 ? `Halftone's memory over the weights: ${memory.join(', ')}.` : '',
  ].join('\n');
}

/** @param {readonly Measurement[]} measurements */
const tokenText = (measurements) =>
  table(
    ['cache', 'Halftone tokens/s', 'onnxruntime-web tokens/s'],
    measurements
      .filter(({ halftoneMs }) => halftoneMs.length > 0)
      .map(({ label, halftoneMs, peerMs }) => [
        label,
        (1000 / median(halftoneMs)).toFixed(1),
        peerMs.length > 0 ? (1000 / median(peerMs)).toFixed(1) : '–',
      ]),
  );

/** @param {Report} report */
function loadText(report) {
  const show = (/** @type {number | undefined} */ ms) => (ms === undefined ? '–' : (ms / 1000).toFixed(2));
  const rows = report.cases.flatMap(({ name, result }) =>
    result?.load
      ? [
          [
            name,
            show(result.load.halftoneLoadMs),
            show(result.load.peerLoadMs),
            show(result.load.halftoneFirstMs),
            show(result.load.peerFirstMs),
            result.load.prepared ? '' : 'weights were made while it loaded',
          ],
        ]
      : [],
  );
  if (rows.length === 0) return '';
  return `## Load and first result, seconds\n\n${table(['case', 'Halftone load', 'onnxruntime-web load', 'Halftone first', 'onnxruntime-web first', 'note'], rows)}`;
}

/** @param {Report} report */
function ceilingsText({ ceilings, torch }) {
  if (!ceilings) return '';
  return [
    `Ceilings, measured in this run: reads ${scaled(ceilings.streamBytes, 'B/s')}; multiply-adds f32 ${scaled(ceilings.fmaF32, 'FLOP/s')}, ` +
      `f16 ${ceilings.fmaF16 === undefined ? 'none' : scaled(ceilings.fmaF16, 'FLOP/s')}; a dependent dispatch ${(ceilings.dispatchMs * 1000).toFixed(2)} µs.`,
    ...(torch?.tensorFlops ? [`PyTorch's f16 product of 8,192³: ${scaled(torch.tensorFlops, 'FLOP/s')}.`] : []),
  ].join(' ');
}

/** The same trunks in PyTorch under CUDA graphs. @param {Report} report */
function torchText(report) {
  const { torch } = report;
  if (!torch) return '';
  const rows = (torch.trunks ?? []).map(({ network, precision, seq, ms }) => {
    const found = report.cases
      .filter(
        ({ benchCase }) =>
          benchCase.kind === 'trunk' && benchCase.network === network && benchCase.precision === precision,
      )
      .flatMap(({ result }) => result?.sections ?? [])
      .flatMap(({ measurements }) => measurements)
      .find(({ size, halftoneMs }) => size === seq && halftoneMs.length > 0);
    const halftone = found && median(found.halftoneMs);
    return [
      `${network} ${precision} seq ${seq}`,
      halftone ? `${(ms / halftone).toFixed(2)}×` : '–',
      halftone ? milliseconds(halftone) : '–',
      milliseconds(ms),
    ];
  });
  return `## PyTorch ${torch.version} under CUDA graphs on ${torch.device}\n\nIts own weights, its own process, input and output on the GPU; Halftone's time includes both transfers.\n\n${table(['case', 'ratio', 'Halftone ms', 'PyTorch ms'], rows)}`;
}

/** @param {Report} report @returns {string} */
export function markdown(report) {
  const { adapter, versions, date } = report;
  const name = Object.values(adapter.adapter).filter(Boolean).join(' ');
  const figures = figuresOf(report).map(({ case: what, target, reached, verdict }) => [verdict, what, target, reached]);
  return [
    '# Halftone beside onnxruntime-web',
    `Adapter: ${name} (tier ${adapter.tier}). ${Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(', ')}. ${date}.`,
    ceilingsText(report),
    "Ratio: the peer's time over Halftone's, median of pairs; over 1 Halftone is faster. A forward takes input from and gives output to JavaScript. The ceiling is the higher of reading the weights once and doing the arithmetic.",
    '## Figures to reach',
    table(['', 'case', 'target', 'reached'], figures),
    '## Cases',
    ...report.cases.map((one) => caseText(report, one)),
    loadText(report),
    torchText(report),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
