import { avoids, runsInQuads } from '../gpu/device.ts';
import { callKernel, type Candidate, type KernelCall } from '../gpu/kernel.ts';
import {
  type AttentionArgs,
  attentionKey,
  buffersOf,
  capacityOf,
  costOf,
  paramsOf,
  subgroupsOf,
  unroll,
} from './attentionArgs.ts';
import { matrixAttention, matrixShapeName, suitsMatrixUnits } from './attentionMatrix.ts';
import { inSplits, splitCall, splitsOf } from './attentionMerge.ts';
import {
  attentionDirectKernel,
  attentionPrefillKernel,
  attentionTiledKernel,
  laneVecsAxis,
  type PrefillShape,
} from './attentionPrefillKernels.ts';
import { pickAt, rowsClass } from './candidate.ts';
import {
  matrixShapes,
  matrixSplitKeys,
  prefillReduce,
  prefillShapes,
  prefillSplitKeys,
  shapeName,
} from './choosePrefill.ts';

/**
 * Attention of many query rows over any number of keys: tiled, online softmax. headDim a multiple of 8 up to 256;
 * boolean mask, causal, grouped heads and cross-attention (queryLen ≠ keys) alike. Rows that see no key give zeros.
 */
export function attention(args: AttentionArgs): KernelCall[] {
  const candidates = attentionCandidates(args);
  const { operands } = args;
  if (!operands) return candidates[0]?.calls() ?? [];
  return pickAt(
    { key: attentionKey(args, rowsClass(args.queryLen)), candidates, ...operands, accumulates: false },
    args.choices,
  );
}

/** Up to so many rows one block of a matrix holds all: matrix units gain nothing. */
const fewRows = 16;

/** All ways to do it that this device and these shapes allow, the rules' choice first (choosePrefill.ts). */
function attentionCandidates(args: AttentionArgs): readonly Candidate[] {
  const tiled: Candidate = { name: 'tiled', calls: () => [tiledAttention(args)] };
  // A third of attention_tiled's time, and less to compile; on lavapipe half, but its compiler takes a quarter of a minute.
  if (runsInQuads(args.device)) return [{ name: 'direct', calls: () => [directAttention(args)] }, tiled];
  if (args.device.adapter.software || avoids(args.device, 'prefill attention')) return [tiled];
  const sizes = { ...args, keys: capacityOf(args), scratch: args.scratch !== undefined };
  const shapes = prefillShapes(sizes).map((shape): Candidate => ({
    name: `prefill ${shapeName(shape)}`,
    calls: () => prefillAttention(args, shape, prefillSplitKeys(sizes, shape)),
  }));
  const { matrixSyntax } = args.device;
  if (!matrixSyntax || !suitsMatrixUnits(args)) return shapes;
  const onUnits = matrixShapes(sizes).map((shape): Candidate => ({
    name: `units ${matrixShapeName(shape)}`,
    calls: () => matrixAttention(args, shape, matrixSyntax, matrixSplitKeys(sizes, shape)),
  }));
  if (rowsClass(args.queryLen) <= fewRows) return [...shapes, ...onUnits.slice(0, 1)];
  return onUnits.length > 0 ? [...onUnits, ...shapes.slice(0, 1)] : shapes;
}

/** `attention` by attention_tiled. */
export function tiledAttention(args: AttentionArgs): KernelCall {
  const headDim4 = args.headDim / 4;
  // 128 invocations read q and k less often; without subgroups they need more than the guaranteed 16 KiB.
  const wide =
    !args.device.adapter.software && args.queryLen > 32 && args.device.limits.maxComputeWorkgroupStorageSize >= 32_768;
  const workgroupSize = wide ? 128 : 64;
  const rowTile = workgroupSize / 2;
  const depth4 = Math.min(8, headDim4);
  const scoreStaging = (rowTile + 32) * (depth4 + 1);
  const valueChunks = Math.ceil((32 * headDim4 + 8) / scoreStaging);
  const valueKeys = Math.ceil(32 / valueChunks);
  return callKernel(attentionTiledKernel, {
    label: args.label,
    choice: {
      element: args.element,
      reduce: subgroupsOf(args.device, 8) ? 'subgroups' : 'shared',
    },
    overrides: {
      WORKGROUP_SIZE: workgroupSize,
      HEAD_DIM4: headDim4,
      DEPTH4: depth4,
      VALUE_KEYS: valueKeys,
      STAGING: Math.max(scoreStaging, valueKeys * headDim4 + 8),
      UNROLL: unroll(args),
    },
    buffers: buffersOf(args),
    params: { ...paramsOf(args), split_keys: 0, row_blocks: 0 },
    workgroups: [Math.ceil(args.queryLen / rowTile), args.heads, args.batch],
    cost: costOf(args, args.keyLen),
  });
}

/** `attention` by attention_direct, which wants quads. */
export function directAttention(args: AttentionArgs): KernelCall {
  const headDim4 = args.headDim / 4;
  // Two quads: as many invocations as lavapipe has lanes; over that its compiler takes tens of seconds.
  const workgroupSize = 8;
  const tiles = Math.ceil(args.queryLen / (2 * workgroupSize));
  return callKernel(attentionDirectKernel, {
    label: args.label,
    choice: { element: args.element },
    overrides: { WORKGROUP_SIZE: workgroupSize, HEAD_DIM4: headDim4, UNROLL: unroll(args) },
    buffers: buffersOf(args),
    params: { ...paramsOf(args), split_keys: 0, row_blocks: 0 },
    workgroups: [tiles * Math.ceil(headDim4 / 16), args.heads, args.batch],
    cost: costOf(args, args.keyLen),
  });
}

/** `attention` by attention_prefill in a given shape; with `scratch` and `splitKeys` the keys are split and merged. */
export function prefillAttention(args: AttentionArgs, shape: PrefillShape, splitKeys = 0x7fff_ffff): KernelCall[] {
  const headDim4 = args.headDim / 4;
  const columns = Number(shape.columnThreads);
  const tiles = Math.ceil(args.queryLen / (Number(shape.rowThreads) * Number(shape.threadRows)));
  return inSplits(args, splitsOf(splitKeys), (split) =>
    callKernel(attentionPrefillKernel, {
      ...splitCall(args, split, tiles),
      choice: {
        element: args.element,
        reduce: prefillReduce(args.device, shape),
        row: split.row,
        laneVecs: laneVecsOf(Math.ceil(headDim4 / columns)),
        ...shape,
      },
      overrides: { HEAD_DIM4: headDim4 },
      workgroups: () => [tiles * split.splits(), args.heads, args.batch],
    }),
  );
}

const isLaneVecs = (name: string): name is keyof typeof laneVecsAxis => name in laneVecsAxis;

function laneVecsOf(count: number): keyof typeof laneVecsAxis {
  const name = String(count);
  if (isLaneVecs(name)) return name;
  throw new RangeError(
    `Attention has no variant for ${count} vec4s of columns: headDim must be a multiple of 8 up to 256.`,
  );
}
