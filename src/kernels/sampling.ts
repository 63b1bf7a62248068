import scanWgsl from '../../shaders/sample_scan.wgsl?raw';
import histogramWgsl from '../../shaders/sample_histogram.wgsl?raw';
import compactWgsl from '../../shaders/sample_compact.wgsl?raw';
import pickWgsl from '../../shaders/sample_pick.wgsl?raw';
import softmaxWgsl from '../../shaders/sample_softmax.wgsl?raw';
import bestWgsl from '../../shaders/lib/sample_best.wgsl?raw';
import bestSubgroupsWgsl from '../../shaders/lib/sample_best_subgroups.wgsl?raw';
import binsWgsl from '../../shaders/lib/sample_bins.wgsl?raw';
import highestWgsl from '../../shaders/lib/sample_highest.wgsl?raw';
import sequencesWgsl from '../../shaders/lib/sequences.wgsl?raw';
import layoutWgsl from '../../shaders/lib/sample_layout.wgsl?raw';
import invocationWgsl from '../../shaders/lib/invocation_lane.wgsl?raw';
import invocationSubgroupsWgsl from '../../shaders/lib/invocation_lane_subgroups.wgsl?raw';
import reduceWgsl from '../../shaders/lib/reduce.wgsl?raw';
import reduceSubgroupsWgsl from '../../shaders/lib/reduce_subgroups.wgsl?raw';
import { roundUp } from '../core/shape.ts';
import type { DeviceInfo } from '../gpu/device.ts';
import { type BufferSlice, callKernel, defineKernel, type KernelCall, lineGrid } from '../gpu/kernel.ts';

/** How the next token is chosen; the order is that of Hugging Face's generate: penalty, temperature, top-k, top-p, min-p. */
export interface SamplingSettings {
  /** 0: greedy. */
  readonly temperature: number;
  /** Keeps the k likeliest; 0: all. */
  readonly topK: number;
  /** Keeps the smallest set of the likeliest that holds this share of the probability; 1: all. */
  readonly topP: number;
  /** Keeps what has at least this share of the likeliest token's probability; 0: all. */
  readonly minP: number;
  /** Logits of tokens seen before are divided (positive) or multiplied (negative) by it; 1: off. */
  readonly repetitionPenalty: number;
  /** u32; same seed, same tokens. */
  readonly seed: number;
  /** Tokens that end a sequence, at most 8. */
  readonly eosTokenIds: readonly number[];
}

/** Bytes of the settings buffer. */
export const settingsBytes = 64;
export const maxEosTokens = 8;

/** Writes the settings as the kernels read them, `settingsBytes` from the view's start: a new request needs no new plan. */
export function writeSettings(view: DataView, settings: SamplingSettings): void {
  const { eosTokenIds } = settings;
  if (eosTokenIds.length > maxEosTokens) throw new RangeError(`At most ${maxEosTokens} end-of-sequence tokens.`);
  view.setFloat32(0, settings.temperature, true);
  view.setUint32(4, settings.topK, true);
  view.setFloat32(8, settings.topP, true);
  view.setFloat32(12, settings.minP, true);
  view.setFloat32(16, settings.repetitionPenalty, true);
  view.setUint32(20, settings.seed >>> 0, true);
  view.setUint32(24, eosTokenIds.length, true);
  view.setUint32(28, 0, true);
  for (let index = 0; index < maxEosTokens; index++) view.setUint32(32 + index * 4, eosTokenIds[index] ?? 0, true);
}

export interface SampleArgs {
  readonly label: string;
  readonly device: DeviceInfo;
  /** f32 [sequences, vocab padded to 4]: the row of each sequence to sample from. */
  readonly logits: GPUBuffer | BufferSlice;
  /** u32 [slots, tokenStride] by position; the new token goes to [position + rows]. */
  readonly tokens: GPUBuffer | BufferSlice;
  readonly tokenStride: number;
  /**
   * A record for each sequence (sequences.ts): its position advances by `rows`, and it has ended once an end-of-sequence
   * token was sampled.
   */
  readonly state: GPUBuffer | BufferSlice;
  /** Default 1. */
  readonly sequences?: number;
  readonly vocab: number;
  /** Tokens that the step before has processed of each sequence, at positions position … position + rows − 1. */
  readonly rows: number;
  /** writeSettings' bytes by slot. */
  readonly settings: GPUBuffer | BufferSlice;
  /** sampleScratchBytes(vocab, sequences), in no one else's hands from the first call to the last. */
  readonly scratch: GPUBuffer;
  /** Bound for what a small vocabulary does not need. */
  readonly none: GPUBuffer;
}

/** Logits in a block, which is one workgroup's share. */
const blockSize = 2048;
/** On a CPU adapter, where a workgroup's memory is cleared word by word and a few workgroups occupy all cores. */
const softwareBlockSize = 16_384;
/** Up to this vocabulary the one workgroup of the last step goes through all tokens itself: two dispatches, not four. */
const wholeListVocab = 4096;
/** Words of the candidates' buffer before its blocks: 16, and two for each of 1024 bins (lib/sample_layout.wgsl). */
const headWords = 16 + 2 * 1024;

export const sampleScratchBytes = (vocab: number, sequences: number): number =>
  sequences * (valuesBytes(vocab) + candidatesBytes(vocab));

/** The logits behind penalty and temperature, f32; a multiple of every device's storage offset alignment. */
const valuesBytes = (vocab: number): number => (vocab <= wholeListVocab ? 0 : roundUp(vocab * 4, 256));
const candidatesBytes = (vocab: number): number => (headWords + 4 * Math.ceil(vocab / blockSize) + 2 * vocab) * 4;

const bestAxis = {
  shared: [invocationWgsl, bestWgsl],
  subgroups: [invocationSubgroupsWgsl, bestSubgroupsWgsl],
} as const;

export const sampleScanKernel = defineKernel({
  name: 'sample_scan',
  wgsl: [sequencesWgsl, layoutWgsl, scanWgsl],
  axes: { reduce: bestAxis },
  bindings: {
    logits: 'read',
    tokens: 'read',
    state: 'read',
    settings: 'read',
    values: 'read_write',
    scratch: 'read_write',
  },
  params: { vocab: 'u32', blocks: 'u32', rows: 'u32', values_stride: 'u32', scratch_words: 'u32', token_stride: 'u32' },
  overrides: ['WORKGROUP_SIZE', 'BLOCK', 'WHOLE_LIST'],
});

export const sampleHistogramKernel = defineKernel({
  name: 'sample_histogram',
  wgsl: [sequencesWgsl, layoutWgsl, binsWgsl, highestWgsl, histogramWgsl],
  axes: { reduce: bestAxis },
  bindings: { values: 'read_write', state: 'read', settings: 'read', scratch: 'read_write' },
  params: { vocab: 'u32', blocks: 'u32', values_stride: 'u32', scratch_words: 'u32' },
  overrides: ['WORKGROUP_SIZE', 'BLOCK'],
});

export const sampleCompactKernel = defineKernel({
  name: 'sample_compact',
  wgsl: [sequencesWgsl, layoutWgsl, binsWgsl, highestWgsl, compactWgsl],
  axes: { reduce: bestAxis },
  bindings: { values: 'read_write', state: 'read', settings: 'read', scratch: 'read_write' },
  params: { vocab: 'u32', blocks: 'u32', rows: 'u32', values_stride: 'u32', scratch_words: 'u32' },
  overrides: ['WORKGROUP_SIZE', 'BLOCK'],
});

export const samplePickKernel = defineKernel({
  name: 'sample_pick',
  wgsl: [layoutWgsl, binsWgsl, pickWgsl],
  axes: { reduce: bestAxis },
  bindings: { settings: 'read', scratch: 'read', state: 'read_write', tokens: 'read_write' },
  params: { vocab: 'u32', blocks: 'u32', rows: 'u32', scratch_words: 'u32', token_stride: 'u32' },
  overrides: ['WORKGROUP_SIZE', 'WHOLE_LIST'],
});

export const softmaxKernel = defineKernel({
  name: 'softmax',
  wgsl: [softmaxWgsl],
  axes: { reduce: { shared: [invocationWgsl, reduceWgsl], subgroups: [invocationSubgroupsWgsl, reduceSubgroupsWgsl] } },
  bindings: { x: 'read', y: 'read_write' },
  params: { rows: 'u32', dim: 'u32' },
  overrides: ['WORKGROUP_SIZE'],
});

/**
 * The next token of each sequence, all on the GPU: one plan serves greedy and sampled requests, since the settings decide in the kernels.
 * Ties of the highest logit go to the lowest id. Ties at a threshold (the k-th likeliest, the last of top-p) all stay in, as in
 * Hugging Face's top-k. Top-p sums probabilities as integers of 30 bits: the sum errs by at most vocab · 2^-31 of the
 * likeliest token's probability (7e-5 for 152,064 tokens), beside exp's own rounding. NaN logits count as the lowest.
 */
export function sample(args: SampleArgs): KernelCall[] {
  const { label, vocab, rows, logits, tokens, state, settings, sequences = 1 } = args;
  const { software } = args.device.adapter;
  const block = software ? softwareBlockSize : blockSize;
  const blocks = Math.ceil(vocab / block);
  const choice = { reduce: reduceOf(args.device) } as const;
  const whole = vocab <= wholeListVocab ? 1 : 0;
  const valuesSize = sequences * valuesBytes(vocab);
  const values = whole ? args.none : { buffer: args.scratch, offset: 0, size: valuesSize };
  const scratch = { buffer: args.scratch, offset: valuesSize, size: sequences * candidatesBytes(vocab) };
  // A CPU adapter switches between the invocations of a workgroup at every barrier: few of them do better there.
  const size = { WORKGROUP_SIZE: software ? 32 : 256 };
  const blockwise = { ...size, BLOCK: block };
  const params = {
    vocab,
    blocks,
    rows,
    values_stride: valuesBytes(vocab) / 4,
    scratch_words: candidatesBytes(vocab) / 4,
    token_stride: args.tokenStride,
  };
  const pass = { choice, params, workgroups: [blocks, sequences, 1] } as const;
  const scan = callKernel(sampleScanKernel, {
    ...pass,
    label: `${label}.scan`,
    overrides: { ...blockwise, WHOLE_LIST: whole },
    buffers: { logits, tokens, state, settings, values, scratch },
    cost: { flops: sequences * vocab, bytes: sequences * vocab * 4 },
  });
  const histogram = callKernel(sampleHistogramKernel, {
    ...pass,
    label: `${label}.histogram`,
    overrides: blockwise,
    buffers: { values, state, settings, scratch },
  });
  const compact = callKernel(sampleCompactKernel, {
    ...pass,
    label: `${label}.compact`,
    overrides: blockwise,
    buffers: { values, state, settings, scratch },
  });
  const pick = callKernel(samplePickKernel, {
    ...pass,
    label: `${label}.pick`,
    overrides: { ...size, WHOLE_LIST: whole },
    buffers: { settings, scratch, state, tokens },
    workgroups: [sequences, 1, 1],
  });
  return whole ? [scan, pick] : [scan, histogram, compact, pick];
}

/** y = softmax(x) over the last axis, f32 [rows, dim]; x and y in different buffers. */
export function softmax(args: {
  readonly label: string;
  readonly device: DeviceInfo;
  readonly x: GPUBuffer | BufferSlice;
  readonly y: GPUBuffer | BufferSlice;
  readonly rows: number;
  readonly dim: number;
}): KernelCall {
  const { label, x, y, rows, dim } = args;
  return callKernel(softmaxKernel, {
    label,
    choice: { reduce: reduceOf(args.device) },
    overrides: { WORKGROUP_SIZE: 64 },
    buffers: { x, y },
    params: { rows, dim },
    workgroups: lineGrid(rows),
    cost: { flops: 5 * rows * dim, bytes: 8 * rows * dim },
  });
}

const reduceOf = (device: DeviceInfo): 'subgroups' | 'shared' => (device.features.subgroups ? 'subgroups' : 'shared');
