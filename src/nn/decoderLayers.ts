import type { GpuContext } from '../gpu/context.ts';
import type { KernelCall } from '../gpu/kernel.ts';
import { attention, chooseAttention, decodeAttention } from '../kernels/attention.ts';
import { embedding } from '../kernels/embedding.ts';
import { ropeKv } from '../kernels/ropeKv.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import type { SlotBuffers, StepBuffers } from './decoderMemory.ts';
import { type LayerContext, normLinear, residualLinear } from './layerOps.ts';
import type { WeightSet } from './weights.ts';

/** One step's buffers: those of its rows, those of the slots, and the records of its sequences. */
export type DecoderBuffers = StepBuffers & SlotBuffers & { readonly state: GPUBuffer };

export interface DecoderGraph {
  readonly gpu: GpuContext;
  readonly config: DecoderConfig;
  readonly weights: WeightSet;
  readonly buffers: DecoderBuffers;
  /** Positions of a slot. */
  readonly capacity: number;
  /** Sequences that a step takes in; each has `rows / sequences` of its rows. */
  readonly sequences: number;
  /** Keys that there are at most at the time of recording. */
  readonly maxKeys: () => number;
}

export const embedTokens = ({ gpu, weights, buffers, sequences, capacity }: DecoderGraph, rows: number): KernelCall[] =>
  embedding({
    label: 'embedding',
    device: gpu.info,
    weight: weights.linear('embedding'),
    tokens: buffers.tokens,
    state: buffers.state,
    y: buffers.x,
    rows: rows / sequences,
    sequences,
    tokenStride: capacity + 1,
  });

/** x += o(attention(rope(qkv(norm(x))))); x += down(act(gate(norm(x))) · up(norm(x))) */
export function decoderLayer(graph: DecoderGraph, context: LayerContext, index: number): KernelCall[] {
  const { config, weights, buffers } = graph;
  const id = `layers.${index}`;
  const { x, qkv, attended, gated } = buffers;
  return [
    ...normLinear(context, {
      label: `${id}.qkv`,
      x,
      norm: weights.norm(`${id}.inputNorm`, 'rmsNorm', config.normEps),
      weight: weights.linear(`${id}.qkv`),
      bias: weights.optionalVector(`${id}.qkvBias`),
      y: qkv,
    }),
    ...cachedAttention(graph, context, index),
    ...residualLinear(context, {
      label: `${id}.output`,
      input: attended,
      weight: weights.linear(`${id}.output`),
      bias: weights.optionalVector(`${id}.outputBias`),
      x,
    }),
    ...normLinear(context, {
      label: `${id}.gateUp`,
      x,
      norm: weights.norm(`${id}.mlpNorm`, 'rmsNorm', config.normEps),
      weight: weights.linear(`${id}.gateUp`),
      bias: weights.optionalVector(`${id}.gateUpBias`),
      activation: config.activation,
      y: gated,
    }),
    ...residualLinear(context, {
      label: `${id}.down`,
      input: gated,
      weight: weights.linear(`${id}.down`),
      bias: weights.optionalVector(`${id}.downBias`),
      x,
    }),
  ];
}

/** Rotates, writes the cache, and attends to all of it causally. */
function cachedAttention(graph: DecoderGraph, context: LayerContext, index: number): KernelCall[] {
  const { gpu, config, weights, buffers } = graph;
  const { heads, kvHeads, headDim } = config;
  const { keys, values } = cacheOf(graph, index);
  const qkNorm = weights.optionalVector(`layers.${index}.qkNorm`);
  return [
    ropeKv({
      label: `layers.${index}.rope`,
      device: gpu.info,
      element: context.element,
      qkv: buffers.qkv,
      rope: buffers.rope,
      qkNorm: qkNorm && { buffer: qkNorm, eps: config.normEps },
      state: buffers.state,
      q: buffers.q,
      keyCache: keys,
      valueCache: values,
      rows: context.rows / graph.sequences,
      sequences: graph.sequences,
      capacity: graph.capacity,
      heads,
      kvHeads,
      headDim,
      none: gpu.none,
    }),
    ...attendToCache(graph, context, index),
  ];
}

function attendToCache(graph: DecoderGraph, context: LayerContext, index: number): KernelCall[] {
  const { gpu, config, buffers } = graph;
  const { heads, kvHeads, headDim } = config;
  const { keys, values } = cacheOf(graph, index);
  const rows = context.rows / graph.sequences;
  const view = (buffer: GPUBuffer) => ({
    buffer,
    offset: 0,
    batchStride: rows * heads * headDim,
    rowStride: heads * headDim,
    headStride: headDim,
  });
  const slotView = (buffer: GPUBuffer) => ({
    buffer,
    offset: 0,
    batchStride: kvHeads * graph.capacity * headDim,
    rowStride: headDim,
    headStride: graph.capacity * headDim,
  });
  const operand = (buffer: GPUBuffer, count: number) => ({
    buffer,
    element: context.element,
    columns: count * headDim,
  });
  const attend = chooseAttention(rows, gpu.info) === 'decode' ? decodeAttention : attention;
  return attend({
    label: `layers.${index}.attention`,
    element: context.element,
    device: gpu.info,
    q: view(buffers.q),
    k: slotView(keys),
    v: slotView(values),
    out: view(buffers.attended),
    batch: graph.sequences,
    heads,
    kvHeads,
    queryLen: rows,
    // The rows of this plan; those before are the state's.
    keyLen: rows,
    headDim,
    scale: 1 / Math.sqrt(headDim),
    causal: true,
    state: buffers.state,
    none: gpu.none,
    maxKeys: graph.maxKeys,
    keyCapacity: graph.capacity,
    ...(buffers.attentionScratch ? { scratch: buffers.attentionScratch } : {}),
    choices: gpu.choices,
    operands: {
      input: operand(buffers.q, heads),
      also: [operand(keys, kvHeads), operand(values, kvHeads)],
      output: operand(buffers.attended, heads),
    },
  });
}

function cacheOf(graph: DecoderGraph, index: number): DecoderBuffers['cache'][number] {
  const cache = graph.buffers.cache[index];
  if (!cache) throw new RangeError(`No cache for layer ${index}.`);
  return cache;
}

/** logits = norm(x) · headᵀ of `rows` rows from `firstRow`. */
export function outputHead(graph: DecoderGraph, context: LayerContext, firstRow: number, rows: number): KernelCall[] {
  const { config, weights, buffers } = graph;
  return normLinear(context, {
    label: 'head',
    x: buffers.x,
    norm: weights.norm('finalNorm', 'rmsNorm', config.normEps),
    weight: weights.linear(config.tiedEmbeddings ? 'embedding' : 'head'),
    y: buffers.logits,
    yElement: 'f32',
    // Its errors would go into the logits undamped.
    exactInput: true,
    rows,
    firstRow,
  });
}
