import { type ElementType, elementBytes } from '../core/dtype.ts';
import type { GpuContext } from '../gpu/context.ts';
import { exactSize, sizeClass } from '../gpu/pool.ts';
import { decodeScratchBytes } from '../kernels/attention.ts';
import { prefillScratchBytes } from '../kernels/choosePrefill.ts';
import { codesBytes, type QuantizedInput, scalesBytes } from '../kernels/linearInt8.ts';
import { sampleScratchBytes, settingsBytes } from '../kernels/sampling.ts';
import { recordBytes } from '../kernels/sequences.ts';
import type { DecoderConfig } from './decoderConfig.ts';

export interface DecoderOptions {
  readonly element: ElementType;
  readonly fusion: boolean;
  /** Products of many rows take their input in int8. */
  readonly int8Input?: boolean;
  /** Tokens that prompt and answer may have together. */
  readonly capacity: number;
  /** Rows of a prefill step at most; default by device. */
  readonly chunkRows?: number | undefined;
}

/** What the decoder's dispatches read and write; shapes with `rows` of the plan. */
export interface StepBuffers {
  /** The residual stream: f32 [rows, hidden]. */
  readonly x: GPUBuffer;
  readonly normed: GPUBuffer;
  /** [rows, heads + 2·kvHeads, headDim] */
  readonly qkv: GPUBuffer;
  /** [rows, heads, headDim] */
  readonly q: GPUBuffer;
  readonly attended: GPUBuffer;
  /** [rows, intermediate] */
  readonly gated: GPUBuffer;
  readonly int8Input: QuantizedInput | undefined;
  readonly rope: GPUBuffer;
  /** One record (kernels/sequences.ts): the sequence that is being prefilled. */
  readonly prefillState: GPUBuffer;
}

/** What grows with the sequences that the decoder holds at once. */
export interface SlotBuffers {
  readonly slots: number;
  /** u32 [slots, capacity + 1]: tokens by position, and the one sampled behind the last. */
  readonly tokens: GPUBuffer;
  /** Sampling settings by slot. */
  readonly settings: GPUBuffer;
  /** A record for each sequence of a decode step. */
  readonly decodeState: GPUBuffer;
  /** f32 [logitRows, vocab] */
  readonly logits: GPUBuffer;
  readonly sampleScratch: GPUBuffer;
  /** Split results of attention. */
  readonly attentionScratch: GPUBuffer | undefined;
  /** By layer: [slots, kvHeads, capacity, headDim]: a head's keys lie in one piece. */
  readonly cache: readonly { readonly keys: GPUBuffer; readonly values: GPUBuffer }[];
}

/** Rows of a prefill step: enough to fill the machine, few enough for a submit of some 100 ms. */
const defaultChunkRows = { gpu: 512, software: 64 } as const;
/** Bytes of logits that are kept at once. */
const logitsBytes = 8 * 2 ** 20;
/** Sequences that a step takes in at most; the records of a step are read one by one. */
export const mostSlots = 16;

export const chunkRowsOf = (gpu: GpuContext, options: DecoderOptions): number =>
  Math.min(options.chunkRows ?? defaultChunkRows[gpu.info.adapter.software ? 'software' : 'gpu'], options.capacity);

export const logitRowsOf = (config: DecoderConfig, chunkRows: number): number =>
  Math.max(1, Math.min(chunkRows, Math.floor(logitsBytes / (Math.ceil(config.vocab / 4) * 16))));

/** Bytes of keys and values of all layers for `positions`. */
export const cacheBytes = (config: DecoderConfig, element: ElementType, positions: number): number =>
  config.layers * 2 * layerCacheBytes(config, element, positions);

const layerCacheBytes = (config: DecoderConfig, element: ElementType, positions: number): number =>
  positions * config.kvHeads * config.headDim * elementBytes[element];

/** Slots whose keys of one layer still fit a binding; at least one. */
export function slotsThatBind(gpu: GpuContext, config: DecoderConfig, options: DecoderOptions): number {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.info.limits;
  const bytes = layerCacheBytes(config, options.element, options.capacity);
  return Math.max(1, Math.min(mostSlots, Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / bytes)));
}

/** Buffers, and how to give them back. */
export interface Held<T> {
  readonly buffers: T;
  readonly release: () => void;
}

/** Buffers of one owner that are given back together, or not taken at all. */
async function holding<T>(gpu: GpuContext, fill: (taker: Taker) => Promise<T>): Promise<Held<T>> {
  const taken: GPUBuffer[] = [];
  const release = (): void => {
    for (const buffer of taken.splice(0)) gpu.pool.release(buffer);
  };
  const bytes: Taker['bytes'] = async (label, size, owner = 'activations', exact = false) => {
    const buffer = await gpu.pool.acquire({ bytes: size, owner, label, exact });
    taken.push(buffer);
    return buffer;
  };
  try {
    return { buffers: await fill(takerOf(bytes)), release };
  } catch (error) {
    release();
    throw error;
  }
}

const takerOf = (bytes: Taker['bytes']): Taker => ({
  bytes,
  matrix: (label, rows, columns, element) => bytes(label, rows * Math.ceil(columns / 4) * 4 * elementBytes[element]),
});

interface Taker {
  readonly bytes: (label: string, size: number, owner?: string, exact?: boolean) => Promise<GPUBuffer>;
  readonly matrix: (label: string, rows: number, columns: number, element: ElementType) => Promise<GPUBuffer>;
}

/** Activations of a step of `rows` rows, and the table of positions. @throws EngineError out-of-memory */
export const allocateStep = (
  gpu: GpuContext,
  config: DecoderConfig,
  options: DecoderOptions,
  rows: number,
): Promise<Held<StepBuffers>> =>
  holding(gpu, async ({ bytes, matrix }) => {
    const { heads, kvHeads, headDim, hidden, intermediate } = config;
    const { element, capacity } = options;
    const widest = Math.max(hidden, heads * headDim, intermediate);
    return {
      int8Input: options.int8Input
        ? {
            codes: await bytes('input codes', codesBytes(rows, widest)),
            scales: await bytes('input scales', scalesBytes(rows, widest)),
          }
        : undefined,
      x: await matrix('x', rows, hidden, 'f32'),
      normed: await matrix('normed', rows, hidden, element),
      qkv: await matrix('qkv', rows, (heads + 2 * kvHeads) * headDim, element),
      q: await matrix('q', rows, heads * headDim, element),
      attended: await matrix('attended', rows, heads * headDim, element),
      gated: await matrix('gated', rows, intermediate, element),
      rope: await bytes('rope', capacity * headDim * 4, 'weights', true),
      prefillState: await bytes('prefill state', recordBytes, 'kv', true),
    };
  });

/** The cache of `slots` sequences and what a step over all of them needs. @throws EngineError out-of-memory */
export const allocateSlots = (
  gpu: GpuContext,
  config: DecoderConfig,
  options: DecoderOptions,
  slots: number,
): Promise<Held<SlotBuffers>> => holding(gpu, fillSlots(gpu, config, options, slots));

/** GPU memory that `allocateSlots` takes, in bytes; nothing of it is taken. */
export async function slotBytes(
  gpu: GpuContext,
  config: DecoderConfig,
  options: DecoderOptions,
  slots: number,
): Promise<number> {
  let total = 0;
  const count: Taker['bytes'] = (_label, size, _owner, exact = false) => {
    total += exact ? exactSize(size) : sizeClass(size);
    return Promise.resolve(gpu.none);
  };
  await fillSlots(gpu, config, options, slots)(takerOf(count));
  return total;
}

const fillSlots =
  (gpu: GpuContext, config: DecoderConfig, options: DecoderOptions, slots: number) =>
  async ({ bytes, matrix }: Taker): Promise<SlotBuffers> => {
    const { element, capacity } = options;
    const { heads, headDim, vocab, layers } = config;
    const chunkRows = chunkRowsOf(gpu, options);
    const logitRows = Math.max(slots, logitRowsOf(config, chunkRows));
    // Steps of several rows of one sequence and of one row of several share the scratch: whichever needs more.
    const scratch = Math.max(
      prefillScratchBytes({ device: gpu.info, batch: 1, heads, queryLen: chunkRows, headDim, keys: capacity }),
      ...[1, 8].map((queryLen) =>
        decodeScratchBytes({ batch: queryLen === 1 ? slots : 1, heads, queryLen, headDim, maxKeys: capacity }),
      ),
    );
    const cacheLayer = (label: string): Promise<GPUBuffer> =>
      bytes(label, layerCacheBytes(config, element, slots * capacity), 'kv', true);
    const cache: { keys: GPUBuffer; values: GPUBuffer }[] = [];
    for (let layer = 0; layer < layers; layer++) {
      cache.push({ keys: await cacheLayer(`keys.${layer}`), values: await cacheLayer(`values.${layer}`) });
    }
    return {
      slots,
      tokens: await bytes('tokens', slots * (capacity + 1) * 4, 'kv', true),
      settings: await bytes('sampling settings', slots * settingsBytes, 'kv', true),
      decodeState: await bytes('decode state', mostSlots * recordBytes, 'kv', true),
      logits: await matrix('logits', logitRows, vocab, 'f32'),
      sampleScratch: await bytes('sampling scratch', sampleScratchBytes(vocab, slots)),
      attentionScratch: scratch > 0 ? await bytes('attention scratch', scratch) : undefined,
      cache,
    };
  };
