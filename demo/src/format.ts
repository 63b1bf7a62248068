const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 809631744 -> '809,631,744' */
export function formatCount(count: number): string {
  return integer.format(count);
}

/** Binary units: 1 KiB = 1024 bytes. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

export function formatMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${integer.format(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Tokens each second, and the like: three significant digits are all that a measurement carries. */
export function formatRate(rate: number): string {
  return rate >= 100 ? integer.format(rate) : rate.toPrecision(2);
}
