import type { ElementType, WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { linear } from '../../src/kernels/chooseLinear.ts';
import type { Activation, LinearAlgorithm, LinearArgs, NormWeight } from '../../src/kernels/linear.ts';
import { type LinearTile, tileCall } from '../../src/kernels/linearTile.ts';
import { vectorWideCall, type VectorShape } from '../../src/kernels/linearVectorWide.ts';
import { normSums, normSumsBytes } from '../../src/kernels/normSums.ts';
import * as reference from '../reference/linear.ts';
import { expectClose, randomNumbers } from '../support/compare.ts';
import { download, poisoned, rounded, runCalls, upload, uploadElements } from '../support/gpu.ts';
import { dropPadding, keptAs, padColumns, uploadWeight } from '../support/weights.ts';

/** Products held against float64, for the tests of their kernels. */

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
  /** Of linear_vector_wide, as no rule chooses it. */
  readonly shape?: VectorShape;
  readonly lanes?: number;
  readonly firstRow?: number;
  /** Added to every x: a LayerNorm must not lose the digits behind it. */
  readonly mean?: number;
}

/** f32: rounding of sums of some hundred products. f16: an output keeps 11 bits, half a step of 2^-11 relative. */
const tolerances = { f32: { relative: 2e-5, absolute: 2e-5 }, f16: { relative: 6e-4, absolute: 1e-3 } } as const;
/** A mean of 1e3 is known to 1e3 · 2^-24 = 6e-5 standard deviations, some 10 of which a sum can gather. */
const largeMeanTolerance = { relative: 6e-4, absolute: 1.5e-3 } as const;

/**
 * Numbers that int8 with a step for each 32 keeps exactly: n/64 for whole n up to 127, which each 32 have one of. Each eight are
 * followed by their negatives, so that the mean of any whole 16 is zero, and no norm's pivot moves them.
 */
function exactInInt8(count: number): Float64Array {
  const drawn = randomNumbers(count, 1);
  return drawn.map((_, i) => {
    const pair = i % 16 < 8 ? i : i - 8;
    const code = pair % 32 === 0 ? 127 : Math.max(-127, Math.min(127, Math.round((drawn[pair] ?? 0) * 60)));
    return (i % 16 < 8 ? code : -code) / 64;
  });
}

async function check(gpu: GpuContext, c: Case): Promise<void> {
  const inElement: ElementType = c.norm ? 'f32' : c.element;
  const outElement: ElementType = c.residual ? 'f32' : c.element;
  const firstRow = c.firstRow ?? 0;
  const codes = c.shape?.staged === 'int8';
  const drawnRows = codes
    ? exactInInt8((firstRow + c.rows) * c.inDim)
    : randomNumbers((firstRow + c.rows) * c.inDim, 1);
  const allRows = rounded(
    drawnRows.map((v) => v + (c.mean ?? 0)),
    inElement,
  );
  const x = allRows.subarray(firstRow * c.inDim);
  const draw = (seed: number): Float64Array => randomNumbers(c.outDim * c.inDim, seed, 1 / Math.sqrt(c.inDim));
  const [drawn, drawnUp] = [draw(2), draw(3)];
  const [w, up] = [keptAs(drawn, c.inDim, c.format), keptAs(drawnUp, c.inDim, c.format)];
  const bias = c.bias ? rounded(randomNumbers(c.outDim, 4), 'f32') : new Float64Array(c.outDim);
  const upBias = c.bias ? rounded(randomNumbers(c.outDim, 5), 'f32') : new Float64Array(c.outDim);
  const gamma = rounded(
    // Powers of two by group leave codes what they are.
    randomNumbers(c.inDim, 6).map((v, k) => (codes ? 2 ** ((Math.floor(k / 32) % 3) - 1) : 1 + v / 4)),
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

  const weight = uploadWeight(
    gpu,
    { inDim: c.inDim, outDim: c.outDim, ...(c.gated ? { gate: drawn, up: drawnUp } : { plain: drawn }) },
    c.format,
    c.partRows,
  );
  const storedRows = weight.parts.reduce((sum, part) => sum + part.rows, 0);
  const normBuffer = upload(
    gpu,
    Float32Array.from([
      ...padColumns(gamma, 1, c.inDim),
      ...padColumns(beta, 1, c.inDim),
      ...new Float64Array(normSumsBytes(storedRows) / 4).fill(Number.NaN),
    ]),
  );
  if (c.norm === 'layerNorm') await runCalls(gpu, normSums(gpu.info, 'sums', normBuffer, weight));
  const y = c.residual
    ? upload(gpu, Float32Array.from(padColumns(start, c.rows, c.outDim)))
    : poisoned(gpu, c.rows * Math.ceil(c.outDim / 4) * 16);
  const biasRows = c.gated ? interleave(bias, upBias) : padColumns(bias, 1, c.outDim);
  const args: LinearArgs = {
    label: 'test',
    device: gpu.info,
    x: uploadElements(gpu, padColumns(allRows, firstRow + c.rows, c.inDim), inElement),
    xElement: inElement,
    norm: c.norm ? { kind: c.norm, buffer: normBuffer, eps, sums: true } : undefined,
    weight,
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
  const { tile, shape } = c;
  const { parts } = weight;
  await runCalls(
    gpu,
    tile
      ? parts.map((part) => tileCall(args, part, tile))
      : shape
        ? parts.map((part) => vectorWideCall(args, part, shape))
        : linear(args),
  );
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

export type Mix = Omit<Case, 'algorithm' | 'rows' | 'inDim' | 'outDim' | 'element'> & {
  /** 'half': f16 where the device has it. */
  readonly element: 'f32' | 'half';
};
type Size = Pick<Case, 'rows' | 'inDim' | 'outDim' | 'mean' | 'firstRow' | 'partRows'>;

/**
 * A mix is one pipeline, and on a CPU adapter a pipeline costs a second to compile where running it costs a
 * millisecond. So mixes are few, and between them each kernel sees every input, weight format, output, activation, gate,
 * residual and bias; sizes, parts and first rows are uniforms and go through every mix.
 */
export interface Suite {
  readonly name: string;
  /** None: each mix has its tile. */
  readonly algorithm?: LinearAlgorithm;
  readonly sizes: readonly Size[];
  readonly mixes: readonly Mix[];
}

/** All sizes of a suite through one of its mixes. */
export async function checkMix(gpu: GpuContext, { algorithm, sizes }: Suite, mix: Mix): Promise<void> {
  const element = mix.element === 'half' && gpu.info.features.f16 ? 'f16' : 'f32';
  for (const size of sizes) {
    // Without a norm a large mean is only a large number.
    if (size.mean && mix.norm !== 'layerNorm') continue;
    await check(gpu, { ...mix, ...size, element, ...(algorithm ? { algorithm } : {}) });
  }
}

export const named = (mixes: readonly Mix[]) => mixes.map((mix) => [JSON.stringify(mix), mix] as const);
