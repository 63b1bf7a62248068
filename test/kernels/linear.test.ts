import { describe, expect, test } from 'vitest';
import type { ElementType, WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { linear } from '../../src/kernels/chooseLinear.ts';
import type { Activation, LinearAlgorithm, LinearArgs, NormWeight } from '../../src/kernels/linear.ts';
import { fitsTile, type LinearTile, tileCall } from '../../src/kernels/linearTile.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, openGpu, poisoned, rounded, runCalls, testTiers, upload, uploadElements } from '../support/gpu.ts';
import { asHardware } from '../support/hardwareGpu.ts';
import { dropPadding, keptAs, padColumns, uploadWeight } from '../support/weights.ts';

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
  readonly algorithm?: LinearAlgorithm;
  readonly tile?: LinearTile;
  readonly lanes?: number;
  readonly firstRow?: number;
  /** Added to every x: a LayerNorm must not lose the digits behind it. */
  readonly mean?: number;
}

/** f32: rounding of sums of some hundred products. f16: an output keeps 11 bits, half a step of 2^-11 relative. */
const tolerances = { f32: { relative: 2e-5, absolute: 2e-5 }, f16: { relative: 6e-4, absolute: 1e-3 } } as const;
/** A mean of 1e3 is known to 1e3 · 2^-24 = 6e-5 standard deviations, some 10 of which a sum can gather. */
const largeMeanTolerance = { relative: 6e-4, absolute: 1.5e-3 } as const;

async function check(gpu: GpuContext, c: Case): Promise<void> {
  const inElement: ElementType = c.norm ? 'f32' : c.element;
  const outElement: ElementType = c.residual ? 'f32' : c.element;
  const firstRow = c.firstRow ?? 0;
  const allRows = rounded(
    randomNumbers((firstRow + c.rows) * c.inDim, 1).map((v) => v + (c.mean ?? 0)),
    inElement,
  );
  const x = allRows.subarray(firstRow * c.inDim);
  const draw = (seed: number): Float64Array => randomNumbers(c.outDim * c.inDim, seed, 1 / Math.sqrt(c.inDim));
  const [drawn, drawnUp] = [draw(2), draw(3)];
  const [w, up] = [keptAs(drawn, c.inDim, c.format), keptAs(drawnUp, c.inDim, c.format)];
  const bias = c.bias ? rounded(randomNumbers(c.outDim, 4), 'f32') : new Float64Array(c.outDim);
  const upBias = c.bias ? rounded(randomNumbers(c.outDim, 5), 'f32') : new Float64Array(c.outDim);
  const gamma = rounded(
    randomNumbers(c.inDim, 6).map((v) => 1 + v / 4),
    'f32',
  );
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

  const normBuffer = upload(
    gpu,
    Float32Array.from([...padColumns(gamma, 1, c.inDim), ...padColumns(beta, 1, c.inDim)]),
  );
  const y = c.residual
    ? upload(gpu, Float32Array.from(padColumns(start, c.rows, c.outDim)))
    : poisoned(gpu, c.rows * Math.ceil(c.outDim / 4) * 16);
  const biasRows = c.gated ? interleave(bias, upBias) : padColumns(bias, 1, c.outDim);
  const args: LinearArgs = {
    label: 'test',
    device: gpu.info,
    x: uploadElements(gpu, padColumns(allRows, firstRow + c.rows, c.inDim), inElement),
    xElement: inElement,
    norm: c.norm ? { kind: c.norm, buffer: normBuffer, eps } : undefined,
    weight: uploadWeight(
      gpu,
      { inDim: c.inDim, outDim: c.outDim, ...(c.gated ? { gate: drawn, up: drawnUp } : { plain: drawn }) },
      c.format,
      c.partRows,
    ),
    bias: c.bias ? upload(gpu, Float32Array.from(biasRows)) : undefined,
    activation: c.activation ?? 'none',
    y,
    yElement: outElement,
    residual: c.residual ?? false,
    rows: c.rows,
    firstRow,
    ...(c.lanes === undefined ? {} : { lanes: c.lanes }),
    ...(c.algorithm === undefined ? {} : { algorithm: c.algorithm }),
    none: gpu.none,
  };
  const { tile } = c;
  await runCalls(gpu, tile ? args.weight.parts.map((part) => tileCall(args, part, tile)) : linear(args));
  const got = await download(gpu, y, c.rows * Math.ceil(c.outDim / 4) * 4, outElement);
  expectClose(
    dropPadding(got, c.rows, c.outDim),
    want,
    c.mean ? largeMeanTolerance : tolerances[c.element],
    JSON.stringify(c),
  );
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

type Mix = Omit<Case, 'algorithm' | 'rows' | 'inDim' | 'outDim' | 'element'> & {
  /** 'half': f16 where the device has it. */
  readonly element: 'f32' | 'half';
};
type Size = Pick<Case, 'rows' | 'inDim' | 'outDim' | 'mean' | 'firstRow' | 'partRows'>;

/**
 * A mix is one pipeline, and on a CPU adapter a pipeline costs a second to compile where running it costs a
 * millisecond. So mixes are few, and between them each kernel sees every input, weight format, output, activation, gate,
 * residual and bias; sizes, parts and first rows are uniforms and go through every mix.
 */
interface Suite {
  readonly name: string;
  /** None: each mix has its tile. */
  readonly algorithm?: LinearAlgorithm;
  readonly sizes: readonly Size[];
  readonly mixes: readonly Mix[];
}

/**
 * Tiles for GPUs, which take no norm: rows and columns under, at and over one tile, and 17 tiles of rows, which make two
 * bands; 2, 4 and 8 rows an invocation, one and two places, and slices of k. `scripts/bench/sweep.mjs` holds all tiles
 * against linear_direct: here each costs ten seconds and more to compile.
 */
const tiles: Suite = {
  name: 'tile',
  sizes: [
    { rows: 4, inDim: 1, outDim: 1 },
    { rows: 17, inDim: 101, outDim: 129 },
    { rows: 64, inDim: 48, outDim: 64 },
    { rows: 67, inDim: 35, outDim: 131, firstRow: 1 },
    { rows: 260, inDim: 20, outDim: 7 },
    { rows: 20, inDim: 24, outDim: 77, partRows: 48 },
  ],
  mixes: [
    { tile: '64x64t4', element: 'half', format: 'f16', bias: true, activation: 'relu' },
    { tile: '16x32s8', element: 'f32', format: 'f32', residual: true, gated: true, bias: true, activation: 'silu' },
    { tile: '64x64b2', element: 'half', format: 'int8', residual: true, activation: 'gelu-tanh' },
    { tile: '16x64', element: 'half', format: 'int4', gated: true, activation: 'silu' },
  ],
};

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
    { element: 'f32', format: 'int4', norm: 'rmsNorm', bias: true },
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

/** One to three rows. Dimensions: one, a whole number of vec4s, odd, prime, fewer and more than all lanes. */
const vector: Suite = {
  name: 'vector',
  algorithm: 'vector',
  sizes: [
    { rows: 1, inDim: 1, outDim: 1 },
    { rows: 1, inDim: 64, outDim: 64 },
    { rows: 1, inDim: 307, outDim: 71 },
    { rows: 2, inDim: 37, outDim: 130, firstRow: 3 },
    { rows: 3, inDim: 128, outDim: 5 },
    { rows: 2, inDim: 24, outDim: 77, partRows: 32 },
    { rows: 1, inDim: 9, outDim: 9, mean: 1e3 },
  ],
  mixes: [
    { element: 'f32', format: 'f32', bias: true, lanes: 1 },
    { element: 'half', format: 'f16', residual: true, bias: true, activation: 'relu', lanes: 4 },
    { element: 'half', format: 'f32', activation: 'gelu-tanh', lanes: 16 },
    { element: 'half', format: 'int4', norm: 'rmsNorm', gated: true, activation: 'silu' },
    { element: 'half', format: 'int8', norm: 'layerNorm', bias: true, activation: 'gelu', lanes: 64 },
    { element: 'half', format: 'f16', norm: 'rmsNorm', gated: true, activation: 'silu' },
    { element: 'half', format: 'f32', norm: 'layerNorm', bias: true, activation: 'gelu', lanes: 64 },
    { element: 'f32', format: 'int8', residual: true, lanes: 1 },
    { element: 'f32', format: 'int4', bias: true, lanes: 4 },
    { element: 'half', format: 'f32', bias: true, activation: 'sigmoid', lanes: 16 },
    { element: 'f32', format: 'f32', bias: true, activation: 'tanh', residual: true, lanes: 1 },
    {
      element: 'f32',
      format: 'f32',
      norm: 'rmsNorm',
      gated: true,
      bias: true,
      activation: 'gelu',
      residual: true,
      lanes: 1,
    },
    { element: 'f32', format: 'f16', norm: 'layerNorm', gated: true, bias: true, activation: 'gelu-tanh', lanes: 4 },
  ],
};

/** The matrix product of software adapters, which takes no norm: two and eight rows an invocation. */
const direct: Suite = {
  name: 'direct',
  algorithm: 'direct',
  sizes: [
    { rows: 5, inDim: 33, outDim: 67 },
    { rows: 13, inDim: 24, outDim: 77, partRows: 32, firstRow: 2 },
    { rows: 17, inDim: 101, outDim: 129 },
    { rows: 67, inDim: 1, outDim: 1 },
  ],
  mixes: [
    { element: 'half', format: 'f16', bias: true, activation: 'silu' },
    { element: 'f32', format: 'f32', gated: true, bias: true, activation: 'gelu', residual: true },
    { element: 'half', format: 'int8', bias: true },
    { element: 'f32', format: 'int4', gated: true, activation: 'silu' },
  ],
};

describe.each(testTiers)('linear in tier %s', async (tier) => {
  const gpu = await openGpu(tier);
  // Subgroups change nothing but how the vector kernels sum over their lanes: there some mixes of those, and one to show
  // that the others run; the tiers below have them all.
  const few = (suite: Suite): Suite =>
    tier === 'subgroups'
      ? { ...suite, mixes: suite.mixes.slice(0, suite === vector ? 7 : suite === wide ? 3 : 1) }
      : suite;

  // Baseline's 16 KiB of workgroup memory have no room for some tiles.
  const fits = ({ tile }: Mix): boolean => !tile || fitsTile(tile, gpu.info);

  describe.each([few(vector), few(wide), few(wideRows), few(direct), few(tiles)])(
    '$name',
    ({ algorithm, mixes, sizes }) => {
      test.each(mixes.filter(fits).map((mix) => [JSON.stringify(mix), mix] as const))('%s', async (_, mix) => {
        const element = mix.element === 'half' && gpu.info.features.f16 ? 'f16' : 'f32';
        for (const size of sizes) {
          // Without a norm a large mean is only a large number.
          if (size.mean && mix.norm !== 'layerNorm') continue;
          await check(gpu, { ...mix, ...size, element, ...(algorithm ? { algorithm } : {}) });
        }
      });
    },
  );

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
      expect(calls.map(({ kernel }) => kernel.name)).toEqual(['linear_vector_wide']);
      await runCalls(gpu, calls);
      return download(gpu, y, count * 40);
    };
    const together = await run(rows, 0);
    for (let row = 0; row < rows; row++) expect(together.subarray(row * 40, row * 40 + 40)).toEqual(await run(1, row));
    expect((await run(2, 4)).subarray(0, 80)).toEqual(together.subarray(160, 240));
  });

  test('the tier has the features it is named for', () => {
    if (tier === 'baseline') expect(gpu.info.features).toMatchObject({ f16: false, subgroups: false });
    if (tier === 'f16') expect(gpu.info.features).toMatchObject({ f16: true, subgroups: false });
    if (tier === 'subgroups') expect(gpu.info.features.subgroups).toBe(true);
  });
});
