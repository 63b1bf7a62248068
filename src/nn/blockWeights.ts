import { biasSpec, linearSpec, normSpec, type TensorSource, type WeightSpec } from './weightSpec.ts';
import { rowsFrom } from '../kernels/convert.ts';

/** Weights of the blocks around a trunk. Ids are the tensors' names without their endings. */

/** relu(layerNorm(linear(features))): `{id}.0` the linear layer, `{id}.1` the norm. */
export const projectionSpecs = (id: string, width: number, hidden: number): WeightSpec[] => [
  linearSpec(`${id}.0`, width, [[`${id}.0.weight`, hidden]]),
  biasSpec(`${id}.0.bias`, [[`${id}.0.bias`, hidden]]),
  layerNormSpec(`${id}.1`, hidden),
];

export const layerNormSpec = (id: string, hidden: number): WeightSpec =>
  normSpec(id, hidden, `${id}.weight`, `${id}.bias`);

/** Multi-head attention with q, k and v in one matrix; no biases. */
export const attentionSpecs = (id: string, hidden: number): WeightSpec[] => [
  linearSpec(
    `${id}.qkv`,
    hidden,
    ['q', 'k', 'v'].map((part) => [`${id}.${part}_proj.weight`, hidden]),
  ),
  linearSpec(`${id}.out_proj`, hidden, [[`${id}.out_proj.weight`, hidden]]),
];

/** Two linear layers with a ReLU between: PyTorch counts the ReLU and a dropout as 1 and 2. */
export const headSpecs = (id: string, width: number, hidden: number, outputs: number): WeightSpec[] => [
  linearSpec(`${id}.0`, width, [[`${id}.0.weight`, hidden]]),
  biasSpec(`${id}.0.bias`, [[`${id}.0.bias`, hidden]]),
  linearSpec(`${id}.3`, hidden, [[`${id}.3.weight`, outputs]]),
  biasSpec(`${id}.3.bias`, [[`${id}.3.bias`, outputs]]),
];

/** A table of rows that are added, not multiplied: kept in f32. */
export function tableSpec(id: string, rows: number, dim: number): WeightSpec {
  const source: TensorSource = {
    tensor: id,
    shape: [rows, dim],
    columns: dim,
    segments: [{ firstRow: 0, rows, map: rowsFrom(0) }],
    init: { uniform: 0.02 },
  };
  return { id, format: 'f32', inDim: dim, outDim: rows, gated: false, storedRows: rows, sources: [source] };
}
