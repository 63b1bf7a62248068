import type { Decoder } from '../../nn/decoder.ts';
import { SequenceBatch } from '../sequenceBatch.ts';
import { SlotTable } from '../slotTable.ts';

/** Decodes one made-up sequence greedily, as `generate` does, without text. What the decoder's slots hold is lost. */
export async function decodeSequence(
  decoder: Decoder,
  args: {
    readonly promptLength: number;
    /** Tokens behind the prompt. */
    readonly count: number;
    /** The computeOverlap flag. */
    readonly overlap: boolean;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ readonly firstTokenMs: number }> {
  const { promptLength, count, overlap, signal } = args;
  const table = new SlotTable(undefined);
  table.attach(decoder);
  const batch = new SequenceBatch(decoder, table, { overlap });
  const start = performance.now();
  let firstTokenMs = 0;
  let failure: unknown;
  await batch.join({
    tokens: Array.from({ length: promptLength }, (_, index) => index % decoder.config.vocab),
    maxLength: promptLength + count,
    options: { signal },
    eosTokenIds: new Set(),
    onToken: () => {
      firstTokenMs ||= performance.now() - start;
      return false;
    },
    onEnd: (error) => {
      failure = error;
    },
  });
  try {
    while (batch.tasks.length > 0) await batch.turn();
  } finally {
    await batch.drain();
  }
  if (failure !== undefined) throw failure;
  return { firstTokenMs };
}
