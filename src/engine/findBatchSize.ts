import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Decoder } from '../nn/decoder.ts';
import type { Trunk } from '../nn/trunk.ts';
import type { BatchSizeOptions, BatchSizeResult } from './api.ts';
import { type BatchProbe, searchBatchSize } from './batchSearch.ts';
import { type BatchingSettings, checkNames, checkValue } from './flags.ts';
import type { Runtime } from './runtime.ts';

/** Input of a forward that a search makes at most, in bytes: it lies in the calling thread's memory. */
const mostInputBytes = 256 * 2 ** 20;
/** Decode steps of a run: as many as a submit has when a model generates. */
const stepsOfRun = 8;

/**
 * Measures the trunk's `forward`, or a language model's decode steps, in growing batches.
 * @throws EngineError unknown-option, invalid-option, input-too-long, out-of-memory, aborted
 */
export async function findBatchSize(
  runtime: Runtime,
  options: BatchSizeOptions,
  { memoryThresholdBytes = Number.POSITIVE_INFINITY }: BatchingSettings,
): Promise<BatchSizeResult> {
  const { seq, signal } = checked(options, runtime);
  throwIfAborted(signal);
  const search = (probe: BatchProbe): Promise<BatchSizeResult> => {
    const { inUseBytes } = runtime.gpu.pool.ledger();
    const heldBytes = memoryThresholdBytes - inUseBytes;
    return searchBatchSize(probe, { inUseBytes, peakBytes: runtime.gpu.pool.availableBytes, heldBytes }, { signal });
  };
  if (runtime.kind === 'decoder') {
    const { decoder } = runtime;
    const { slots } = decoder;
    try {
      return await search(decodeProbe(decoder, seq));
    } finally {
      if (!runtime.gpu.lost && decoder.slots !== slots) {
        await decoder.resizeSlots(slots);
        // The next prompt finds its plans again.
        await decoder.compile();
      }
    }
  }
  const trunk = 'trunk' in runtime.network ? runtime.network.trunk : runtime.network;
  // Plans of earlier shapes would take room from the search.
  trunk.forgetPlans();
  try {
    return await search(forwardProbe(trunk, seq));
  } finally {
    if (!runtime.gpu.lost) trunk.forgetPlans();
  }
}

function forwardProbe(trunk: Trunk, seq: number): BatchProbe {
  const { hidden } = trunk.config;
  const floats = (batch: number): number => batch * seq * hidden;
  let input = new Float32Array();
  return {
    item: 'sequence',
    most: Math.max(1, Math.min(trunk.mostAtOnce(seq), Math.floor(mostInputBytes / (floats(1) * 4)))),
    nested: false,
    bytes: async (batch) => {
      const bytes = await trunk.batchBytes(batch, seq);
      return { heldBytes: bytes, peakBytes: bytes };
    },
    prepare: async (batch, beside) => {
      if (beside === undefined) trunk.forgetPlans();
      input = new Float32Array(floats(batch)).fill(0.5);
    },
    run: async (batch, signal) => {
      await trunk.forward(input.subarray(0, floats(batch)), [batch, seq, hidden], { signal, whole: true });
      return batch;
    },
  };
}

function decodeProbe(decoder: Decoder, seq: number): BatchProbe {
  const count = Math.min(stepsOfRun, decoder.capacity);
  const position = Math.max(0, Math.min(seq - 1, decoder.capacity - count));
  const current = decoder.slots;
  return {
    item: 'token',
    most: decoder.mostSlots,
    nested: true,
    bytes: async (batch) => {
      const here = await decoder.slotBytes(current);
      const held = await decoder.slotBytes(Math.max(batch, current));
      // While the cache is being enlarged the former one is there, too.
      const former = batch > current ? await decoder.slotBytes(Math.max(current, smallerPower(batch))) : 0;
      return { heldBytes: held - here, peakBytes: held + former - here };
    },
    prepare: async (batch) => {
      if (batch > decoder.slots) await decoder.resizeSlots(batch);
      for (let slot = 0; slot < batch; slot++) decoder.setSampling(slot, greedy);
    },
    run: async (batch) => {
      const sequences = Array.from({ length: batch }, (_, slot) => ({ slot, position }));
      await (
        await decoder.decode(sequences, count)
      ).data;
      return batch * count;
    },
  };
}

const smallerPower = (size: number): number => 2 ** Math.floor(Math.log2(Math.max(1, size - 1)));

const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 0, eosTokenIds: [] };

function checked(options: BatchSizeOptions, runtime: Runtime): BatchSizeOptions {
  checkValue('findBatchSize options', options, typeof options === 'object' && options !== null, 'an object with seq');
  checkNames(options, ['seq', 'signal'], 'findBatchSize');
  const { seq } = options;
  checkValue('seq', seq, Number.isSafeInteger(seq) && seq >= 1, 'a whole number of at least 1');
  const most = runtime.kind === 'decoder' ? runtime.decoder.capacity : runtime.network.config.maxSeq;
  if (seq <= most) return options;
  throw new EngineError('input-too-long', `seq is ${seq}; this model takes at most ${most}.`, 'Pass a smaller seq.');
}
