import matrixWgsl from '../../shaders/attention_matrix.wgsl?raw';
import matricesWgsl from '../../shaders/lib/attention_matrices.wgsl?raw';
import matricesScalarWgsl from '../../shaders/lib/attention_matrices_scalar.wgsl?raw';
import paramsWgsl from '../../shaders/lib/attention_params.wgsl?raw';
import rowPartialWgsl from '../../shaders/lib/attention_row_partial.wgsl?raw';
import rowResultWgsl from '../../shaders/lib/attention_row_result.wgsl?raw';
import sightWgsl from '../../shaders/lib/attention_sight.wgsl?raw';
import elemF16 from '../../shaders/lib/elem_f16.wgsl?raw';
import invocationSubgroupsWgsl from '../../shaders/lib/invocation_lane_subgroups.wgsl?raw';
import matrixTypesWgsl from '../../shaders/lib/matrix_types.wgsl?raw';
import sequencesWgsl from '../../shaders/lib/sequences.wgsl?raw';
import type { MatrixSyntax } from '../gpu/device.ts';
import { callKernel, defineKernel, type KernelCall } from '../gpu/kernel.ts';
import type { AttentionArgs, HeadsView } from './attentionArgs.ts';
import { viewBindings, viewParams } from './attentionKernels.ts';
import { inSplits, splitCall, splitsOf } from './attentionMerge.ts';

/** How attention_matrix cuts its work: shaders/attention_matrix.wgsl. */
const shapeAxes = {
  rowBlocks: {
    '1': ['const ROW_BLOCKS = 1u;'],
    '2': ['const ROW_BLOCKS = 2u;'],
    '4': ['const ROW_BLOCKS = 4u;'],
    '8': ['const ROW_BLOCKS = 8u;'],
  },
  slices: { '1': ['const SLICES = 1u;'], '2': ['const SLICES = 2u;'], '4': ['const SLICES = 4u;'] },
  keyBlocks: { '1': ['const KEY_BLOCKS = 1u;'], '2': ['const KEY_BLOCKS = 2u;'], '4': ['const KEY_BLOCKS = 4u;'] },
} as const;

export type MatrixAttentionShape = { readonly [N in keyof typeof shapeAxes]: keyof (typeof shapeAxes)[N] };

/** headDim / 16. */
const dimBlocksAxis = {
  '1': ['const DIM_BLOCKS = 1u;'],
  '2': ['const DIM_BLOCKS = 2u;'],
  '3': ['const DIM_BLOCKS = 3u;'],
  '4': ['const DIM_BLOCKS = 4u;'],
  '5': ['const DIM_BLOCKS = 5u;'],
  '6': ['const DIM_BLOCKS = 6u;'],
  '7': ['const DIM_BLOCKS = 7u;'],
  '8': ['const DIM_BLOCKS = 8u;'],
} as const;
const isDimBlocks = (name: string): name is keyof typeof dimBlocksAxis => name in dimBlocksAxis;

/** Attention of many query rows on matrix units: see the WGSL. */
export const attentionMatrixKernel = defineKernel({
  name: 'attention_matrix',
  wgsl: [sequencesWgsl, paramsWgsl, elemF16, invocationSubgroupsWgsl, sightWgsl, matrixWgsl],
  axes: {
    syntax: { templates: [matrixTypesWgsl, matricesWgsl], booleans: [matrixTypesWgsl, matricesScalarWgsl] },
    row: { result: [rowResultWgsl], partial: [rowPartialWgsl] },
    dimBlocks: dimBlocksAxis,
    ...shapeAxes,
  },
  bindings: viewBindings,
  params: viewParams,
  overrides: [],
});

/** `r4 s2 k1`: blocks of 16 rows, slices, blocks of 16 keys in a slice's tile. */
export const matrixShapeName = ({ rowBlocks, slices, keyBlocks }: MatrixAttentionShape): string =>
  `r${rowBlocks} s${slices} k${keyBlocks}`;

/** Keys of k and v are read eight elements at a time. */
const inEights = ({ offset, batchStride, rowStride, headStride }: HeadsView): boolean =>
  [offset, batchStride, rowStride, headStride].every((count) => count % 8 === 0);

/** Whether attention_matrix can do it on a device that has such units; else attention_prefill. */
export const suitsMatrixUnits = ({ element, headDim, k, v }: AttentionArgs): boolean =>
  element === 'f16' && headDim % 16 === 0 && headDim <= 128 && inEights(k) && inEights(v);

/** Bytes of workgroup memory that attention_matrix takes in a shape. */
export function matrixAttentionBytes(shape: MatrixAttentionShape, headDim: number): number {
  const [rows, slices, keys] = [Number(shape.rowBlocks), Number(shape.slices), Number(shape.keyBlocks)];
  const subgroups = rows * slices;
  const matrices = Math.max(2 * keys * slices, rows) * (headDim / 16);
  // A matrix of halves takes 50 chunks of 16 bytes, one of scores 84; and 16 rows' states, and a flag.
  return (matrices + subgroups * keys) * 50 * 16 + subgroups * (keys * 84 * 16 + 16 * 8 + 4);
}

/** `attention` by attention_matrix in a given shape; with `scratch` and `splitKeys`, a multiple of 64, keys are split and merged. */
export function matrixAttention(
  args: AttentionArgs,
  shape: MatrixAttentionShape,
  syntax: MatrixSyntax,
  splitKeys = 0x7fff_ffff,
): KernelCall[] {
  const tiles = Math.ceil(args.queryLen / (16 * Number(shape.rowBlocks)));
  const dimBlocks = String(args.headDim / 16);
  if (!isDimBlocks(dimBlocks)) throw new RangeError(`attention_matrix has no variant for headDim ${args.headDim}.`);
  return inSplits(args, splitsOf(splitKeys), (split) =>
    callKernel(attentionMatrixKernel, {
      ...splitCall(args, split, tiles),
      choice: { syntax, row: split.row, dimBlocks, ...shape },
      workgroups: () => [tiles * split.splits(), args.heads, args.batch],
    }),
  );
}
