import { describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { meanRows } from '../../src/kernels/meanRows.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, uploadElements } from '../support/gpu.ts';
import { dropPadding, padColumns } from '../support/weights.ts';

interface Case {
  readonly rows: number;
  readonly dim: number;
  readonly group: number;
  readonly period?: number;
  readonly firstRow?: number;
  readonly outRow?: number;
}

/** Rounding of a sum of some hundred numbers; f16 keeps 11 bits of the result. */
const tolerances = { f32: { relative: 1e-6, absolute: 1e-6 }, f16: { relative: 5.5e-4, absolute: 1e-6 } } as const;

async function check(gpu: GpuContext, c: Case, element: ElementType): Promise<void> {
  const { rows, dim, group, period = rows, firstRow = 0, outRow = 0 } = c;
  const stride = Math.ceil(dim / 4) * 4;
  const count = firstRow + Math.min(rows, period) * group;
  const x = rounded(randomNumbers(count * dim, 1), element);
  const want = Float64Array.from({ length: rows * dim }, (_, i) => {
    const first = firstRow + (Math.floor(i / dim) % period) * group;
    let sum = 0;
    for (let row = first; row < first + group; row++) sum += x[row * dim + (i % dim)] ?? Number.NaN;
    return sum / group;
  });
  const size = (outRow + rows) * stride;
  const y = poisoned(gpu, size * (element === 'f32' ? 4 : 2));
  await runCalls(gpu, [
    meanRows({ ...c, label: 'test', element, x: uploadElements(gpu, padColumns(x, count, dim), element), y }),
  ]);
  const all = await download(gpu, y, size, element);
  expectClose(dropPadding(all.subarray(outRow * stride), rows, dim), want, tolerances[element], JSON.stringify(c));
  expect(all.subarray(0, outRow * stride).every(Number.isNaN), 'rows before are left alone').toBe(true);
}

const cases: readonly Case[] = [
  { rows: 1, dim: 1, group: 1 },
  { rows: 7, dim: 40, group: 4 },
  { rows: 3, dim: 67, group: 4 },
  { rows: 1, dim: 24, group: 513 },
  { rows: 1, dim: 9, group: 5, firstRow: 3, outRow: 1 },
  { rows: 14, dim: 10, group: 1, period: 7 },
  { rows: 6, dim: 12, group: 2, period: 3, firstRow: 1 },
];

describe.each(testTiers)('mean of rows in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const elements: ElementType[] = gpu.info.features.f16 ? ['f32', 'f16'] : ['f32'];
  test.each(cases)('%j', async (c) => {
    for (const element of elements) await check(gpu, c, element);
  });

  test('more vec4s than a line of workgroups makes (65,535 · 64)', async () => {
    const rows = 65_535 * 64 + 3;
    const x = uploadElements(
      gpu,
      Float32Array.from({ length: 5 * 4 }, (_, i) => i),
      'f32',
    );
    const y = gpu.device.createBuffer({ size: rows * 16, usage: 0x80 | 0x04 });
    await runCalls(gpu, [meanRows({ label: 'test', element: 'f32', x, y, rows, dim: 4, group: 1, period: 5 })]);
    const [last] = new Float32Array(await gpu.read(y, (rows - 1) * 16, 16));
    expect(last).toBe(((rows - 1) % 5) * 4);
    y.destroy();
  });
});
