import type { WeightFormat } from '../core/dtype.ts';
import { elementCount, roundUp } from '../core/shape.ts';
import { interleaved, type RowMap, rowsFrom } from '../kernels/convert.ts';
import { normSumsBytes } from '../kernels/normSums.ts';
import { weightRowBytes } from '../kernels/weight.ts';

/** Rows of a tensor that go to a weight by one rule. */
export interface RowSegment {
  readonly firstRow: number;
  readonly rows: number;
  /** Of rows counted from `firstRow`. */
  readonly map: RowMap;
}

/** One tensor of a checkpoint and where its rows go in the weight that it becomes (a part of). */
export interface TensorSource {
  readonly tensor: string;
  /** As the checkpoint must have it. */
  readonly shape: readonly number[];
  /** Elements in a row of the tensor seen as a matrix; a bias is rows of 4. */
  readonly columns: number;
  /** In order and without gaps. */
  readonly segments: readonly RowSegment[];
  /** What `init: 'random'` puts there: uniform in ±value, or the constant. */
  readonly init: { readonly uniform: number } | { readonly constant: number };
}

/** A weight as kernels want it, made of one or more of the checkpoint's tensors. */
export interface WeightSpec {
  readonly id: string;
  /**
   * 'model': in the precision that was asked for. 'vocabulary': embedding and head, never below int8. 'f32': norms and
   * biases, which are small and sensitive.
   */
  readonly format: 'model' | 'vocabulary' | 'f32';
  readonly inDim: number;
  readonly outDim: number;
  readonly gated: boolean;
  /** Rows as stored, padded. */
  readonly storedRows: number;
  /** Of a LayerNorm: the matrix that it comes before, whose sums with gamma and beta lie behind them (kernels/normSums.ts). */
  readonly before?: { readonly id: string; readonly storedRows: number } | undefined;
  readonly sources: readonly TensorSource[];
}

/** PyTorch's default of nn.Linear: uniform in ±1/√inDim. */
const linearInit = (inDim: number): TensorSource['init'] => ({ uniform: 1 / Math.sqrt(inDim) });

/** One matrix [outDim, inDim] made of the tensors' rows, one below the other. */
export function linearSpec(
  id: string,
  inDim: number,
  tensors: readonly (readonly [name: string, rows: number])[],
): WeightSpec {
  let start = 0;
  const sources = tensors.map(([tensor, rows]): TensorSource => {
    const segments = [{ firstRow: 0, rows, map: rowsFrom(start) }];
    const source = { tensor, shape: [rows, inDim], columns: inDim, segments, init: linearInit(inDim) };
    start += rows;
    return source;
  });
  return { id, format: 'model', inDim, outDim: start, gated: false, storedRows: roundUp(start, 4), sources };
}

/** An embedding or an output head [vocab, hidden]. */
export const vocabularySpec = (id: string, hidden: number, tensor: string, vocab: number): WeightSpec => ({
  ...linearSpec(id, hidden, [[tensor, vocab]]),
  format: 'vocabulary',
});

/** Gate and up projections with their rows alternating, four by four, from two tensors. */
export function gatedSpec(id: string, inDim: number, outDim: number, gate: string, up: string): WeightSpec {
  const source = (tensor: string, which: 0 | 1): TensorSource => ({
    tensor,
    shape: [outDim, inDim],
    columns: inDim,
    segments: [{ firstRow: 0, rows: outDim, map: interleaved(which) }],
    init: linearInit(inDim),
  });
  return {
    id,
    format: 'model',
    inDim,
    outDim,
    gated: true,
    storedRows: gatedRows(outDim),
    sources: [source(gate, 0), source(up, 1)],
  };
}

/** The same from one tensor [2·outDim, inDim] that has all gate rows first. */
export function gatedSpecOfOne(id: string, inDim: number, outDim: number, tensor: string): WeightSpec {
  const source: TensorSource = {
    tensor,
    shape: [2 * outDim, inDim],
    columns: inDim,
    segments: [
      { firstRow: 0, rows: outDim, map: interleaved(0) },
      { firstRow: outDim, rows: outDim, map: interleaved(1) },
    ],
    init: linearInit(inDim),
  };
  return { id, format: 'model', inDim, outDim, gated: true, storedRows: gatedRows(outDim), sources: [source] };
}

const gatedRows = (outDim: number): number => roundUp(outDim, 4) * 2;

/** gamma, and beta for LayerNorm, each padded to a multiple of 4. `before`: the matrix that a LayerNorm comes before. */
export function normSpec(id: string, dim: number, gamma: string, beta?: string, before?: WeightSpec): WeightSpec {
  const source = (tensor: string, row: number, constant: number): TensorSource => ({
    tensor,
    shape: [dim],
    columns: dim,
    segments: [{ firstRow: 0, rows: 1, map: rowsFrom(row) }],
    init: { constant },
  });
  const sources = [source(gamma, 0, 1), ...(beta === undefined ? [] : [source(beta, 1, 0)])];
  const storedRows = sources.length;
  return { id, format: 'f32', inDim: dim, outDim: storedRows, gated: false, storedRows, before, sources };
}

/** Vectors one behind the other, each a multiple of 4 long but for the last: a bias of fused projections. */
export function biasSpec(id: string, vectors: readonly (readonly [name: string, length: number])[]): WeightSpec {
  let start = 0;
  const sources = vectors.map(([tensor, length]): TensorSource => {
    const source = quads(tensor, length, rowsFrom(start / 4));
    start += roundUp(length, 4);
    return source;
  });
  return { id, format: 'f32', inDim: 4, outDim: start / 4, gated: false, storedRows: start / 4, sources };
}

/** Biases of gate and up, alternating as the rows of their weight do. */
export function gatedBiasSpec(id: string, length: number, gate: string, up: string): WeightSpec {
  const source = (tensor: string, which: number): TensorSource =>
    quads(tensor, length, { block: 1, blockStride: 2, rowOffset: which });
  const storedRows = Math.ceil(length / 4) * 2;
  return {
    id,
    format: 'f32',
    inDim: 4,
    outDim: storedRows,
    gated: false,
    storedRows,
    sources: [source(gate, 0), source(up, 1)],
  };
}

/** A vector seen as rows of 4. */
const quads = (tensor: string, length: number, map: RowMap): TensorSource => ({
  tensor,
  shape: [length],
  columns: 4,
  segments: [{ firstRow: 0, rows: Math.ceil(length / 4), map }],
  init: { constant: 0 },
});

/** Parameters of the checkpoint: each of its tensors once. */
export const parameterCount = (specs: readonly WeightSpec[]): number =>
  specs.flatMap((spec) => spec.sources).reduce((sum, source) => sum + elementCount(source.shape), 0);

/** What a weight is kept as when a model is loaded in one precision. */
export function formatIn(precision: WeightFormat, spec: WeightSpec): WeightFormat {
  if (spec.format === 'f32') return 'f32';
  // Rows of the vocabulary are read one by one as embeddings, and as the head their errors go into the logits undamped.
  return spec.format === 'vocabulary' && precision === 'int4' ? 'int8' : precision;
}

/** Bytes on the GPU, with each weight kept as `formatOf` says. */
export const weightBytes = (specs: readonly WeightSpec[], formatOf: (spec: WeightSpec) => WeightFormat): number =>
  specs.reduce((sum, spec) => sum + spec.storedRows * weightRowBytes(formatOf(spec), spec.inDim) + sumsBytes(spec), 0);

/** Of a LayerNorm: bytes behind its gamma and beta. */
export const sumsBytes = ({ before }: WeightSpec): number => (before ? normSumsBytes(before.storedRows) : 0);

/** The same in one precision throughout. */
export const precisionBytes = (specs: readonly WeightSpec[], precision: WeightFormat): number =>
  weightBytes(specs, (spec) => formatIn(precision, spec));
