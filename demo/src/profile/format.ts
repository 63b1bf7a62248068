import type { WorkTime } from '../../../src/index.ts';

const significant = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** GPU times are short: three significant digits. */
export function formatGpuMs(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 0.1) return `${significant(ms * 1000)} µs`;
  return ms < 1000 ? `${significant(ms)} ms` : `${significant(ms / 1000)} s`;
}

export const formatPercent = (share: number): string =>
  share >= 0.0995 || share === 0 ? `${Math.round(share * 100)} %` : `${(share * 100).toPrecision(2)} %`;

/** A rate in the largest unit of which there is at least a tenth. */
function formatRate(perSecond: number | undefined, units: readonly string[]): string {
  if (perSecond === undefined || perSecond === 0) return '–';
  const power = Math.floor(Math.log10(perSecond * 10) / 3);
  const index = Math.max(0, Math.min(units.length - 1, power - 2));
  return `${significant(perSecond / 10 ** (3 * index + 6))} ${units[index] ?? ''}`;
}

export const formatBytesPerSecond = (gbPerSecond: number | undefined): string =>
  formatRate(gbPerSecond === undefined ? undefined : gbPerSecond * 1e9, ['MB/s', 'GB/s', 'TB/s']);

export const formatFlops = (flopPerSecond: number | undefined): string =>
  formatRate(flopPerSecond, ['MFLOP/s', 'GFLOP/s', 'TFLOP/s']);

/** Time, share, and what was achieved of what the device reaches. */
export function describeWork(work: WorkTime): string {
  const { ms, share, dispatches, gbPerSecond, flopPerSecond, shareOfStream, shareOfFma, flops, bytes } = work;
  const of = (part: number | undefined, ceiling: string): string =>
    part === undefined ? '' : ` (${formatPercent(part)} of ${ceiling})`;
  return [
    `${formatGpuMs(ms)}, ${formatPercent(share)} of the GPU time`,
    ...(dispatches > 1 ? [`${dispatches} dispatches`] : []),
    ...(gbPerSecond === undefined || bytes === 0
      ? []
      : [`${formatBytesPerSecond(gbPerSecond)}${of(shareOfStream, 'the stream rate')}`]),
    ...(flopPerSecond === undefined || flops === 0
      ? []
      : [`${formatFlops(flopPerSecond)}${of(shareOfFma, 'the multiply-add rate')}`]),
  ].join(' · ');
}
