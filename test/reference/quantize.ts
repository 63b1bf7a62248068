/** float64 references of int8 and int4 in groups of 32, and of how a row of them is stored (src/kernels/weight.ts). */
import { float16ToNumber, numberToFloat16 } from '../../src/core/float16.ts';

export type QuantizedFormat = 'int8' | 'int4';

export interface Group {
  /** int8: −127 … 127; int4: 0 … 15. 32 of them. */
  readonly codes: readonly number[];
  /** Bits of the halves as stored: scale, and in int4 the zero. */
  readonly scale: number;
  readonly zero: number;
}

/** What a stored scale's bits mean as a step between neighbouring codes. */
const stepOf = (scale: number, format: QuantizedFormat): number =>
  float16ToNumber(scale) / (format === 'int8' ? 128 : 16);

/** To nearest, ties to even: as WGSL's round. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Nearest half, saturating; a subnormal becomes zero. */
function normalHalf(value: number): number {
  const bits = numberToFloat16(clamp(value, -65_504, 65_504));
  return (bits & 0x7c00) === 0 ? 0 : bits;
}

/** Codes of 32 values for a scale and zero as they are stored. */
export function codesFor(values: readonly number[], format: QuantizedFormat, scale: number, zero: number): number[] {
  const step = stepOf(scale, format);
  if (step === 0) return values.map(() => 0);
  return format === 'int8'
    ? values.map((v) => clamp(roundEven(v / step), -127, 127) + 0)
    : values.map((v) => clamp(roundEven(v / step + float16ToNumber(zero)), 0, 15));
}

export const decodeGroup = ({ codes, scale, zero }: Group, format: QuantizedFormat): number[] =>
  codes.map((code) => (code - (format === 'int4' ? float16ToNumber(zero) : 0)) * stepOf(scale, format));

export const squaredError = (values: readonly number[], group: Group, format: QuantizedFormat): number =>
  decodeGroup(group, format).reduce((sum, decoded, i) => sum + (decoded - (values[i] ?? 0)) ** 2, 0);

export function quantizeInt8(values: readonly number[]): Group {
  const scale = normalHalf((Math.max(...values.map(Math.abs)) * 128) / 127);
  return { codes: codesFor(values, 'int8', scale, 0), scale, zero: 0 };
}

/** The search of quantize_int4.wgsl. `padded`: some of the values are padding, which must stay exactly zero. */
export function quantizeInt4(values: readonly number[], padded: boolean): Group {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const whole = (zero: number): number => (padded ? clamp(roundEven(zero), 0, 15) : zero);
  const grid = (step: number, zero: number) => ({ scale: normalHalf(step * 16), zero: normalHalf(whole(zero)) });
  let best: Group = { codes: values.map(() => 0), scale: 0, zero: 0 };
  for (const { part, stretched } of [
    { part: 1, stretched: padded },
    { part: 0.9, stretched: padded },
    { part: 0.8, stretched: padded },
    { part: 1, stretched: true },
  ]) {
    const from = (stretched ? Math.min(low, 0) : low) * part;
    const to = (stretched ? Math.max(high, 0) : high) * part;
    if (to <= from) continue;
    let line = grid((to - from) / 15, (-from * 15) / (to - from));
    for (let refit = 0; refit < 2; refit++) line = leastSquares(values, line, grid) ?? line;
    if (stepOf(line.scale, 'int4') <= 0) continue;
    const group = { ...line, codes: codesFor(values, 'int4', line.scale, line.zero) };
    if (squaredError(values, group, 'int4') < squaredError(values, best, 'int4')) best = group;
  }
  return best;
}

/** Scale and zero that fit the values best for the codes that the line gives them; none where that has no meaning. */
function leastSquares<L extends { scale: number; zero: number }>(
  values: readonly number[],
  line: L,
  grid: (step: number, zero: number) => L,
): L | undefined {
  const codes = codesFor(values, 'int4', line.scale, line.zero);
  const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const [meanCode, meanValue] = [mean(codes), mean(values)];
  const variance = mean(codes.map((code) => (code - meanCode) ** 2));
  const covariance = mean(codes.map((code, i) => (code - meanCode) * ((values[i] ?? 0) - meanValue)));
  if (variance <= 0 || covariance <= 0) return undefined;
  const step = covariance / variance;
  const fitted = grid(step, meanCode - meanValue / step);
  return stepOf(fitted.scale, 'int4') > 0 ? fitted : undefined;
}

const groupCount = (columns: number): number => Math.ceil(columns / 32);

/** A row of `columns` values in groups of 32, the last one filled up with zeros. */
export function groupsOf(row: readonly number[]): { values: number[]; padded: boolean }[] {
  return Array.from({ length: groupCount(row.length) }, (_, g) => {
    const values = row.slice(g * 32, g * 32 + 32);
    return { values: [...values, ...Array<number>(32 - values.length).fill(0)], padded: values.length < 32 };
  });
}

export const quantizeRow = (row: readonly number[], format: QuantizedFormat): Group[] =>
  groupsOf(row).map(({ values, padded }) => (format === 'int8' ? quantizeInt8(values) : quantizeInt4(values, padded)));

const scalesAt = (groups: number, format: QuantizedFormat): number => groups * (format === 'int8' ? 32 : 16);

/** Bytes of a stored row. */
export function rowBytes(columns: number, format: QuantizedFormat): number {
  const groups = groupCount(columns);
  return scalesAt(groups, format) + Math.ceil((groups * (format === 'int8' ? 2 : 4)) / 16) * 16;
}

/** A row as it lies in memory. */
export function packRow(groups: readonly Group[], format: QuantizedFormat): Uint8Array {
  const view = new DataView(new ArrayBuffer(rowBytes(groups.length * 32, format)));
  groups.forEach(({ codes, scale, zero }, g) => {
    const scales = scalesAt(groups.length, format);
    if (format === 'int8') {
      codes.forEach((code, k) => view.setInt8(g * 32 + k, code));
      view.setUint16(scales + g * 2, scale, true);
      return;
    }
    for (let word = 0; word < 4; word++) {
      for (let b = 0; b < 4; b++) {
        const [low = 0, high = 0] = [codes[word * 8 + b], codes[word * 8 + b + 4]];
        view.setUint8(g * 16 + word * 4 + b, low | (high << 4));
      }
    }
    view.setUint16(scales + g * 4, scale, true);
    view.setUint16(scales + g * 4 + 2, zero, true);
  });
  return new Uint8Array(view.buffer);
}

/** The reverse. */
export function unpackRow(bytes: Uint8Array, columns: number, format: QuantizedFormat): Group[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const groups = groupCount(columns);
  const scales = scalesAt(groups, format);
  return Array.from({ length: groups }, (_, g) => {
    if (format === 'int8') {
      const codes = Array.from({ length: 32 }, (__, k) => view.getInt8(g * 32 + k));
      return { codes, scale: view.getUint16(scales + g * 2, true), zero: 0 };
    }
    const codes = Array.from({ length: 32 }, (__, k) => {
      const byte = view.getUint8(g * 16 + Math.floor(k / 8) * 4 + (k % 4));
      return k % 8 < 4 ? byte & 15 : byte >> 4;
    });
    return {
      codes,
      scale: view.getUint16(scales + g * 4, true),
      zero: view.getUint16(scales + g * 4 + 2, true),
    };
  });
}
