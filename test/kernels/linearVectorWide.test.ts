import { describe, expect, test } from 'vitest';
import { linear } from '../../src/kernels/chooseLinear.ts';
import type { VectorShape } from '../../src/kernels/linearVectorWide.ts';
import { normSums, normSumsBytes } from '../../src/kernels/normSums.ts';
import * as reference from '../reference/linear.ts';
import { randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, runCalls, testTiers, upload } from '../support/gpu.ts';
import { asHardware } from '../support/hardwareGpu.ts';
import { keptAs, uploadWeight } from '../support/weights.ts';
import { checkMix, type Mix, named, type Suite } from './linearSupport.ts';

/**
 * What linear_vector_wide's steps fill exactly, fewer and more than all lanes in flight; one to nine rows, by one, two and four.
 */
const wide: Suite = {
  name: 'wide',
  algorithm: 'wide',
  sizes: [
    { rows: 1, inDim: 32, outDim: 1 },
    { rows: 1, inDim: 1056, outDim: 71 },
    { rows: 1, inDim: 64, outDim: 9, mean: 1e3 },
    { rows: 1, inDim: 96, outDim: 77, partRows: 32, firstRow: 2 },
  ],
  mixes: [
    { element: 'half', format: 'f16', residual: true, bias: true, activation: 'relu' },
    { element: 'half', format: 'int8', norm: 'layerNorm', gated: true, activation: 'silu' },
    // The rules would take the input in int8 where the device has the instruction.
    { element: 'f32', format: 'int4', norm: 'rmsNorm', bias: true, shape: shapeOf(8, '2') },
    { element: 'half', format: 'f16', norm: 'layerNorm', bias: true, activation: 'gelu', lanes: 16 },
    { element: 'f32', format: 'f32', gated: true, bias: true, activation: 'gelu-tanh', lanes: 4 },
  ],
};
const wideRows: Suite = {
  name: 'wide, several rows',
  algorithm: 'wide',
  sizes: [
    { rows: 3, inDim: 416, outDim: 67, firstRow: 3 },
    { rows: 9, inDim: 160, outDim: 5 },
    { rows: 4, inDim: 96, outDim: 77, partRows: 32 },
  ],
  mixes: [
    { element: 'half', format: 'f16', norm: 'rmsNorm', gated: true, activation: 'silu', lanes: 8 },
    { element: 'f32', format: 'int4', bias: true, residual: true, lanes: 4 },
  ],
};

/**
 * Pipelines for one inner dimension, and inputs by way of shared memory: all lanes and all invocations full, and neither; an odd
 * number of fours.
 */
const wideShapes: Suite = {
  name: 'wide, other shapes',
  sizes: [
    { rows: 1, inDim: 256, outDim: 128, mean: 1e3 },
    { rows: 1, inDim: 288, outDim: 73, firstRow: 2 },
    { rows: 1, inDim: 288, outDim: 77, partRows: 32, firstRow: 2 },
  ],
  mixes: [
    { format: 'int4', norm: 'layerNorm', bias: true, shape: shapeOf(8, '1') },
    {
      format: 'int4',
      norm: 'layerNorm',
      gated: true,
      activation: 'silu',
      shape: { ...shapeOf(16, '1'), staged: 'f32' },
    },
    { format: 'int8', norm: 'rmsNorm', bias: true, shape: { ...shapeOf(8, '2'), staged: 'f32' } },
    { format: 'f16', norm: 'layerNorm', residual: true, bias: true, shape: { ...shapeOf(16, '2'), anySize: false } },
    { format: 'int8', residual: true, shape: { ...shapeOf(8, '2'), anySize: false } },
    {
      format: 'int4',
      norm: 'layerNorm',
      gated: true,
      activation: 'silu',
      shape: { ...shapeOf(4, '2'), anySize: false },
    },
  ].map((mix) => ({ ...mix, element: 'half' }) as Mix),
};

/** Inputs in int8, of numbers that they are exact for. */
const wideCodes: Suite = {
  name: 'wide, input in int8',
  sizes: [
    { rows: 1, inDim: 256, outDim: 128, mean: 1e3 },
    { rows: 1, inDim: 32, outDim: 1 },
    { rows: 5, inDim: 608, outDim: 77, partRows: 32, firstRow: 2 },
  ],
  mixes: [
    { element: 'half', norm: 'layerNorm', gated: true, activation: 'silu', threadRows: '2', lanes: 16, unroll: '1' },
    { element: 'f32', norm: 'rmsNorm', bias: true, threadRows: '1', lanes: 8, unroll: '2' },
    { element: 'half', residual: true, threadRows: '2', lanes: 8, unroll: '2', anySize: false },
    { element: 'f32', bias: true, activation: 'gelu', threadRows: '1', lanes: 32, unroll: '1' },
  ].map(
    ({ threadRows, lanes, unroll, anySize, ...mix }) =>
      ({
        ...mix,
        format: 'int4',
        shape: {
          lanes,
          workgroupSize: 32,
          threadRows,
          unroll,
          staged: 'int8',
          ...(anySize === false ? { anySize } : {}),
        },
      }) as Mix,
  ),
};

function shapeOf(lanes: number, unroll: VectorShape['unroll']): VectorShape {
  return { lanes, workgroupSize: 32, threadRows: '1', unroll };
}

describe.each(testTiers)('linear_vector_wide in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  // Subgroups change nothing but how sums go over the lanes.
  const few = (suite: Suite): Suite =>
    tier === 'subgroups' ? { ...suite, mixes: suite.mixes.slice(0, suite === wideRows ? 1 : 3) } : suite;

  describe.each([few(wide), few(wideRows), few(wideShapes)])('$name', (suite) => {
    test.each(named(suite.mixes))('%s', async (_, mix) => checkMix(gpu, suite, mix));
  });

  if (gpu.info.features.subgroups && gpu.info.features.integerDot) {
    describe(wideCodes.name, () => {
      test.each(named(wideCodes.mixes))('%s', async (_, mix) => checkMix(gpu, wideCodes, mix));
    });

    test.each([
      ['layerNorm', 0],
      ['layerNorm', 30],
      ['rmsNorm', 0],
    ] as const)(
      'int4 on a GPU: int8 rounds a %s input to 1/127 of a group, beside an outlier of %d, too',
      async (...of) => {
        const [kind, outlier] = of;
        const [inDim, outDim, eps] = [1056, 128, 1e-5];
        const x = Float64Array.from(randomNumbers(inDim, 1), Math.fround);
        if (outlier > 0) x[0] = outlier;
        const gamma = Float64Array.from(randomNumbers(inDim, 3), (v) => Math.fround(1 + v / 4));
        const beta = new Float64Array(inDim);
        const plain = randomNumbers(outDim * inDim, 2);
        const weight = uploadWeight(gpu, { inDim, outDim, plain }, 'int4');
        const sums = new Float32Array(normSumsBytes(outDim) / 4);
        const norm = {
          kind,
          buffer: upload(gpu, Float32Array.from([...gamma, ...beta, ...sums])),
          eps,
          sums: true,
        } as const;
        if (kind === 'layerNorm') await runCalls(gpu, normSums(gpu.info, 'sums', norm.buffer, weight));
        const y = poisoned(gpu, outDim * 4);
        const calls = linear({
          label: 'test',
          device: asHardware(gpu.info),
          x: upload(gpu, Float32Array.from(x)),
          xElement: 'f32',
          yElement: 'f32',
          norm,
          y,
          weight,
          rows: 1,
          none: gpu.none,
        });
        expect(calls.map(({ kernel }) => kernel.name)).toEqual(['linear_vector_codes']);
        await runCalls(gpu, calls);
        const got = await download(gpu, y, outDim);
        const n =
          kind === 'layerNorm'
            ? reference.layerNorm(x, inDim, gamma, beta, eps)
            : reference.rmsNorm(x, inDim, gamma, eps);
        const w = keptAs(plain, inDim, 'int4');
        const want = reference.linear(n, w, inDim, outDim);
        // Uniform errors of half a step at most: their variance is a twelfth of its square.
        let [square, expected] = [0, 0];
        for (let o = 0; o < outDim; o++) {
          square += ((got[o] ?? Number.NaN) - (want[o] ?? 0)) ** 2;
          for (let k = 0; k < inDim; k++) {
            const group = n.subarray(k - (k % 32), k - (k % 32) + 32);
            const step = Math.max(...group.map(Math.abs)) / 127;
            expected += ((w[o * inDim + k] ?? 0) * step) ** 2 / 12;
          }
        }
        expect(Math.sqrt(square / expected)).toBeLessThan(1.4);
      },
    );
  }

  const format = tier === 'subgroups' ? 'int4' : 'f16';
  test(`${format} on a GPU: rows side by side are to the bit what each is alone`, async () => {
    const [rows, inDim, outDim] = [6, 416, 37];
    const x = upload(gpu, Float32Array.from(randomNumbers(rows * inDim, 1)));
    const weight = uploadWeight(gpu, { inDim, outDim, plain: randomNumbers(outDim * inDim, 2) }, format);
    const gamma = Float32Array.from(randomNumbers(inDim, 3), (v) => 1 + v / 4);
    const norm = { kind: 'rmsNorm', buffer: upload(gpu, gamma), eps: 1e-5 } as const;
    const shared = { label: 'test', device: asHardware(gpu.info), xElement: 'f32', yElement: 'f32', norm } as const;
    const run = async (count: number, firstRow: number): Promise<Float64Array> => {
      const y = poisoned(gpu, count * 40 * 4);
      const calls = linear({ ...shared, alone: true, x, y, weight, rows: count, firstRow, none: gpu.none });
      const codes = format === 'int4' && gpu.info.features.integerDot;
      expect(calls.map(({ kernel }) => kernel.name)).toEqual([codes ? 'linear_vector_codes' : 'linear_vector_wide']);
      await runCalls(gpu, calls);
      return download(gpu, y, count * 40);
    };
    const together = await run(rows, 0);
    for (let row = 0; row < rows; row++) expect(together.subarray(row * 40, row * 40 + 40)).toEqual(await run(1, row));
    expect((await run(2, 4)).subarray(0, 80)).toEqual(together.subarray(160, 240));
  });
});
