import { type ElementType, elementBytes } from '../core/dtype.ts';
import type { GpuContext } from '../gpu/context.ts';
import { decodeScratchBytes } from '../kernels/attention.ts';
import { sampleScratchBytes, settingsBytes } from '../kernels/sampling.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import type { DecoderBuffers } from './decoderLayers.ts';

export interface DecoderOptions {
  readonly element: ElementType;
  readonly fusion: boolean;
  /** Tokens that prompt and answer may have together. */
  readonly capacity: number;
  /** Rows of a prefill step at most; default by device. */
  readonly chunkRows?: number | undefined;
}

/** Rows of a prefill step: enough to fill the machine, few enough for a submit of some 100 ms. */
const defaultChunkRows = { gpu: 512, software: 64 } as const;
/** Bytes of logits that are kept at once. */
const logitsBytes = 8 * 2 ** 20;
export interface DecoderMemory {
  readonly buffers: DecoderBuffers;
  readonly settings: GPUBuffer;
  readonly sampleScratch: GPUBuffer;
  readonly release: () => void;
}

export const chunkRowsOf = (gpu: GpuContext, options: DecoderOptions): number =>
  Math.min(options.chunkRows ?? defaultChunkRows[gpu.info.adapter.software ? 'software' : 'gpu'], options.capacity);

export const logitRowsOf = (config: DecoderConfig, chunkRows: number): number =>
  Math.max(1, Math.min(chunkRows, Math.floor(logitsBytes / (Math.ceil(config.vocab / 4) * 16))));

/** Bytes of keys and values of all layers for `capacity` positions. */
export const cacheBytes = (config: DecoderConfig, element: ElementType, capacity: number): number =>
  2 * config.layers * capacity * config.kvHeads * config.headDim * elementBytes[element];

/** Everything that a decoder keeps on the GPU beside its weights, or nothing. @throws EngineError out-of-memory */
export async function allocateDecoder(
  gpu: GpuContext,
  config: DecoderConfig,
  options: DecoderOptions,
): Promise<DecoderMemory> {
  const { element, capacity } = options;
  const { heads, kvHeads, headDim, hidden, intermediate, vocab, layers } = config;
  const rows = chunkRowsOf(gpu, options);
  const taken: GPUBuffer[] = [];
  const release = (): void => {
    for (const buffer of taken.splice(0)) gpu.pool.release(buffer);
  };
  const bytes = async (label: string, size: number, owner = 'activations', exact = false): Promise<GPUBuffer> => {
    const buffer = await gpu.pool.acquire({ bytes: size, owner, label, exact });
    taken.push(buffer);
    return buffer;
  };
  const matrix = (label: string, count: number, columns: number, kind: ElementType): Promise<GPUBuffer> =>
    bytes(label, count * Math.ceil(columns / 4) * 4 * elementBytes[kind]);
  const cacheLayer = (label: string): Promise<GPUBuffer> =>
    bytes(label, capacity * kvHeads * headDim * elementBytes[element], 'kv', true);
  try {
    // Steps of several rows and of one share the scratch: whichever needs more.
    const scratch = Math.max(
      ...[1, 8].map((queryLen) => decodeScratchBytes({ batch: 1, heads, queryLen, headDim, maxKeys: capacity })),
    );
    const cache: { keys: GPUBuffer; values: GPUBuffer }[] = [];
    for (let layer = 0; layer < layers; layer++) {
      cache.push({ keys: await cacheLayer(`keys.${layer}`), values: await cacheLayer(`values.${layer}`) });
    }
    const buffers: DecoderBuffers = {
      // One position more than the cache: the token sampled behind the last one.
      tokens: await bytes('tokens', (capacity + 1) * 4, 'kv', true),
      state: await bytes('state', 64, 'kv', true),
      x: await matrix('x', rows, hidden, 'f32'),
      normed: await matrix('normed', rows, hidden, element),
      qkv: await matrix('qkv', rows, (heads + 2 * kvHeads) * headDim, element),
      q: await matrix('q', rows, heads * headDim, element),
      attended: await matrix('attended', rows, heads * headDim, element),
      gated: await matrix('gated', rows, intermediate, element),
      logits: await matrix('logits', logitRowsOf(config, rows), vocab, 'f32'),
      attentionScratch: scratch > 0 ? await bytes('attention scratch', scratch) : undefined,
      rope: await bytes('rope', capacity * headDim * 4, 'weights', true),
      cache,
    };
    const settings = await bytes('sampling settings', settingsBytes, 'kv', true);
    const sampleScratch = await bytes('sampling scratch', sampleScratchBytes(vocab));
    return { buffers, settings, sampleScratch, release };
  } catch (error) {
    release();
    throw error;
  }
}
