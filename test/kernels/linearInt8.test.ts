import { describe, expect, test } from 'vitest';
import type { ElementType } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { Activation, NormWeight } from '../../src/kernels/linear.ts';
import {
  codesBytes,
  fitsInt8Tile,
  int8Calls,
  type Int8Tile,
  linearInt8Candidates,
  scalesBytes,
  usesInt8Input,
} from '../../src/kernels/linearInt8.ts';
import type { LinearWeight } from '../../src/kernels/weight.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';
import { dropPadding, keptAs, padColumns, uploadWeight } from '../support/weights.ts';

interface Case {
  readonly rows: number;
  readonly inDim: number;
  readonly outDim: number;
  readonly format: 'int8' | 'int4';
  readonly element: ElementType;
  readonly tile: Int8Tile | 'direct';
  readonly norm?: NormWeight['kind'];
  readonly bias?: boolean;
  readonly activation?: Activation;
  readonly gated?: boolean;
  readonly residual?: boolean;
  readonly partRows?: number;
  readonly firstRow?: number;
}

/** Sums over a group are exact; over groups they round as f32 sums do. f16 outputs keep 11 bits. */
const tolerances = { f32: { relative: 2e-5, absolute: 2e-5 }, f16: { relative: 6e-4, absolute: 1e-3 } } as const;

const eps = 1e-5;

function normalized(c: Case, x: Float64Array, gamma: Float64Array, beta: Float64Array): Float64Array {
  if (c.norm === 'layerNorm') return reference.layerNorm(x, c.inDim, gamma, beta, eps);
  return c.norm === 'rmsNorm' ? reference.rmsNorm(x, c.inDim, gamma, eps) : x;
}

/**
 * What the GPU made of its input, [rows, inDim] as the codes mean it, held against the input: the step is max|x| / 127 of
 * each group, and no value is further off than half of it (and what f32 rounds off a norm).
 */
async function readInput(
  gpu: GpuContext,
  c: Case,
  want: Float64Array,
  scratch: { readonly codes: GPUBuffer; readonly scales: GPUBuffer },
): Promise<Float64Array> {
  const groups = Math.ceil(c.inDim / 32);
  const codes = new Int8Array(await gpu.read(scratch.codes, 0, c.rows * groups * 32));
  const scales = await download(gpu, scratch.scales, c.rows * groups * 2);
  const out = new Float64Array(c.rows * c.inDim);
  for (let r = 0; r < c.rows; r++) {
    for (let g = 0; g < groups; g++) {
      const [step = Number.NaN, sum = Number.NaN] = scales.subarray((r * groups + g) * 2);
      const list = [...codes.subarray((r * groups + g) * 32, (r * groups + g + 1) * 32)];
      const values = [...want.subarray(r * c.inDim + g * 32, r * c.inDim + Math.min(c.inDim, g * 32 + 32))];
      const largest = Math.max(...values.map(Math.abs));
      expect(Math.abs(step - largest / 127), 'step').toBeLessThanOrEqual(1e-5 * (largest / 127) + 1e-9);
      expectClose([sum], [step * list.reduce((a, b) => a + b, 0)], { relative: 1e-6, absolute: 1e-9 }, 'sum of codes');
      list.forEach((code, k) => {
        const value = values[k];
        if (value === undefined) return expect(code, 'padding').toBe(0);
        out[r * c.inDim + g * 32 + k] = code * step;
        return expect(Math.abs(code * step - value), `row ${r}, k ${g * 32 + k}`).toBeLessThanOrEqual(
          step * 0.501 + 1e-9,
        );
      });
    }
  }
  return out;
}

async function check(gpu: GpuContext, c: Case): Promise<void> {
  const inElement: ElementType = c.norm ? 'f32' : c.element;
  const outElement: ElementType = c.residual ? 'f32' : c.element;
  const firstRow = c.firstRow ?? 0;
  const allRows = rounded(randomNumbers((firstRow + c.rows) * c.inDim, 1), inElement);
  const draw = (seed: number): Float64Array => randomNumbers(c.outDim * c.inDim, seed, 1 / Math.sqrt(c.inDim));
  const [w, up] = [draw(2), draw(3)];
  const bias = c.bias ? rounded(randomNumbers(c.outDim, 4), 'f32') : new Float64Array(c.outDim);
  const gamma = rounded(
    randomNumbers(c.inDim, 6).map((v) => 1 + v / 4),
    'f32',
  );
  const beta = rounded(randomNumbers(c.inDim, 7), 'f32');
  const start = rounded(randomNumbers(c.rows * c.outDim, 8), 'f32');
  const normRows = [...padColumns(gamma, 1, c.inDim), ...padColumns(beta, 1, c.inDim)];
  const scratch = {
    codes: poisoned(gpu, codesBytes(c.rows, c.inDim)),
    scales: poisoned(gpu, scalesBytes(c.rows, c.inDim)),
  };
  const y = c.residual
    ? upload(gpu, Float32Array.from(padColumns(start, c.rows, c.outDim)))
    : poisoned(gpu, c.rows * Math.ceil(c.outDim / 4) * 16);
  const args = {
    label: 'test',
    device: gpu.info,
    x: uploadElements(gpu, padColumns(allRows, firstRow + c.rows, c.inDim), inElement),
    xElement: inElement,
    norm: c.norm ? { kind: c.norm, buffer: upload(gpu, Float32Array.from(normRows)), eps } : undefined,
    weight: uploadWeight(
      gpu,
      { inDim: c.inDim, outDim: c.outDim, ...(c.gated ? { gate: w, up } : { plain: w }) },
      c.format,
      c.partRows,
    ),
    bias: c.bias ? upload(gpu, Float32Array.from(padColumns(bias, 1, c.outDim))) : undefined,
    activation: c.activation ?? 'none',
    y,
    yElement: outElement,
    residual: c.residual ?? false,
    rows: c.rows,
    firstRow,
    none: gpu.none,
    scratch,
  } as const;
  await runCalls(gpu, int8Calls(args, c.tile));
  const n = await readInput(gpu, c, normalized(c, allRows.subarray(firstRow * c.inDim), gamma, beta), scratch);
  const product = (weight: Float64Array): Float64Array =>
    reference.linear(n, keptAs(weight, c.inDim, c.format), c.inDim, c.outDim);
  const [gate, ups] = [product(w), product(up)];
  const want = gate.map((value, i) => {
    const active = reference.activate(c.activation ?? 'none', value + (bias[i % c.outDim] ?? 0));
    return active * (c.gated ? (ups[i] ?? 0) : 1) + (c.residual ? (start[i] ?? 0) : 0);
  });
  const got = await download(gpu, y, c.rows * Math.ceil(c.outDim / 4) * 4, outElement);
  expectClose(dropPadding(got, c.rows, c.outDim), want, tolerances[outElement], JSON.stringify(c));
}

const sizes = [
  { rows: 4, inDim: 1, outDim: 1 },
  { rows: 5, inDim: 33, outDim: 67 },
  { rows: 13, inDim: 24, outDim: 77, partRows: 32, firstRow: 2 },
  { rows: 16, inDim: 64, outDim: 64 },
  { rows: 17, inDim: 101, outDim: 129 },
  { rows: 67, inDim: 289, outDim: 131, firstRow: 1 },
];
/** 17 tiles of 16 rows make two bands. */
const bands = { rows: 260, inDim: 40, outDim: 7 };
const mixes = [
  { format: 'int8', element: 'half' },
  { format: 'int8', element: 'f32', norm: 'layerNorm', bias: true, activation: 'gelu' },
  { format: 'int4', element: 'half', gated: true, activation: 'silu' },
  { format: 'int4', element: 'f32', norm: 'rmsNorm', residual: true },
] as const;

describe.each(testTiers)('linear with int8 activations in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  // A browser without dot4I8Packed has nothing to test here: usesInt8Input keeps such a device on the other kernels.
  const there = gpu.info.features.integerDot;
  // Subgroups change nothing in these kernels.
  const few = tier === 'subgroups' ? mixes.slice(2, 3) : mixes;

  test.each((there ? few : []).map((mix) => [JSON.stringify(mix), mix] as const))('direct: %s', async (_, mix) => {
    const element = mix.element === 'half' && gpu.info.features.f16 ? 'f16' : 'f32';
    for (const size of sizes) await check(gpu, { ...mix, ...size, element, tile: 'direct' });
  });

  // Nothing but the output's type differs between tiers, but the workgroup memory that there is.
  const tileMixes = [
    { tile: '64x64t4d2', format: 'int8', element: 'f32', bias: true },
    { tile: '16x32s8', format: 'int4', element: 'f32', gated: true },
    { tile: '64x64t4b2', format: 'int4', element: 'half', residual: true },
  ] as const;
  const here = tileMixes.filter(({ tile }) => there && fitsInt8Tile(tile, gpu.info) && tier !== 'subgroups');
  test.each(here.map((mix) => [JSON.stringify(mix), mix] as const))(
    'tiled: %s',
    async (_, mix) => {
      const element = mix.element === 'half' && gpu.info.features.f16 ? 'f16' : 'f32';
      for (const size of [...sizes, bands]) await check(gpu, { ...mix, ...size, element });
    },
    300_000,
  );

  const weightOf = (format: LinearWeight['format']): LinearWeight => ({
    format,
    inDim: 64,
    outDim: 64,
    gated: false,
    parts: [],
  });

  test('serves quantised weights from four rows on, where WGSL has the integer dot product', () => {
    const device = { ...gpu.info, subgroupSize: [8, 8] as const };
    expect(usesInt8Input(4, weightOf('int8'), device)).toBe(there);
    expect(usesInt8Input(300, weightOf('int4'), device)).toBe(there);
    expect(usesInt8Input(3, weightOf('int8'), gpu.info)).toBe(false);
    expect(usesInt8Input(300, weightOf('f16'), gpu.info)).toBe(false);
    const without = { ...gpu.info, features: { ...gpu.info.features, integerDot: false } };
    expect(usesInt8Input(300, weightOf('int8'), without)).toBe(false);
    // linear_direct on SwiftShader and matrix units are faster and more exact.
    const quads = { ...gpu.info.features, subgroups: true };
    expect(usesInt8Input(300, weightOf('int8'), { ...gpu.info, features: quads, subgroupSize: [4, 4] })).toBe(false);
    expect(usesInt8Input(300, weightOf('int8'), { ...gpu.info, matrixSyntax: 'templates' })).toBe(false);
    expect(usesInt8Input(4, weightOf('int8'), { ...device, matrixSyntax: 'templates' })).toBe(there);
  });

  test.each([
    [4, 6144],
    [16, 2048],
    [64, 11_008],
    [512, 2048],
  ])('the candidates for %d rows and %d outputs fit the device', (rows, outDim) => {
    const weight = { ...weightOf('int8'), inDim: 2048, outDim };
    const none = gpu.none;
    const scratch = { codes: none, scales: none };
    const args = { label: '', device: gpu.info, x: none, xElement: 'f32', y: none, yElement: 'f32', none } as const;
    const candidates = linearInt8Candidates({ ...args, weight, rows, scratch });
    expect(candidates.length).toBeGreaterThan(0);
    expect(new Set(candidates.map(({ name }) => name)).size).toBe(candidates.length);
  });
});
