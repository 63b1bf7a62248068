import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { type AttentionMask, attention, chooseAttention, decodeAttention } from '../kernels/attention.ts';
import { elementBytes } from '../core/dtype.ts';
import type { ElementType } from '../core/dtype.ts';
import { type Activations, type LayerContext, normLinear, residualLinear } from './layerOps.ts';
import type { QuantizedInput } from '../kernels/linearInt8.ts';
import type { TrunkConfig } from './trunkConfig.ts';
import type { WeightSet } from './weights.ts';

export interface TrunkOptions {
  /** Of activations between kernels. */
  readonly element: ElementType;
  /** The ultraFusion flag. */
  readonly fusion: boolean;
  /** The computeOverlap flag. */
  readonly overlap?: boolean;
  /** Products of many rows take their input in int8. */
  readonly int8Input?: boolean;
  /** The dynamicBatching flag: a batch is cut so that no more than `thresholdBytes` of GPU memory are in use, and to what there is. */
  readonly batching?: { readonly thresholdBytes: number } | undefined;
  /** Shapes whose plans are kept for the next input of that shape. */
  readonly keptPlans?: number | undefined;
}

/** What the trunk's layers read and write: [batch · seq] rows each. */
export interface TrunkBuffers {
  /** The residual stream, in and out: f32 [batch · seq, hidden]. */
  readonly x: GPUBuffer;
  /** [batch · seq, hidden] */
  readonly normed: GPUBuffer;
  /** [batch · seq, 3, heads, headDim] */
  readonly qkv: GPUBuffer;
  /** [batch · seq, heads, headDim] */
  readonly attended: GPUBuffer;
  /** [batch · seq, intermediate] */
  readonly gated: GPUBuffer;
  readonly int8Input: QuantizedInput | undefined;
}

/** A trunk's layers over one shape of input. */
export interface TrunkGraph {
  readonly gpu: GpuContext;
  readonly config: TrunkConfig;
  readonly weights: WeightSet;
  readonly options: TrunkOptions;
  readonly batch: number;
  readonly seq: number;
  readonly causal?: boolean;
  readonly mask?: AttentionMask | undefined;
}

export async function allocateTrunk(
  activations: Activations,
  { hidden, intermediate }: TrunkConfig,
  rows: number,
  { element, int8Input }: TrunkOptions,
): Promise<TrunkBuffers> {
  return {
    int8Input: int8Input ? await activations.int8Input(rows, Math.max(hidden, intermediate)) : undefined,
    x: await activations.matrix('x', rows, hidden, 'f32'),
    normed: await activations.matrix('normed', rows, hidden, element),
    qkv: await activations.matrix('qkv', rows, 3 * hidden, element),
    attended: await activations.matrix('attended', rows, hidden, element),
    gated: await activations.matrix('gated', rows, intermediate, element),
  };
}

/** Bytes of a row of the widest of them. */
export const widestTrunkRow = ({ hidden, intermediate }: TrunkConfig, element: ElementType): number =>
  Math.max(3 * hidden * elementBytes[element], hidden * 4, intermediate * elementBytes[element]);

const layerContext = (graph: TrunkGraph, buffers: TrunkBuffers): LayerContext => ({
  gpu: graph.gpu,
  element: graph.options.element,
  rows: graph.batch * graph.seq,
  normed: buffers.normed,
  fusion: graph.options.fusion,
  int8Input: buffers.int8Input,
});

/** The calls of all layers. */
export const trunkLayers = (graph: TrunkGraph, buffers: TrunkBuffers): KernelCall[] =>
  Array.from({ length: graph.config.layers }, (_, layer) => trunkLayer(graph, buffers, `layers.${layer}`)).flat();

/** x += o(attention(qkv(norm(x)))); x += down(silu(gate(norm(x))) · up(norm(x))) */
function trunkLayer(graph: TrunkGraph, buffers: TrunkBuffers, id: string): KernelCall[] {
  const { weights } = graph;
  const { normEps } = graph.config;
  const { x, qkv, attended, gated } = buffers;
  const context = layerContext(graph, buffers);
  return [
    ...normLinear(context, {
      label: `${id}.qkv`,
      x,
      norm: weights.norm(`${id}.inputNorm`, 'layerNorm', normEps),
      weight: weights.linear(`${id}.qkv`),
      y: qkv,
    }),
    ...selfAttention(graph, buffers, id),
    ...residualLinear(context, { label: `${id}.output`, input: attended, weight: weights.linear(`${id}.output`), x }),
    ...normLinear(context, {
      label: `${id}.gateUp`,
      x,
      norm: weights.norm(`${id}.mlpNorm`, 'layerNorm', normEps),
      weight: weights.linear(`${id}.gateUp`),
      activation: 'silu',
      y: gated,
    }),
    ...residualLinear(context, { label: `${id}.down`, input: gated, weight: weights.linear(`${id}.down`), x }),
  ];
}

function selfAttention(graph: TrunkGraph, { qkv, attended }: TrunkBuffers, id: string): KernelCall[] {
  const { gpu, batch, seq, mask } = graph;
  const { element } = graph.options;
  const { hidden, heads, headDim } = graph.config;
  const part = (index: number) => ({
    buffer: qkv,
    offset: index * hidden,
    batchStride: seq * 3 * hidden,
    rowStride: 3 * hidden,
    headStride: headDim,
  });
  // On a CPU adapter one tiled pipeline serves every number of queries.
  const few = chooseAttention(seq, gpu.info) === 'decode' && !gpu.info.adapter.software;
  const attend = few ? decodeAttention : attention;
  return attend({
    label: `${id}.attention`,
    element,
    device: gpu.info,
    q: part(0),
    k: part(1),
    v: part(2),
    out: { buffer: attended, offset: 0, batchStride: seq * hidden, rowStride: hidden, headStride: headDim },
    batch,
    heads,
    kvHeads: heads,
    queryLen: seq,
    keyLen: seq,
    headDim,
    scale: 1 / Math.sqrt(headDim),
    causal: graph.causal ?? false,
    ...(mask ? { mask } : {}),
    none: gpu.none,
    choices: gpu.choices,
    operands: {
      input: { buffer: qkv, element, columns: 3 * hidden },
      output: { buffer: attended, element, columns: hidden },
    },
  });
}
