import type { ElementType, WeightFormat } from '../../src/core/dtype.ts';
import type { GpuContext } from '../../src/gpu/context.ts';
import { multipliesBytes } from '../../src/gpu/device.ts';
import type { KernelCall } from '../../src/gpu/kernel.ts';
import { streamCall } from '../../src/kernels/ceilings.ts';
import { linear } from '../../src/kernels/chooseLinear.ts';
import type { LinearArgs } from '../../src/kernels/linear.ts';
import { stepsOf, vectorWideCall, type VectorShape } from '../../src/kernels/linearVectorWide.ts';

export interface ProductProblem {
  readonly name: string;
  readonly inDim: number;
  readonly outDim: number;
  readonly gated?: boolean;
  readonly norm?: 'layerNorm' | 'rmsNorm';
  readonly residual?: boolean;
  readonly format: WeightFormat;
  readonly element: ElementType;
}

/** Products of one row. */
export interface VectorProblem extends ProductProblem {
  readonly rows: 1;
  readonly candidates: 'vector';
  /** Buffers that W is cut into. Default 1. */
  readonly parts?: number;
  /** Only the rules' choice and a few shapes: what hangs on the size is asked. */
  readonly few?: boolean;
}

type Candidate = (args: LinearArgs) => KernelCall[];

const hidden = 2048;
const qkv = { inDim: hidden, outDim: 3 * hidden };
const output = { inDim: hidden, outDim: hidden, residual: true };
const gateUp = { inDim: hidden, outDim: 5504, gated: true };
const down = { inDim: 5504, outDim: hidden, residual: true };
const square = (size: number) => ({ inDim: size, outDim: size });

export function vectorProblems(f16: ElementType): VectorProblem[] {
  const vector = { candidates: 'vector', rows: 1 } as const;
  const full = { format: 'f32', element: 'f32' } as const;
  const layerNorm = { norm: 'layerNorm' } as const;
  const of = (format: WeightFormat) => ({ ...vector, format, element: f16 }) as const;
  const layer = (format: WeightFormat): VectorProblem[] => {
    const end = format === 'f16' ? '' : `.${format}`;
    return [
      { name: `qkv.norm${end}`, ...of(format), ...qkv, ...layerNorm },
      { name: `output${end}`, ...of(format), ...output },
      { name: `gateUp.norm${end}`, ...of(format), ...gateUp, ...layerNorm },
      { name: `down${end}`, ...of(format), ...down },
    ];
  };
  const head = (format: WeightFormat, outDim: number) => ({ ...of(format), inDim: hidden, outDim });
  return [
    // Over 100 MB each, as the bench has them: 134, 135 and 128 MB.
    { name: 'square.8192', ...of('f16'), ...square(8192) },
    { name: 'square.11264.int8', ...of('int8'), ...square(11_264) },
    { name: 'square.14336.int4', ...of('int4'), ...square(14_336) },
    ...layer('f16'),
    ...layer('int8'),
    ...layer('int4'),
    { name: 'head', ...head('f16', 32_256) },
    { name: 'head.int4', ...head('int4', 151_936) },
    { name: 'head.int8', ...head('int8', 151_936) },
    // Whether a head's rate hangs on its size: 107 MB, 214, 268 (just under 2^28 bytes), and 331 MB in two and three buffers.
    { name: 'head.int8.107', ...head('int8', 49_152), few: true },
    { name: 'head.int8.214', ...head('int8', 98_304), few: true },
    { name: 'head.int8.268', ...head('int8', 123_360), few: true },
    { name: 'head.int8.parts2', ...head('int8', 151_936), parts: 2, few: true },
    { name: 'head.int8.parts3', ...head('int8', 151_936), parts: 3, few: true },
    { name: 'head.int4.380', ...head('int4', 296_960), few: true },
    { name: 'head.f16.622', ...head('f16', 151_936), few: true },
    { name: 'qkv.rms', ...of('f16'), ...qkv, norm: 'rmsNorm' },
    { name: 'qkv', ...of('f16'), ...qkv },
    { name: 'head.f32', ...vector, inDim: hidden, outDim: 32_256, ...full },
    { name: 'small.qkv.norm', ...of('f16'), inDim: 512, outDim: 1536, ...layerNorm },
    { name: 'small.down', ...of('f16'), inDim: 1024, outDim: 512, residual: true },
    { name: 'small.qkv.norm.f32', ...vector, inDim: 512, outDim: 1536, ...layerNorm, ...full },
  ];
}

const withoutSubgroups = (args: LinearArgs): LinearArgs => ({
  ...args,
  device: { ...args.device, features: { ...args.device.features, subgroups: false } },
});

/** The norm as a kernel of its own. */
const apart: Candidate = (args) => linear({ ...args, norm: args.norm && { ...args.norm, sums: false } });

/** W's bytes read and nothing else: what a product of its own dispatch can reach. Its output is none, so `rms` says nothing. */
const readingAlone =
  (sums: GPUBuffer): Candidate =>
  ({ weight }) =>
    weight.parts.map(({ buffer }) =>
      streamCall({ source: buffer, bytes: buffer.size, sums, workgroups: 1024, workgroupSize: 256 }),
    );

/** The first is the reference. `sums`: room for 1,024 words. */
export function vectorProblemCandidates(p: VectorProblem, gpu: GpuContext, sums: GPUBuffer): Record<string, Candidate> {
  const { subgroups } = gpu.info.features;
  const all: Record<string, Candidate> = {
    'old shared': (args) => linear({ ...withoutSubgroups(args), algorithm: 'vector' }),
    'wide by the rules': linear,
    'reading alone': readingAlone(sums),
  };
  if (p.norm === 'layerNorm') all['norm apart'] = apart;
  if (subgroups && !p.few) all['old subgroups'] = (args) => linear({ ...args, algorithm: 'vector' });
  for (const [name, shape] of Object.entries(shapesFor(p)))
    if (shape.staged !== 'int8' || (subgroups && multipliesBytes(gpu.info)))
      all[name] = (args) => args.weight.parts.map((part) => vectorWideCall(args, part, shape));
  if (!p.few)
    all['wide l64 w128 u1 shared'] = (args) =>
      args.weight.parts.map((part) =>
        vectorWideCall(withoutSubgroups(args), part, { lanes: 64, workgroupSize: 128, threadRows: '1', unroll: '1' }),
      );
  return all;
}

/**
 * Lanes, workgroups, unrolling; `any`: not made for one inner dimension; `staged`: the input by way of shared memory, in f32 or
 * in int8.
 */
function shapesFor(p: VectorProblem): Record<string, VectorShape> {
  const steps = stepsOf({ ...p, gated: p.gated ?? false, parts: [] });
  const shapes: Record<string, VectorShape> = {};
  const add = (
    lanes: number,
    workgroupSize: number,
    unroll: VectorShape['unroll'],
    more: Partial<VectorShape> = {},
  ) => {
    // At most half of what is loaded lies past the last step.
    if (2 * steps <= lanes * Number(unroll)) return;
    const name = `wide l${lanes} w${workgroupSize} u${unroll}${more.anySize ? ' any' : ''}${more.staged ? ` staged ${more.staged}` : ''}`;
    shapes[name] = { lanes, workgroupSize, threadRows: '1', unroll, ...more };
  };
  for (const lanes of p.few ? [16, 64] : [8, 16, 32, 64, 128, 256]) {
    const size = Math.max(128, lanes);
    for (const unroll of ['1', '2', '4'] as const) {
      if (unroll === '4' && (lanes > 64 || p.format === 'int4' || p.gated)) continue;
      add(lanes, size, unroll);
      if (p.norm && unroll !== '4' && lanes > 8) {
        add(lanes, size, unroll, { staged: 'f32' });
      }
    }
    if (lanes === 32 || lanes === 64) add(lanes, 64, '2');
    if (lanes === 64 || lanes === 128) add(lanes, 256, '2');
    if (p.norm && lanes === 64) add(lanes, 256, '1', { staged: 'f32' });
    if (p.format === 'int4' && lanes > 8) {
      for (const workgroupSize of [64, 128, 256, 512])
        for (const unroll of ['1', '2', '4'] as const)
          if (workgroupSize >= lanes) add(lanes, workgroupSize, unroll, { staged: 'int8' });
    }
    if (lanes === 64) {
      add(lanes, size, '1', { anySize: true });
      add(lanes, size, '2', { anySize: true });
    }
  }
  return shapes;
}

/** Lanes, workgroups, unrolling and reduction of linear_vector_wide for several rows, as far as they suit the weight. */
export function vectorCandidates(
  p: Pick<LinearArgs['weight'], 'format' | 'inDim' | 'outDim'> & { readonly gated?: boolean },
  threadRows: readonly VectorShape['threadRows'][],
): Record<string, Candidate> {
  const all: Record<string, Candidate> = {};
  const steps = stepsOf({ ...p, gated: p.gated ?? false, parts: [] });
  for (const rows of threadRows)
    for (const lanes of [16, 32, 64, 128, 256])
      for (const workgroupSize of [128, 256])
        for (const unroll of ['1', '2'] as const) {
          if (workgroupSize < lanes || 2 * steps <= lanes * Number(unroll)) continue;
          const shape = { lanes, workgroupSize, threadRows: rows, unroll };
          all[`wide r${rows} l${lanes} w${workgroupSize} u${unroll} sg`] = (args) =>
            args.weight.parts.map((part) => vectorWideCall(args, part, shape));
        }
  return all;
}
