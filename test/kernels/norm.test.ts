import { describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { DeviceInfo } from '../../src/gpu/device.ts';
import { norm } from '../../src/kernels/norm.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';
import { dropPadding, padColumns } from '../support/weights.ts';

interface Case {
  readonly kind: 'layerNorm' | 'rmsNorm';
  readonly element: ElementType;
  readonly rows: number;
  readonly dim: number;
  readonly firstRow?: number;
  readonly mean?: number;
  /** As a real GPU has it, or a CPU that pretends to be one: they get workgroups of different sizes. */
  readonly software: boolean;
}

/** f32: rounding of a sum of some hundred squares. f16: an output keeps 11 bits, half a step of 2^-11 relative. */
const tolerances = { f32: { relative: 5e-6, absolute: 5e-6 }, f16: { relative: 5.5e-4, absolute: 1e-5 } } as const;
/** A mean of 1e3 is known to some 1e3 · 2^-24 = 6e-5 standard deviations, and gamma goes to 2. */
const largeMeanTolerance = { relative: 6e-4, absolute: 5e-4 } as const;

async function check(gpu: GpuContext, c: Case): Promise<void> {
  const firstRow = c.firstRow ?? 0;
  const eps = 1e-5;
  const all = rounded(
    randomNumbers((firstRow + c.rows) * c.dim, 1).map((v) => v + (c.mean ?? 0)),
    'f32',
  );
  const gamma = rounded(
    randomNumbers(c.dim, 2).map((v) => 1 + v / 4),
    'f32',
  );
  const beta = rounded(randomNumbers(c.dim, 3), 'f32');
  const x = all.subarray(firstRow * c.dim);
  const want =
    c.kind === 'layerNorm' ? reference.layerNorm(x, c.dim, gamma, beta, eps) : reference.rmsNorm(x, c.dim, gamma, eps);
  const stride = Math.ceil(c.dim / 4) * 4;
  const y = poisoned(gpu, c.rows * stride * (c.element === 'f32' ? 4 : 2));
  const weight =
    c.kind === 'layerNorm'
      ? [...padColumns(gamma, 1, c.dim), ...padColumns(beta, 1, c.dim)]
      : padColumns(gamma, 1, c.dim);
  const device: DeviceInfo = { ...gpu.info, adapter: { ...gpu.info.adapter, software: c.software } };
  const call = norm({
    label: 'test',
    device,
    x: upload(gpu, Float32Array.from(padColumns(all, firstRow + c.rows, c.dim))),
    y,
    weight: { kind: c.kind, buffer: upload(gpu, Float32Array.from(weight)), eps },
    element: c.element,
    rows: c.rows,
    firstRow,
    dim: c.dim,
  });
  await runCalls(gpu, [call]);
  const got = dropPadding(await download(gpu, y, c.rows * stride, c.element), c.rows, c.dim);
  expectClose(got, want, c.mean ? largeMeanTolerance : tolerances[c.element], JSON.stringify(c));
}

const sizes = [
  { rows: 1, dim: 1 },
  { rows: 1, dim: 64 },
  { rows: 3, dim: 193, firstRow: 2 },
  { rows: 5, dim: 1031 },
  { rows: 2, dim: 5501 },
  { rows: 2, dim: 8195 },
] as const;

describe.each(testTiers)('norm in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const elements: ElementType[] = gpu.info.features.f16 ? ['f32', 'f16'] : ['f32'];
  for (const kind of ['layerNorm', 'rmsNorm'] as const) {
    for (const element of elements) {
      // On GPUs subgroups are another way to sum, which does not know how y is stored: each kind with one element.
      const summed = tier === 'subgroups' && elements.length > 1 && (element === 'f16') === (kind === 'rmsNorm');
      test.each(summed ? [true] : [true, false])(`${kind} to ${element}, software adapter: %s`, async (software) => {
        for (const size of sizes) await check(gpu, { kind, element, software, ...size });
      });
    }
  }

  test('a layer norm keeps its digits when the mean is a thousand standard deviations', async () => {
    for (const software of [true, false])
      for (const dim of [9, 64, 301])
        await check(gpu, { kind: 'layerNorm', element: 'f32', software, rows: 3, dim, mean: 1e3 });
  });

  test('with a ReLU, into every third row of another matrix from its second on', async () => {
    for (const element of elements) {
      const [rows, dim, stride] = [5, 21, 24];
      const x = rounded(randomNumbers(rows * dim, 1), 'f32');
      const gamma = rounded(randomNumbers(dim, 2), 'f32');
      const beta = rounded(randomNumbers(dim, 3), 'f32');
      const want = reference.layerNorm(x, dim, gamma, beta, 1e-5).map((value) => Math.max(value, 0));
      const y = uploadElements(gpu, new Float64Array(3 * rows * stride).fill(7), element);
      const call = norm({
        label: 'interleaved',
        device: gpu.info,
        x: upload(gpu, Float32Array.from(padColumns(x, rows, dim))),
        y,
        weight: {
          kind: 'layerNorm',
          buffer: upload(gpu, Float32Array.from([...padColumns(gamma, 1, dim), ...padColumns(beta, 1, dim)])),
          eps: 1e-5,
        },
        element,
        rows,
        dim,
        relu: true,
        place: { offset: stride, rowStride: 3 * stride },
      });
      await runCalls(gpu, [call]);
      const all = await download(gpu, y, 3 * rows * stride, element);
      const row = (index: number): Float64Array => all.subarray(index * stride, (index + 1) * stride);
      for (let r = 0; r < rows; r++) {
        const got = dropPadding(row(3 * r + 1), 1, dim);
        expectClose(got, want.subarray(r * dim, (r + 1) * dim), tolerances[element], `${element} row ${r}`);
        for (const other of [3 * r, 3 * r + 2]) expect(row(other), 'rows between').toEqual(row(0).fill(7));
      }
    }
  });

  test('more rows than a line of workgroups holds (65,535)', async () => {
    await check(gpu, { kind: 'rmsNorm', element: 'f32', software: true, rows: 65_537, dim: 3 });
  });

  test('a row of zeros becomes zeros (rms) and beta (layer norm), not NaN', async () => {
    for (const kind of ['rmsNorm', 'layerNorm'] as const) {
      const y = poisoned(gpu, 32);
      const weight = upload(gpu, Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]));
      const call = norm({
        label: 'zeros',
        device: gpu.info,
        x: upload(gpu, new Float32Array(4)),
        y,
        weight: { kind, buffer: weight, eps: 1e-5 },
        element: 'f32',
        rows: 1,
        dim: 4,
      });
      await runCalls(gpu, [call]);
      expect([...(await download(gpu, y, 4))]).toEqual(kind === 'rmsNorm' ? [0, 0, 0, 0] : [5, 6, 7, 8]);
    }
  });
});
