import { describe, expect, test } from 'vitest';
import type { ElementType, WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { type Activation, linear, type NormWeight } from '../../src/kernels/linear.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';
import { dropPadding, padColumns, uploadWeight } from '../support/weights.ts';

interface Case {
  readonly rows: number;
  readonly inDim: number;
  readonly outDim: number;
  readonly format: WeightFormat;
  readonly element: ElementType;
  readonly norm?: NormWeight['kind'];
  readonly bias?: boolean;
  readonly activation?: Activation;
  readonly gated?: boolean;
  readonly residual?: boolean;
  readonly partRows?: number;
}

/** f32: rounding of sums of some hundred products. f16: an output keeps 11 bits, half a step of 2^-11 relative. */
const tolerances = { f32: { relative: 2e-5, absolute: 2e-5 }, f16: { relative: 6e-4, absolute: 1e-3 } } as const;

async function check(gpu: GpuContext, c: Case): Promise<void> {
  const inElement: ElementType = c.norm ? 'f32' : c.element;
  const outElement: ElementType = c.residual ? 'f32' : c.element;
  const x = rounded(randomNumbers(c.rows * c.inDim, 1), inElement);
  const draw = (seed: number): Float64Array => rounded(randomNumbers(c.outDim * c.inDim, seed, 1 / Math.sqrt(c.inDim)), c.format);
  const [w, up] = [draw(2), draw(3)];
  const bias = c.bias ? rounded(randomNumbers(c.outDim, 4), 'f32') : new Float64Array(c.outDim);
  const upBias = c.bias ? rounded(randomNumbers(c.outDim, 5), 'f32') : new Float64Array(c.outDim);
  const gamma = rounded(randomNumbers(c.inDim, 6).map((v) => 1 + v / 4), 'f32');
  const beta = rounded(randomNumbers(c.inDim, 7), 'f32');
  const start = rounded(randomNumbers(c.rows * c.outDim, 8), 'f32');
  const eps = 1e-5;

  const n =
    c.norm === 'layerNorm'
      ? reference.layerNorm(x, c.inDim, gamma, beta, eps)
      : c.norm === 'rmsNorm'
        ? reference.rmsNorm(x, c.inDim, gamma, eps)
        : x;
  const gate = reference.linear(n, w, c.inDim, c.outDim);
  const ups = reference.linear(n, up, c.inDim, c.outDim);
  const want = gate.map((value, i) => {
    const o = i % c.outDim;
    const active = reference.activate(c.activation ?? 'none', value + (bias[o] ?? 0));
    return active * (c.gated ? (ups[i] ?? 0) + (upBias[o] ?? 0) : 1) + (c.residual ? (start[i] ?? 0) : 0);
  });

  const normBuffer = upload(gpu, Float32Array.from([...padColumns(gamma, 1, c.inDim), ...padColumns(beta, 1, c.inDim)]));
  const y = c.residual
    ? upload(gpu, Float32Array.from(padColumns(start, c.rows, c.outDim)))
    : poisoned(gpu, c.rows * Math.ceil(c.outDim / 4) * 16);
  const biasRows = c.gated ? interleave(bias, upBias) : padColumns(bias, 1, c.outDim);
  const calls = linear({
    label: 'test',
    device: gpu.info,
    x: uploadElements(gpu, padColumns(x, c.rows, c.inDim), inElement),
    xElement: inElement,
    norm: c.norm ? { kind: c.norm, buffer: normBuffer, eps } : undefined,
    weight: uploadWeight(gpu, { inDim: c.inDim, outDim: c.outDim, ...(c.gated ? { gate: w, up } : { plain: w }) }, c.format, c.partRows),
    bias: c.bias ? upload(gpu, Float32Array.from(biasRows)) : undefined,
    activation: c.activation ?? 'none',
    y,
    yElement: outElement,
    residual: c.residual ?? false,
    rows: c.rows,
    none: gpu.none,
  });
  await runCalls(gpu, calls);
  const got = await download(gpu, y, c.rows * Math.ceil(c.outDim / 4) * 4, outElement);
  expectClose(dropPadding(got, c.rows, c.outDim), want, tolerances[c.element === 'f16' ? 'f16' : 'f32'], JSON.stringify(c));
}

/** Four of the gate, four of the up, and so on, padded with zeros. */
function interleave(gate: Float64Array, up: Float64Array): Float64Array {
  const out = new Float64Array(Math.ceil(gate.length / 4) * 8);
  gate.forEach((value, i) => {
    out[Math.floor(i / 4) * 8 + (i % 4)] = value;
    out[Math.floor(i / 4) * 8 + (i % 4) + 4] = up[i] ?? 0;
  });
  return out;
}

/** One row, few, a prime number, exactly a tile, over a tile; dimensions odd, prime, tiny, over a tile. */
const sizes: readonly (readonly [rows: number, inDim: number, outDim: number])[] = [
  [1, 1, 1],
  [1, 64, 64],
  [1, 193, 71],
  [2, 37, 130],
  [3, 128, 5],
  [5, 33, 67],
  [16, 64, 64],
  [17, 101, 129],
  [64, 48, 64],
  [67, 35, 131],
  [130, 20, 7],
];

describe.each(testTiers)('linear in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  const elements: ElementType[] = gpu.info.features.f16 ? ['f32', 'f16'] : ['f32'];
  for (const element of elements) {
    for (const format of ['f32', 'f16'] as const) {
      test.each(sizes)(`[%i, %i] · [%i]ᵀ, ${format} weights, ${element} activations`, async (rows, inDim, outDim) => {
        const size = { rows, inDim, outDim, format, element };
        await check(gpu, size);
        await check(gpu, { ...size, norm: 'rmsNorm', bias: true });
        await check(gpu, { ...size, norm: 'layerNorm', activation: 'silu', gated: true });
        await check(gpu, { ...size, residual: true });
      });
    }
    test.each(['relu', 'gelu', 'gelu-tanh', 'silu'] as const)(`epilogue %s, ${element}`, async (activation) => {
      for (const rows of [1, 19]) {
        const c = { rows, inDim: 29, outDim: 30, format: 'f32', element, activation } as const;
        await check(gpu, { ...c, bias: true });
        await check(gpu, { ...c, bias: true, gated: true, norm: 'layerNorm' });
        await check(gpu, { ...c, bias: true, residual: true, norm: 'rmsNorm' });
      }
    });
  }

  test('a weight in several parts gives what one buffer gives', async () => {
    for (const rows of [1, 20]) {
      await check(gpu, { rows, inDim: 24, outDim: 77, format: 'f16', element: 'f32', bias: true, partRows: 32 });
      await check(gpu, { rows, inDim: 24, outDim: 77, format: 'f32', element: 'f32', gated: true, activation: 'silu', partRows: 48 });
    }
  });

  test('the tier has the features it is named for', () => {
    if (tier === 'baseline') expect(gpu.info.features).toMatchObject({ f16: false, subgroups: false });
    if (tier === 'f16') expect(gpu.info.features).toMatchObject({ f16: true, subgroups: false });
    if (tier === 'subgroups') expect(gpu.info.features.subgroups).toBe(true);
  });
});
