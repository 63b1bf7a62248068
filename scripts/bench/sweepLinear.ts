import type { ElementType } from '../../src/core/dtype.ts';
import { float16ToNumber, numberToFloat16 } from '../../src/core/float16.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { linear } from '../../src/kernels/chooseLinear.ts';
import type { LinearArgs } from '../../src/kernels/linear.ts';
import { weightRowBytes } from '../../src/kernels/weight.ts';
import {
  codesBytes,
  fitsInt8Tile,
  int8Calls,
  type Int8Tile,
  int8Tiles,
  type QuantizedInput,
  scalesBytes,
} from '../../src/kernels/linearInt8.ts';
import {
  fitsMatrixTile,
  subgroupMatrixCall,
  type SubgroupMatrixTile,
  subgroupMatrixTiles,
  usesMatrixUnits,
} from '../../src/kernels/linearSubgroupMatrix.ts';
import { fitsTile, type LinearTile, linearTiles, tileCall } from '../../src/kernels/linearTile.ts';
import { normSums, normSumsBytes } from '../../src/kernels/normSums.ts';
import { type Bench, difference, noise } from './harness.ts';
import { race } from './race.ts';
import { chosen, type Problem, type SweepOptions } from './sweepOptions.ts';
import {
  type ProductProblem,
  vectorCandidates,
  type VectorProblem,
  vectorProblemCandidates,
  vectorProblems,
} from './sweepVector.ts';

interface ManyRowProblem extends ProductProblem {
  readonly rows: number;
  /** 'odd': all kernels of many rows, however little they suit; held against linear_direct. */
  readonly candidates: 'matrix' | 'skinny' | 'odd';
}

type LinearProblem = ManyRowProblem | VectorProblem;
type Candidate = (args: ManyRowArgs) => KernelCall[];
/** Bytes of weights that a rotation must exceed: over the largest L2 cache. */
const rotation = 220 * 2 ** 20;

const hidden = 2048;
const qkv = { inDim: hidden, outDim: 3 * hidden };
const output = { inDim: hidden, outDim: hidden, residual: true };
const gateUp = { inDim: hidden, outDim: 5504, gated: true };
const down = { inDim: 5504, outDim: hidden, residual: true };

/** Rows, k and outputs that fill no tile: whether every kernel is right on this device, with its k that is a multiple of 8. */
const oddProblems = (element: ElementType): ManyRowProblem[] =>
  [9, 35, 67, 260].flatMap((rows) =>
    (['f16', 'int8', 'int4'] as const).map((format): ManyRowProblem => {
      const epilogue = rows === 35 ? { gated: true } : rows === 67 ? { residual: true } : {};
      return {
        name: `odd.${rows}.${format}`,
        rows,
        candidates: 'odd',
        format,
        element,
        inDim: 1304,
        outDim: 1011,
        ...epilogue,
      };
    }),
  );

/** The trunks' products in prefill, in each format that a weight has on a GPU. */
const manyRowProblems = (element: ElementType): ManyRowProblem[] =>
  (['f16', 'int8', 'int4'] as const).flatMap((format) =>
    [512, 128, 32, 16, 8, 4].flatMap((rows): ManyRowProblem[] => {
      const of = { rows, candidates: rows < 64 ? 'skinny' : 'matrix', format, element } as const;
      const end = format === 'f16' ? rows : `${rows}.${format}`;
      return [
        { name: `qkv.${end}`, ...of, ...qkv },
        { name: `output.${end}`, ...of, ...output },
        { name: `gateUp.${end}`, ...of, ...gateUp },
        { name: `down.${end}`, ...of, ...down },
        { name: `small.qkv.${end}`, ...of, inDim: 512, outDim: 1536 },
        { name: `small.down.${end}`, ...of, inDim: 1024, outDim: 512, residual: true },
      ];
    }),
  );

export function linearProblems(gpu: GpuContext, options: SweepOptions): Problem[] {
  const { shrink } = options;
  const f16: ElementType = gpu.info.features.f16 ? 'f16' : 'f32';
  const half = { format: 'f16', element: f16 } as const;
  const full = { format: 'f32', element: 'f32' } as const;
  const cases: LinearProblem[] = [
    ...vectorProblems(f16),
    { name: 'square.4096', rows: 4096, candidates: 'matrix', inDim: 4096, outDim: 4096, ...half },
    ...manyRowProblems(f16),
    ...oddProblems(f16),
    { name: 'gateUp.512.f32', rows: 512, candidates: 'matrix', ...gateUp, ...full },
  ];
  return cases.map((problem) => {
    const small = {
      ...problem,
      ...(problem.rows === 1
        ? {}
        : { rows: Math.max(1, Math.min(problem.rows, Math.floor((problem.rows * 2) / shrink))) }),
      inDim: Math.max(1056, Math.floor(problem.inDim / shrink / 32) * 32),
      outDim: Math.max(64, Math.floor(problem.outDim / shrink / 8) * 8),
    } as LinearProblem;
    return {
      name: `linear.${problem.name}`,
      run: (bench) => runLinear(bench, shrink > 1 ? small : problem, options),
    };
  });
}

async function runLinear(bench: Bench, p: LinearProblem, options: SweepOptions): Promise<void> {
  const { gpu } = bench;
  const { shrink, report } = options;
  const xElement: ElementType = p.norm ? 'f32' : p.element;
  const yElement: ElementType = p.residual ? 'f32' : p.element;
  const values = noise(p.rows * p.inDim, 7);
  const x = bench.upload(xElement === 'f32' ? values : Uint16Array.from(values, numberToFloat16));
  const gamma = noise(2 * p.inDim, 9).map((v, i) => (i < p.inDim ? 1 + v / 8 : v / 4));
  const seeded = () => bench.seedWeight(p, p.gated ?? false, 1, p.candidates === 'vector' ? p.parts : 1);
  const first = await seeded();
  const storedRows = first.parts.reduce((sum, part) => sum + part.rows, 0);
  const bytes = storedRows * weightRowBytes(p.format, p.inDim);
  const room = new Float32Array(normSumsBytes(storedRows) / 4);
  const norm = p.norm && { kind: p.norm, buffer: bench.upload(joined(gamma, room)), eps: 1e-5, sums: true };
  if (norm?.kind === 'layerNorm') await bench.run(normSums(gpu.info, 'sums', norm.buffer, first));
  const copies = Math.max(1, Math.min(24, Math.ceil(rotation / shrink / shrink / bytes)));
  const weights = [first];
  for (let i = 1; i < copies; i++) weights.push(await seeded());
  const outputs = p.rows * Math.ceil(p.outDim / 4) * 4;
  const y = bench.buffer(outputs * (yElement === 'f32' ? 4 : 2));
  const scratch = {
    codes: bench.buffer(codesBytes(p.rows, p.inDim)),
    scales: bench.buffer(scalesBytes(p.rows, p.inDim)),
  };
  const normed = bench.buffer(p.rows * p.inDim * (p.element === 'f32' ? 4 : 2));
  const argsOf = (weight: LinearArgs['weight']): ManyRowArgs => ({
    scratch,
    label: p.name,
    device: gpu.info,
    x,
    xElement,
    norm,
    normed: norm && { buffer: normed, element: p.element },
    weight,
    activation: p.gated ? 'silu' : 'none',
    y,
    yElement,
    residual: p.residual ?? false,
    rows: p.rows,
    none: gpu.none,
  });
  await race(bench, report, {
    name: p.name,
    candidates: chosen(candidatesFor(p, bench), options),
    args: weights.map(argsOf),
    bytes,
    flops: 2 * p.rows * storedRows * p.inDim,
    output: { buffer: y, count: outputs, element: yElement },
    checked: async (got) => ({ reference: await spotCheck(bench, p, first, values, gamma, got), bytes, copies }),
  });
}

/** The reference kernel's own outputs against float64, at some outputs of the first and last row; of float weights. */
async function spotCheck(
  bench: Bench,
  p: LinearProblem,
  weight: LinearArgs['weight'],
  values: Float32Array,
  gamma: Float32Array,
  got: Float64Array,
): Promise<{ rms: number; worst: number } | 'not read'> {
  const buffer = weight.parts[0]?.buffer;
  const { format } = p;
  // In the first part alone: these have one.
  if (!buffer || weight.parts.length > 1 || format === 'int8' || format === 'int4') return 'not read';
  const size = format === 'f32' ? 4 : 2;
  const have: number[] = [];
  const want: number[] = [];
  for (const row of new Set([0, p.rows - 1])) {
    const raw = values.subarray(row * p.inDim, (row + 1) * p.inDim);
    const input = Float64Array.from(
      raw,
      p.norm || p.element === 'f32' ? Number : (v) => float16ToNumber(numberToFloat16(v)),
    );
    if (p.norm) normalise(input, gamma, p.norm);
    for (let i = 0; i < 8; i++) {
      const column = Math.floor((i * (p.outDim - 1)) / 7);
      const dot = async (weightRow: number): Promise<number> => {
        const w = await bench.floats(buffer, p.inDim, format, weightRow * p.inDim * size);
        return w.reduce((sum, value, k) => sum + value * (input[k] ?? 0), 0);
      };
      const main = await dot(p.gated ? Math.floor(column / 4) * 8 + (column % 4) : column);
      const up = p.gated ? await dot(Math.floor(column / 4) * 8 + (column % 4) + 4) : 1;
      want.push(p.gated ? (main / (1 + Math.exp(-main))) * up : main);
      have.push(got[row === 0 ? column : got.length - Math.ceil(p.outDim / 4) * 4 + column] ?? Number.NaN);
    }
  }
  const { rms, worst } = difference(Float64Array.from(have), Float64Array.from(want));
  return { rms: Number(rms.toPrecision(2)), worst: Number(worst.toPrecision(2)) };
}

function normalise(input: Float64Array, gamma: Float32Array, kind: 'layerNorm' | 'rmsNorm'): void {
  const n = input.length;
  const mean = kind === 'layerNorm' ? input.reduce((sum, v) => sum + v, 0) / n : 0;
  const variance = input.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
  for (let k = 0; k < n; k++) {
    const scaled = (((input[k] ?? 0) - mean) / Math.sqrt(variance + 1e-5)) * (gamma[k] ?? 0);
    input[k] = scaled + (kind === 'layerNorm' ? (gamma[n + k] ?? 0) : 0);
  }
}

const joined = (a: Float32Array, b: Float32Array): Float32Array => {
  const all = new Float32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
};

function candidatesFor(p: LinearProblem, bench: Bench): Record<string, Candidate> {
  return p.candidates === 'vector'
    ? vectorProblemCandidates(p, bench.gpu, bench.buffer(4096))
    : manyRowCandidates(p, bench.gpu);
}

type ManyRowArgs = LinearArgs & { readonly scratch: QuantizedInput };

/** Orders of the tiles: the engine's, and for some all rows of W first. */
const orders = (p: ManyRowProblem, name: string): readonly (readonly [name: string, tallestBand?: number])[] =>
  /^(gateUp\.512|square)/.test(p.name) && /^(64x64(t4|t4d2)?|128x128s2)$/.test(name)
    ? [[''], [' columns first', 1]]
    : [['']];

/** The first, which the others are compared with, sums in f32. Inputs in int8 are off by their own rounding, some 7e-3. */
function manyRowCandidates(p: ManyRowProblem, gpu: GpuContext): Record<string, Candidate> {
  const { info } = gpu;
  const all: Record<string, Candidate> = {};
  if (p.candidates === 'odd') all['direct'] = (args) => linear({ ...args, algorithm: 'direct' });
  all['tile 64x64t4'] = (args) => args.weight.parts.map((part) => tileCall(args, part, '64x64t4'));
  if (p.candidates === 'skinny') {
    all['old vector'] = (args) => linear({ ...args, algorithm: 'vector' });
    Object.assign(all, vectorCandidates(p, p.rows > 4 ? ['4', '8'] : ['4']));
  }
  const { rows, inDim, outDim, format } = p;
  const weight = { format, inDim, outDim, gated: p.gated ?? false, parts: [] };
  // Not those of which the rows fill less than a quarter, or which they fill more than 64 times.
  const suits = (name: string): boolean => {
    const size = Number.parseInt(name);
    return p.candidates === 'odd' || (size < 4 * rows && rows <= 64 * size);
  };
  for (const name of Object.keys(linearTiles) as LinearTile[])
    if (suits(name) && fitsTile(name, info))
      for (const [order, band] of orders(p, name))
        all[`tile ${name}${order}`] = (args) => args.weight.parts.map((part) => tileCall(args, part, name, band));
  if (info.features.integerDot && (format === 'int8' || format === 'int4')) {
    if (p.candidates === 'odd') all['int8 direct'] = (args) => int8Calls(args, 'direct');
    for (const name of Object.keys(int8Tiles) as Int8Tile[])
      if (suits(name) && fitsInt8Tile(name, info))
        for (const [order, band] of orders(p, name))
          all[`int8 ${name}${order}`] = (args) => int8Calls(args, name, band);
  }
  const { matrixSyntax } = info;
  if (matrixSyntax && p.element === 'f16' && usesMatrixUnits(Math.max(8, rows), weight, info))
    for (const name of Object.keys(subgroupMatrixTiles) as SubgroupMatrixTile[])
      if (suits(name) && fitsMatrixTile(name, info))
        for (const [order, band] of orders(p, name))
          all[`units ${name}${order}`] = (args) =>
            args.weight.parts.map((part) => subgroupMatrixCall(args, part, name, matrixSyntax, band));
  return all;
}
