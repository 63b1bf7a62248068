import { roundUp } from '../core/shape.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { subgroupsOf } from './attentionArgs.ts';
import { matrixAttentionBytes, type MatrixAttentionShape } from './attentionMatrix.ts';
import type { PrefillShape } from './attentionPrefillKernels.ts';
import { rowsClass } from './candidate.ts';

/** How attention_matrix and attention_prefill cut their work, by rules; ARCHITECTURE.md has the figures behind them. */

export interface PrefillSizes {
  readonly device: DeviceInfo;
  readonly batch: number;
  readonly heads: number;
  readonly queryLen: number;
  readonly headDim: number;
  /** Keys that there can be at most. */
  readonly keys: number;
  /** Whether the caller has room for the results of splits. */
  readonly scratch: boolean;
}

/** Up to so many keys nothing is gained by splitting them, or by rows that share more of them. */
const fewKeys = 512;
/** The keys are split until there are so many workgroups: about four for each unit of a large GPU. */
const busyWorkgroups = 512;
const leastSplitKeys = 256;
/** Rows for which the tallest tile is not mostly empty. */
const tallRows = 32;
/** Fewer workgroups than this leave most of a large GPU idle: the tile is then halved. */
const fewWorkgroups = 64;

const narrow: PrefillShape = {
  rowThreads: '8',
  columnThreads: '16',
  threadRows: '2',
  keyVecs: '1',
  depth4: '4',
  valueSteps: '2',
  stages: '1',
};
/** Fits 16 KiB of workgroup memory for all headDim. */
const least: PrefillShape = { ...narrow, valueSteps: '1' };
const tall: PrefillShape = { ...narrow, rowThreads: '16', threadRows: '4', valueSteps: '1', stages: '2' };
/** For short rows: a slice is half of a row, or all of it. */
const short: PrefillShape = { ...narrow, depth4: '8', valueSteps: '4', stages: '2' };
const shortTall: PrefillShape = { ...short, rowThreads: '16', valueSteps: '2' };

/** The shapes to choose from where they fit the device's workgroup memory, the rules' choice first. */
export function prefillShapes(sizes: PrefillSizes): readonly [PrefillShape, ...PrefillShape[]] {
  const fits = (shape: PrefillShape): boolean =>
    prefillStorageBytes(shape, sizes.headDim, prefillReduce(sizes.device, shape) === 'subgroups') <=
    sizes.device.limits.maxComputeWorkgroupStorageSize;
  const [first = least, ...rest] = [...preferred(sizes), least].filter(fits);
  return [first, ...rest];
}

function preferred(sizes: PrefillSizes): PrefillShape[] {
  const manyKeys = sizes.keys > fewKeys;
  const manyRows = sizes.queryLen > tallRows;
  if (sizes.headDim <= 64) {
    const taller = [shortTall, oneStage(shortTall)];
    const shorter = [short, oneStage(short), narrow];
    const busy = workgroupsOf(sizes, shortTall) >= fewWorkgroups || (manyKeys && manyRows);
    return busy ? [...taller, ...shorter] : [...shorter, ...taller];
  }
  if (!manyKeys) return [narrow, twoStages(narrow)];
  // Its sums would not stay in registers with longer rows.
  if (sizes.headDim <= 128 && manyRows) return [tall, oneStage(tall), narrow];
  return [twoStages(narrow), narrow];
}

const oneStage = (shape: PrefillShape): PrefillShape => ({ ...shape, stages: '1' });
const twoStages = (shape: PrefillShape): PrefillShape => ({ ...shape, stages: '2' });

/** The same for all rows of a class, so that one pipeline serves them. */
const workgroupsOf = ({ queryLen, heads, batch }: PrefillSizes, shape: PrefillShape): number =>
  Math.ceil(rowsClass(queryLen) / (Number(shape.rowThreads) * Number(shape.threadRows))) * heads * batch;

/** Keys of a split; undefined: all in one. */
export const prefillSplitKeys = (sizes: PrefillSizes, shape: PrefillShape): number | undefined =>
  splitKeysFor(sizes, busyWorkgroups / workgroupsOf(sizes, shape));

function splitKeysFor({ keys, scratch }: PrefillSizes, wanted: number): number | undefined {
  if (!scratch || keys <= fewKeys) return undefined;
  const splits = Math.min(Math.ceil(keys / leastSplitKeys), Math.ceil(wanted));
  return splits > 1 ? roundUp(Math.ceil(keys / splits), 64) : undefined;
}

const onUnits = (
  rowBlocks: MatrixAttentionShape['rowBlocks'],
  slices: MatrixAttentionShape['slices'],
): MatrixAttentionShape => ({ rowBlocks, slices, keyBlocks: '1' });
/** The keys are split until there are so many subgroups: about eight for each unit of a large GPU. */
const busySubgroups = 1024;

/** Shapes of attention_matrix that the device has room for, the rules' choice first; ones for little memory last. */
export function matrixShapes(sizes: PrefillSizes): readonly MatrixAttentionShape[] {
  const { headDim, queryLen, keys, scratch, device } = sizes;
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  const splits = scratch && keys > fewKeys;
  const tallest =
    headDim <= 64 ? [onUnits('2', '4'), onUnits('1', '4')] : [onUnits('4', '2'), onUnits('2', '2'), onUnits('1', '2')];
  const suits = (shape: MatrixAttentionShape): boolean =>
    16 * Number(shape.rowBlocks) <= Math.max(16, rowsClass(queryLen)) &&
    (splits || matrixWorkgroups(sizes, shape) >= fewWorkgroups);
  const first = tallest.find(suits) ?? tallest.at(-1);
  const all = [
    ...(first ? [first] : []),
    ...tallest.filter((shape) => shape !== first),
    onUnits('2', '1'),
    onUnits('1', '1'),
  ];
  return all.filter(
    (shape) =>
      matrixAttentionBytes(shape, headDim) <= maxComputeWorkgroupStorageSize &&
      32 * subgroupsIn(shape) <= maxComputeInvocationsPerWorkgroup,
  );
}

const subgroupsIn = ({ rowBlocks, slices }: MatrixAttentionShape): number => Number(rowBlocks) * Number(slices);
const matrixWorkgroups = ({ queryLen, heads, batch }: PrefillSizes, { rowBlocks }: MatrixAttentionShape): number =>
  Math.ceil(rowsClass(queryLen) / (16 * Number(rowBlocks))) * heads * batch;

/** Keys of a split for attention_matrix; undefined: all in one. */
export const matrixSplitKeys = (sizes: PrefillSizes, shape: MatrixAttentionShape): number | undefined =>
  splitKeysFor(sizes, busySubgroups / (matrixWorkgroups(sizes, shape) * subgroupsIn(shape)));

/** Bytes of `scratch` for attention of up to so many query rows; 0 where the keys are not split. */
export function prefillScratchBytes(sizes: Omit<PrefillSizes, 'scratch'>): number {
  const { device, batch, heads, headDim, keys } = sizes;
  if (device.adapter.software) return 0;
  let most = 0;
  for (let queryLen = 1; queryLen <= sizes.queryLen; queryLen++) {
    const some = { ...sizes, queryLen, scratch: true };
    const onMatrixUnits = device.matrixSyntax ? matrixShapes(some).map((shape) => matrixSplitKeys(some, shape)) : [];
    for (const splitKeys of [...prefillShapes(some).map((shape) => prefillSplitKeys(some, shape)), ...onMatrixUnits])
      if (splitKeys) most = Math.max(most, Math.ceil(keys / splitKeys) * queryLen);
  }
  return most * batch * heads * (headDim + 4) * 4;
}

/** Rows are reduced among the column threads. */
export const prefillReduce = (device: DeviceInfo, { columnThreads }: PrefillShape): 'subgroups' | 'shared' =>
  subgroupsOf(device, Number(columnThreads)) ? 'subgroups' : 'shared';

/** Bytes of workgroup memory that attention_prefill takes in a shape. */
export function prefillStorageBytes(shape: PrefillShape, headDim: number, subgroups: boolean): number {
  const [rowThreads, columns] = [Number(shape.rowThreads), Number(shape.columnThreads)];
  const rows = rowThreads * Number(shape.threadRows);
  const keyVecs = columns * Number(shape.keyVecs);
  const values = Number(shape.valueSteps) * rowThreads * columns * Math.ceil(headDim / 4 / columns);
  const slice = Math.max((rows + 4 * keyVecs) * (Number(shape.depth4) + 1), values);
  return 16 * (Number(shape.stages) * slice + rows * (keyVecs + 1) + (subgroups ? 0 : rowThreads * columns));
}

/** As the sweep has it (scripts/bench/sweepAttention.ts): `r8x2 c16x1 d4 v2 s1`. */
export const shapeName = (shape: PrefillShape): string =>
  [
    `r${shape.rowThreads}x${shape.threadRows}`,
    `c${shape.columnThreads}x${shape.keyVecs}`,
    `d${shape.depth4}`,
    `v${shape.valueSteps}`,
    `s${shape.stages}`,
  ].join(' ');
