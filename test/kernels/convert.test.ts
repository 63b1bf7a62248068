import { describe, expect, test } from 'vitest';
import { bfloat16ToNumber, float16ToNumber, numberToFloat16 } from '../../src/core/float16.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { convertRows, interleaved, type RowMap, rowsFrom, seedRows } from '../../src/kernels/convert.ts';
import { randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload } from '../support/gpu.ts';

type Dtype = 'F32' | 'F16' | 'BF16';
type Format = 'f32' | 'f16';

/** The dtype's nearest bits, and what they mean. */
function encoded(values: ArrayLike<number>, dtype: Dtype): { bytes: Uint8Array; means: number[] } {
  const f32 = Float32Array.from(values);
  if (dtype === 'F32') return { bytes: new Uint8Array(f32.buffer), means: [...f32] };
  const bits =
    dtype === 'F16'
      ? Uint16Array.from(values, numberToFloat16)
      : Uint16Array.from(new Uint32Array(f32.buffer), (word) => word >>> 16);
  return {
    bytes: new Uint8Array(bits.buffer),
    means: [...bits].map(dtype === 'F16' ? float16ToNumber : bfloat16ToNumber),
  };
}

const bytesOf = { f32: 4, f16: 2 } as const;

/** Stored rows of a weight [storedRows, columns padded to 4]; a row that nobody wrote is NaN throughout. */
async function readRows(
  gpu: GpuContext,
  weight: GPUBuffer,
  storedRows: number,
  columns: number,
  format: Format,
): Promise<number[][]> {
  const stride = Math.ceil(columns / 4) * 4;
  const data = await download(gpu, weight, storedRows * stride, format);
  return Array.from({ length: storedRows }, (_, row) => [...data.subarray(row * stride, (row + 1) * stride)]);
}

describe.each(testTiers)('convert in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const padded = (row: readonly number[]): number[] => [...row, ...Array<number>((4 - (row.length % 4)) % 4).fill(0)];

  /** Converts tensor [rows, columns] piece by piece and holds each stored row against its source. */
  async function check(c: {
    dtype: Dtype;
    format: Format;
    rows: number;
    columns: number;
    map: RowMap;
    storedRows: number;
    pieceRows?: number;
  }): Promise<void> {
    const { bytes, means } = encoded(randomNumbers(c.rows * c.columns, 1), c.dtype);
    const weight = poisoned(gpu, c.storedRows * Math.ceil(c.columns / 4) * 4 * bytesOf[c.format]);
    const source = upload(gpu, bytes);
    const pieceRows = c.pieceRows ?? c.rows;
    const calls = Array.from({ length: Math.ceil(c.rows / pieceRows) }, (_, i) =>
      convertRows({
        source,
        sourceRow: i * pieceRows,
        dtype: c.dtype,
        format: c.format,
        weight,
        firstRow: i * pieceRows,
        rows: Math.min(pieceRows, c.rows - i * pieceRows),
        columns: c.columns,
        map: c.map,
      }),
    );
    await runCalls(gpu, calls);
    const untouched = Array<number>(Math.ceil(c.columns / 4) * 4).fill(Number.NaN);
    const want = Array.from({ length: c.storedRows }, () => untouched);
    for (let r = 0; r < c.rows; r++) {
      const at = Math.floor(r / c.map.block) * c.map.blockStride + (r % c.map.block) + c.map.rowOffset;
      want[at] = padded([...rounded(means.slice(r * c.columns, (r + 1) * c.columns), c.format)]);
    }
    expect(await readRows(gpu, weight, c.storedRows, c.columns, c.format), JSON.stringify(c)).toEqual(want);
  }

  const pairs = (['F32', 'F16', 'BF16'] as const).flatMap((dtype) =>
    (['f32', 'f16'] as const).map((format) => [dtype, format] as const),
  );

  test.each(pairs)('%s to %s: values, padding and places are exact', async (dtype, format) => {
    await check({ dtype, format, rows: 1, columns: 1, map: rowsFrom(0), storedRows: 4 });
    // Odd columns: a row of halves begins in the middle of a word. Past one workgroup.
    await check({ dtype, format, rows: 67, columns: 7, map: rowsFrom(3), storedRows: 72 });
    await check({ dtype, format, rows: 6, columns: 13, map: interleaved(0), storedRows: 16 });
    await check({ dtype, format, rows: 6, columns: 13, map: interleaved(1), storedRows: 16 });
    // Quads of a bias of gate and up.
    await check({
      dtype,
      format,
      rows: 5,
      columns: 4,
      map: { block: 1, blockStride: 2, rowOffset: 1 },
      storedRows: 10,
    });
    await check({ dtype, format, rows: 11, columns: 5, map: interleaved(1), storedRows: 24, pieceRows: 3 });
  });

  test('a piece that begins inside its upload, for a weight that begins inside its tensor', async () => {
    // Rows 4 to 7 of the tensor; the upload holds rows 2 to 7, this part of the weight begins at row 4.
    const { bytes, means } = encoded(randomNumbers(6 * 3, 2), 'F16');
    const weight = poisoned(gpu, 4 * 4 * 4);
    const target = {
      dtype: 'F16',
      format: 'f32',
      weight,
      firstRow: 4,
      rows: 4,
      columns: 3,
      map: rowsFrom(-4),
    } as const;
    await runCalls(gpu, [convertRows({ ...target, source: upload(gpu, bytes), sourceRow: 2 })]);
    expect(await readRows(gpu, weight, 4, 3, 'f32')).toEqual(
      [2, 3, 4, 5].map((row) => padded(means.slice(row * 3, row * 3 + 3))),
    );
  });

  test('to f16: ties go to even, subnormals stay, overflow saturates, signs too', async () => {
    const between = (bits: number): number => (float16ToNumber(bits) + float16ToNumber(bits + 1)) / 2;
    const ties = [0x3c00, 0x3c01, 0x0400, 0x03ff, 0x0001, 0x0002, 0x7bfe, 0x5555].map(between);
    const near = ties.flatMap((tie) => [tie * (1 - 2 ** -20), tie * (1 + 2 ** -20)]);
    const small = [2 ** -24, 2 ** -25, 2 ** -25 * 1.001, 1e-9, 2 ** -14, 5.5e-6, 0];
    const ordinary = [...ties, ...near, ...small, 1, 0.1, 65_504, 65_519].flatMap((v) => [v, -v]);
    const overflow = [65_520, 1e9, 3.4e38, -65_536, -1e30];
    const values = Float32Array.from([...ordinary, ...overflow]);
    const weight = poisoned(gpu, values.length * 8);
    const source = upload(gpu, values);
    const target = {
      dtype: 'F32',
      format: 'f16',
      weight,
      firstRow: 0,
      rows: values.length,
      columns: 1,
      map: rowsFrom(0),
    } as const;
    await runCalls(gpu, [convertRows({ ...target, source, sourceRow: 0 })]);
    const got = (await readRows(gpu, weight, values.length, 1, 'f16')).map(([value]) => value);
    const want = [
      ...rounded(values.subarray(0, ordinary.length), 'f16'),
      ...overflow.map((v) => Math.sign(v) * 65_504),
    ];
    expect(got).toEqual(want);
  });

  test('to f32: the subnormals of F16, and the largest numbers of each dtype, are exact', async () => {
    for (const dtype of ['F16', 'BF16'] as const) {
      const bits =
        dtype === 'F16' ? [0x0001, 0x83ff, 0x0400, 0x7bff, 0xfbff] : [0x0080, 0x8080, 0x7f7f, 0xff7f, 0x3f81];
      const weight = poisoned(gpu, bits.length * 16);
      const target = {
        dtype,
        format: 'f32',
        weight,
        firstRow: 0,
        rows: bits.length,
        columns: 1,
        map: rowsFrom(0),
      } as const;
      await runCalls(gpu, [convertRows({ ...target, source: upload(gpu, Uint16Array.from(bits)), sourceRow: 0 })]);
      const got = (await readRows(gpu, weight, bits.length, 1, 'f32')).map(([value]) => value);
      expect(got, dtype).toEqual(bits.map(dtype === 'F16' ? float16ToNumber : bfloat16ToNumber));
    }
  });
});

describe.each(testTiers)('seeded weights in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const [rows, columns, bound] = [64, 129, 0.25];

  async function seeded(
    options: {
      seed?: number;
      format?: Format;
      map?: RowMap;
      firstRow?: number;
      rows?: number;
      constant?: number;
    } = {},
  ): Promise<number[][]> {
    const format = options.format ?? 'f32';
    const weight = poisoned(gpu, 2 * rows * 132 * bytesOf[format]);
    const call = seedRows({
      format,
      weight,
      firstRow: options.firstRow ?? 0,
      rows: options.rows ?? rows,
      columns,
      map: options.map ?? rowsFrom(0),
      seed: options.seed ?? 7,
      init: options.constant === undefined ? { uniform: bound } : { constant: options.constant },
      none: gpu.none,
    });
    await runCalls(gpu, [call]);
    return readRows(gpu, weight, 2 * rows, columns, format);
  }

  test('uniform within ±bound: mean, variance, no repetition between columns, rows or seeds', async () => {
    const table = (await seeded()).slice(0, rows);
    for (const row of table) expect(row.slice(columns), 'padding').toEqual([0, 0, 0]);
    const values = table.flatMap((row) => row.slice(0, columns));
    expect(values.every((v) => Math.abs(v) < bound)).toBe(true);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    // 8,256 draws: the mean's deviation is bound / sqrt(3 · 8256) = 0.0064 bound, four of them; the variance's 1 %.
    expect(Math.abs(mean)).toBeLessThan(0.026 * bound);
    expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(0.04);
    // 24 bits, 8,256 draws: about two of them meet by chance.
    expect(new Set(values).size).toBeGreaterThan(values.length - 12);
    const other = (await seeded({ seed: 8 })).slice(0, rows).flatMap((row) => row.slice(0, columns));
    expect(correlation(values, other), 'between seeds').toBeLessThan(0.05);
    const nextRow = values.slice(columns);
    expect(correlation(values.slice(0, nextRow.length), nextRow), 'between rows').toBeLessThan(0.05);
    expect(correlation(values.slice(0, -1), values.slice(1)), 'between columns').toBeLessThan(0.05);
  });

  test('f16 has the same numbers, rounded', async () => {
    const [f32, f16] = [await seeded(), await seeded({ format: 'f16' })];
    expect(f16).toEqual(f32.map((row) => [...rounded(row, 'f16')]));
  });

  test('the numbers belong to the tensor: interleaved, or made in pieces, they are the same', async () => {
    const plain = (await seeded()).slice(0, rows);
    const alternating = await seeded({ map: interleaved(1) });
    expect(plain.map((_, r) => alternating[Math.floor(r / 4) * 8 + (r % 4) + 4])).toEqual(plain);
    const piece = await seeded({ firstRow: 10, rows: 5, map: rowsFrom(-10) });
    expect(piece.slice(0, 5)).toEqual(plain.slice(10, 15));
  });

  test('a constant is that constant', async () => {
    const [first] = await seeded({ constant: 1 });
    expect(first).toEqual([...Array<number>(columns).fill(1), 0, 0, 0]);
  });
});

/** |Pearson's r| of two series around zero. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, v, i) => sum + v * (y[i] ?? 0), 0);
  return Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b));
}
